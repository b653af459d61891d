"""The application under measurement: one feed of text messages, delivered in every way."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

# How long a long poll waits before it is answered with nothing, in seconds.
LONGEST_WAIT = 20.0
# The position of the first message: positions have the same number of digits all the time.
FIRST = 1_000_000


class Feed:
    """Every message so far; a subscriber's position is the next one that it wants."""

    def __init__(self) -> None:
        self._messages: list[str] = []
        self._news = asyncio.Event()

    def publish(self, text: str) -> None:
        """Add a message, and wake everybody who waits for one."""
        self._messages.append(text)
        news, self._news = self._news, asyncio.Event()
        news.set()

    @property
    def end(self) -> int:
        """The position after the last message."""
        return FIRST + len(self._messages)

    def since(self, position: int) -> list[str]:
        """The messages from a position on, if there are any."""
        return self._messages[position - FIRST :]

    async def wait(self, position: int) -> list[str]:
        """The messages from a position on, as soon as there is one."""
        while position >= self.end:
            await self._news.wait()
        return self.since(position)

    async def follow(self, position: int) -> AsyncIterator[str]:
        """Each message from a position on, for ever."""
        while True:
            for text in await self.wait(position):
                position += 1
                yield text


feed = Feed()


def _position(connection: HTTPConnection) -> int:
    """From where the client wants messages; without a word, new ones."""
    return int(connection.query_params.get("from", feed.end))


def _answer(messages: list[str]) -> Response:
    return PlainTextResponse("\n".join(messages)) if messages else Response(status_code=204)


async def poll(request: Request) -> Response:
    """What is there now, a line each, or 204."""
    return _answer(feed.since(_position(request)))


async def wait(request: Request) -> Response:
    """What is there, as soon as there is something."""
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            return _answer(await feed.wait(_position(request)))
    except TimeoutError:
        return _answer([])


async def events(request: Request) -> Response:
    """The feed as server-sent events."""
    return EventSourceResponse({"data": text} async for text in feed.follow(_position(request)))


async def send(request: Request) -> Response:
    """Take a client's message."""
    await request.body()
    return Response(status_code=204)


async def socket(websocket: WebSocket) -> None:
    """The feed as WebSocket messages; what the client sends is read and dropped."""
    await websocket.accept()

    async def deliver() -> None:
        async for text in feed.follow(_position(websocket)):
            await websocket.send_text(text)

    delivery = asyncio.create_task(deliver())
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        delivery.cancel()


async def position(_: Request) -> Response:
    """The position of the next message."""
    return PlainTextResponse(str(feed.end))


async def publish(request: Request) -> Response:
    """Make an event of the body."""
    feed.publish((await request.body()).decode())
    return Response(status_code=204)


async def play(request: Request) -> Response:
    """Make events that say when they were made, with the given gaps in seconds between them."""
    for number, gap in enumerate(await request.json()):
        await asyncio.sleep(gap)
        event = {"number": number, "made": time.monotonic_ns(), "text": "x" * 40}
        feed.publish(json.dumps(event))
    return Response(status_code=204)


_http = [Route("/poll", poll), Route("/wait", wait), Route("/send", send, methods=["POST"])]
app = Starlette(
    routes=[
        *_http,
        Route("/events", events),
        Route("/position", position),
        Route("/publish", publish, methods=["POST"]),
        Route("/play", play, methods=["POST"]),
        WebSocketRoute("/", socket),
        Mount("/gzip", app=GZipMiddleware(Starlette(routes=_http))),
    ]
)
