"""Answers that stream, over WebSocket and as SSE. Usage: ORIGINS=https://... server.py PORT"""

# --8<-- [start:answer]
import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any

import model
import uvicorn
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

ORIGINS = os.environ.get("ORIGINS", "").split()  # the websites whose pages may connect
COMPRESS = os.environ.get("COMPRESS") == "1"
AHEAD = 64  # events that the model may be ahead of its reader
GRACE = float(os.environ.get("GRACE", "15"))  # seconds that an answer waits for a reader
MAX_ANSWERS = 200  # at a time, with those that wait

Event = dict[str, Any]


class Answer:
    """All events of an answer, numbered from 1. It lives apart from the connection that asked."""

    def __init__(self, prompt: str) -> None:
        self.events: list[Event] = []
        self.results: dict[str, asyncio.Future[str]] = {}
        self.readers = self.taken = 0
        self.news = asyncio.Event()
        self.timer: asyncio.TimerHandle | None = None
        self.task = asyncio.create_task(self.run(prompt))
        self.expect_reader()

    def add(self, **event: Any) -> None:
        self.events.append({"n": len(self.events) + 1, **event})
        self.wake()

    def wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    def call_tool(self, name: str, arguments: dict[str, Any]) -> asyncio.Future[str]:
        call = str(len(self.results) + 1)
        self.results[call] = asyncio.get_running_loop().create_future()
        self.add(type="tool_call", call=call, name=name, arguments=arguments)
        return self.results[call]

    async def run(self, prompt: str) -> None:
        reason = "failed"
        try:
            async with aclosing(model.answer(prompt, self.call_tool)) as tokens:
                async for text in tokens:
                    self.add(type="token", text=text)
                    while len(self.events) - self.taken >= AHEAD:  # a reader that does not read
                        await self.news.wait()
            reason = "done"
        except asyncio.CancelledError:
            reason = "cancelled"
        finally:
            self.add(type="end", reason=reason)

    # --8<-- [end:answer]

    # --8<-- [start:follow]
    async def follow(self, after: int) -> AsyncIterator[Event]:
        """Everything behind number ``after``: what was missed and what is new are one."""
        self.readers += 1
        after = min(after, len(self.events))
        try:
            while not (after and self.events[after - 1]["type"] == "end"):
                if after < len(self.events):
                    yield self.events[after]
                    after += 1
                    self.taken = max(self.taken, after)
                    self.wake()
                else:
                    await self.news.wait()
        finally:
            self.readers -= 1
            self.expect_reader()

    def expect_reader(self) -> None:
        """Nobody reads: after a while nobody will, and each further token costs."""

        def give_up() -> None:
            if not self.readers:
                self.task.cancel()
                for name in [name for name, answer in answers.items() if answer is self]:
                    del answers[name]

        if self.timer:
            self.timer.cancel()
        self.timer = asyncio.get_running_loop().call_later(GRACE, give_up)


# --8<-- [end:follow]

# --8<-- [start:requests]
answers: dict[str, Answer] = {}


class RefusedError(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def ask(message: Event) -> Answer:
    """Begin an answer, or find the one that has this id: asking again resumes."""
    name, prompt = message.get("id"), message.get("prompt")
    if not (isinstance(name, str) and re.fullmatch(r"[0-9a-f-]{36}", name)):
        raise RefusedError(400, "id must be a UUID")
    if not (isinstance(prompt, str) and 0 < len(prompt) <= 2000):
        raise RefusedError(400, "prompt must be a text of 1 to 2,000 characters")
    if name not in answers:
        if len(answers) >= MAX_ANSWERS:
            raise RefusedError(503, "too many answers at a time")
        answers[name] = Answer(prompt)
    return answers[name]


def act(message: Event) -> None:
    """Take the result of a tool, or stop. Doing it again, or too late, does nothing."""
    answer = answers.get(str(message.get("id")))
    if message.get("type") == "cancel":
        if answer:
            answer.task.cancel()
        return
    value = message.get("value")
    if message.get("type") != "result" or not isinstance(value, str) or len(value) > 2000:
        raise RefusedError(400, "expected a cancel, or a result with a value of 2,000 characters")
    waiting = answer.results.get(str(message.get("call"))) if answer else None
    if waiting and not waiting.done():
        waiting.set_result(value)


def place(value: Any) -> int:
    """A number of an event that somebody has."""
    if not (text := str(value)).isascii() or not text.isdigit() or len(text) > 9:
        raise RefusedError(400, "expected the number of an event, or 0")
    return int(text)


def parsed(text: str | bytes) -> Event:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise RefusedError(400, "expected a JSON object")
    return message


def check(connection: HTTPConnection) -> None:
    """Only our pages, and programs, which send no Origin. Your login belongs here, too."""
    if connection.headers.get("Origin", ORIGINS[0] if ORIGINS else "") not in ORIGINS:
        raise RefusedError(403, "pages of this origin may not ask")


# --8<-- [end:requests]


# --8<-- [start:websocket]
async def by_websocket(websocket: WebSocket) -> None:
    try:
        check(websocket)
    except RefusedError:
        await websocket.close()  # before it is accepted: status 403
        return
    await websocket.accept()
    tasks = set[asyncio.Task[None]]()

    async def send(tag: int, answer: Answer, after: int) -> None:
        async with aclosing(answer.follow(after)) as events:
            async for event in events:
                await websocket.send_text(json.dumps({"tag": tag, **event}))

    try:
        while True:
            if (text := await websocket.receive_text()) == "ping":  # a page has no other
                await websocket.send_text("ping")
                continue
            message = parsed(text)
            if message.get("type") == "ask":
                after, tag = place(message.get("after")), place(message.get("tag"))
                if after and message.get("id") not in answers:  # nobody read it for a while
                    end = {"tag": tag, "n": after + 1, "type": "end", "reason": "lost"}
                    await websocket.send_text(json.dumps(end))
                    continue
                if len(tasks) >= 8:
                    raise RefusedError(400, "too many answers on one connection")
                task = asyncio.create_task(send(tag, ask(message), after))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            else:
                act(message)
    except RefusedError as error:
        await websocket.close(1013 if error.status == 503 else 1008, str(error))
    except WebSocketDisconnect:
        pass
    finally:
        for task in tasks:
            task.cancel()


# --8<-- [end:websocket]


# --8<-- [start:sse]
async def by_sse(request: Request) -> Response:
    check(request)
    name = request.path_params["name"]
    after = place(request.headers.get("Last-Event-ID", "0"))
    if name not in answers:
        raise RefusedError(404, "there is no such answer, or nobody read it for a while")

    async def events() -> AsyncIterator[dict[str, str]]:
        async with aclosing(answers[name].follow(after)) as follow:
            async for event in follow:
                data = {key: value for key, value in event.items() if key != "n"}
                yield {"id": str(event["n"]), "data": json.dumps(data)}

    return EventSourceResponse(events())


async def by_post(request: Request) -> Response:
    check(request)
    body = b""
    async for part in request.stream():
        if len(body := body + part) > 16_384:
            raise RefusedError(413, "too long")
    message = parsed(body)
    if message.get("type") == "ask":
        ask(message)
    else:
        act(message)
    return Response(status_code=204)


# --8<-- [end:sse]


# --8<-- [start:main]
async def refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return PlainTextResponse(f"{error}\n", error.status)


application = Starlette(
    routes=[
        WebSocketRoute("/", by_websocket),
        Route("/", by_post, methods=["POST"]),
        Route("/{name}", by_sse),
    ],
    middleware=[Middleware(CORSMiddleware, allow_origins=ORIGINS, allow_headers=["Content-Type"])],
    exception_handlers={RefusedError: refused},
)


def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit('usage: ORIGINS="https://app.example.com" server.py PORT')
    try:
        listening = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512)
    except (OSError, OverflowError) as error:  # a port in use, or above 65535
        sys.exit(f"server.py: {error}")
    config = uvicorn.Config(
        application,
        ws="websockets-sansio",
        ws_max_size=16_384,
        ws_per_message_deflate=COMPRESS,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    print(f"listening on ws://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
# --8<-- [end:main]
