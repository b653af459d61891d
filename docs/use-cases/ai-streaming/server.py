"""Answers that stream, over WebSocket and as SSE. Usage: ORIGINS=https://... server.py PORT"""

# --8<-- [start:answer]
import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import model
import uvicorn
from sse_starlette import EventSourceResponse, JSONServerSentEvent
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

ORIGINS = os.environ.get("ORIGINS", "").split()  # the websites whose pages may connect
AHEAD = 64  # events that the model may be ahead of its reader
GRACE = float(os.environ.get("GRACE", "15"))  # seconds to wait for a reader, and for a tool
MAX_ANSWERS = 200  # at a time, with those that wait
MAX_SIZE = 16_384  # bytes of a message
EXPECTED = (
    "expected a JSON object: ask (id a UUID, prompt 1-2000, after a number), result or cancel"
)

Event = dict[str, Any]


class Answer:
    """All events of an answer, numbered from 1. It lives apart from the connection that asked."""

    def __init__(self, name: str, prompt: str) -> None:
        self.name = name
        self.events: list[Event] = []
        self.ended = False
        self.taken = 0  # the number of the last event that went out
        self.news = asyncio.Event()
        self.results: dict[int, asyncio.Future[str]] = {}
        self.task = asyncio.create_task(model.answer(prompt, self.say, self.call))
        self.task.add_done_callback(self.end)

    def add(self, **event: Any) -> int:
        self.events.append(event)
        self.wake()
        return len(self.events)

    def wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    async def say(self, token: str) -> None:
        """Add a token, and wait while the reader is far behind: not forever, for tokens cost."""
        self.add(type="token", text=token)
        while len(self.events) - self.taken >= AHEAD:
            async with asyncio.timeout(GRACE):
                await self.news.wait()

    async def call(self, tool: str, arguments: dict[str, Any]) -> str:
        """Have the client run a tool. The number of the event is the number of the call."""
        call = self.add(type="tool_call", name=tool, arguments=arguments)
        self.results[call] = asyncio.get_running_loop().create_future()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                return await self.results[call]
        return "not known, for the tool did not answer"

    def end(self, task: asyncio.Task[None]) -> None:
        """Say how it ended, for a while also to those who come back."""
        reason = "cancelled" if task.cancelled() else "failed" if task.exception() else "done"
        if reason == "failed":
            print(f"answer failed: {task.exception()!r}", file=sys.stderr)
        self.ended = True
        self.add(type="end", reason=reason)
        asyncio.get_running_loop().call_later(GRACE, answers.pop, self.name)


answers: dict[str, Answer] = {}
# --8<-- [end:answer]


# --8<-- [start:follow]
async def follow(name: str, after: int) -> AsyncIterator[tuple[int, Event]]:
    """Give each event behind number ``after``: what was missed and what is new are one."""
    if not (answer := answers.get(name)):
        yield after + 1, {"type": "end", "reason": "lost"}
        return
    while after < len(answer.events) or not answer.ended:
        if after >= len(answer.events):
            await answer.news.wait()
        for event in answer.events[after:]:
            after += 1
            yield after, event
            answer.taken = after
            answer.wake()


# --8<-- [end:follow]


# --8<-- [start:take]
def take(text: str | bytes) -> Event:
    """Do what a message says. Asking again resumes; the rest does nothing the second time."""
    message: Event = {}
    with suppress(ValueError, TypeError, RecursionError):
        message = {"after": 0, **json.loads(text)}
    match message:
        case {"type": "ask", "id": str(name), "prompt": str(prompt), "after": int(after)} if (
            re.fullmatch(r"[0-9a-f-]{36}", name) and 0 < len(prompt) <= 2000 and after >= 0
        ):
            if name not in answers and not after:
                if len(answers) >= MAX_ANSWERS:
                    raise HTTPException(503, "too many answers at a time")
                answers[name] = Answer(name, prompt)
        case {"type": "result", "id": str(name), "call": int(call), "value": str(value)}:
            waiting = answers[name].results.get(call) if name in answers else None
            if waiting and not waiting.done():
                waiting.set_result(value)
        case {"type": "cancel", "id": str(name)}:
            if name in answers:
                answers[name].task.cancel()
        case _:
            raise HTTPException(400, EXPECTED)
    return message


def check(connection: HTTPConnection) -> None:
    """Only our pages, and programs, which send no Origin. Your login belongs here, too."""
    if connection.headers.get("Origin") not in (None, *ORIGINS):
        raise HTTPException(403, "pages of this origin may not ask")


# --8<-- [end:take]


# --8<-- [start:websocket]
async def by_websocket(websocket: WebSocket) -> None:
    check(websocket)
    await websocket.accept()
    sending = set[asyncio.Task[None]]()

    async def send(name: str, after: int) -> None:
        with suppress(WebSocketDisconnect):
            async for n, event in follow(name, after):
                await websocket.send_json({"id": name[:8], "n": n, **event})

    async def listen() -> None:
        async for text in websocket.iter_text():
            if text == "ping":  # a page has no other
                await websocket.send_text("ping")
                continue
            message = take(text)
            if message["type"] == "ask":
                if len(sending) >= 8:
                    raise HTTPException(400, "too many answers on one connection")
                task = asyncio.create_task(send(message["id"], message["after"]))
                sending.add(task)
                task.add_done_callback(sending.discard)

    with suppress(WebSocketDisconnect):  # it may go while it is answered
        try:
            await listen()
        except KeyError:  # a binary message has no text
            await websocket.close(1003, "send text")
        except HTTPException as error:
            await websocket.close(1013 if error.status_code == 503 else 1008, error.detail)
        finally:
            for task in sending:
                task.cancel()


# --8<-- [end:websocket]


# --8<-- [start:sse]
async def by_sse(request: Request) -> Response:
    check(request)
    after = request.headers.get("Last-Event-ID") or request.query_params.get("after", "0")
    if not re.fullmatch(r"\d{1,9}", after):
        raise HTTPException(400, "after must be the number of an event, or 0")
    events = follow(request.path_params["name"], int(after))
    return EventSourceResponse(JSONServerSentEvent(event, id=str(n)) async for n, event in events)


async def by_post(request: Request) -> Response:
    check(request)
    body = b""
    async for part in request.stream():
        if len(body := body + part) > MAX_SIZE:
            raise HTTPException(413, "too long")
    take(body)
    return Response(status_code=204)


routes = [
    WebSocketRoute("/", by_websocket),
    Route("/", by_post, methods=["POST"]),
    Route("/{name}", by_sse),
]
application = CORSMiddleware(Starlette(routes=routes), allow_origins=ORIGINS)
# --8<-- [end:sse]


# --8<-- [start:main]
if __name__ == "__main__":
    try:
        listening = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=512)
    except (IndexError, ValueError, OverflowError, OSError) as error:
        sys.exit(f'usage: ORIGINS="https://app.example.com" server.py PORT ({error})')
    print(f"listening on ws://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        application,
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=MAX_SIZE,
        ws_per_message_deflate=os.environ.get("COMPRESS") == "1",
        timeout_graceful_shutdown=3,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
# --8<-- [end:main]
