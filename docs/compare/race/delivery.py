"""The four ways to a feed: polling, long polling, server-sent events, WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from sse_starlette import EventSourceResponse
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from .feed import Feed

# How long a long poll waits before it is answered with nothing, in seconds.
LONGEST_WAIT = 20.0

Delivered = Callable[[HTTPConnection, int], None]


class BadPositionError(ValueError):
    """A client asks from a position that is none; the text says so to its author."""

    status = 400


def _nothing(_connection: HTTPConnection, _number: int) -> None:
    pass


class Delivery:
    """Endpoints that hand out a feed.

    Args:
        feed: what is handed out.
        ids: whether server-sent events have ids, so that a browser can say which was its last.
        hears: whether a WebSocket client may send; what it says is dropped. Otherwise it is closed.
        delivered: called with the number of messages that were handed over.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        ids: bool = False,
        hears: bool = True,
        delivered: Delivered = _nothing,
    ) -> None:
        self.feed, self._ids, self._hears, self._delivered = feed, ids, hears, delivered

    def _position(self, connection: HTTPConnection) -> int:
        """From where the client wants messages; without a word, new ones."""
        text, next_one = connection.query_params.get("from"), 0
        # What a browser sends when it connects an EventSource again: the last that it has.
        if self._ids and (last := connection.headers.get("Last-Event-ID")):
            text, next_one = last, 1
        if text is None:
            return self.feed.end
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            raise BadPositionError(
                f"The position is {text[:20]!r}; it must be a whole number, such as {self.feed.end}"
            )
        # A position of the future would wait for it.
        return min(int(text) + next_one, self.feed.end)

    def _answer(self, request: Request, messages: list[str]) -> Response:
        if not messages:
            return Response(status_code=204)
        self._delivered(request, len(messages))
        return PlainTextResponse("\n".join(messages))

    async def poll(self, request: Request) -> Response:
        """What is there now, a line each, or 204."""
        return self._answer(request, self.feed.since(self._position(request)))

    async def wait(self, request: Request) -> Response:
        """What is there, as soon as there is something."""
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                return self._answer(request, await self.feed.wait(self._position(request)))
        except TimeoutError:
            return self._answer(request, [])

    async def events(self, request: Request) -> Response:
        """The feed as server-sent events."""
        position = self._position(request)

        async def made() -> AsyncIterator[dict[str, str]]:
            async for number, text in self.feed.follow(position):
                self._delivered(request, 1)
                yield {"id": str(number), "data": text} if self._ids else {"data": text}

        return EventSourceResponse(made())

    async def socket(self, websocket: WebSocket) -> None:
        """The feed as WebSocket messages."""
        position = self._position(websocket)
        await websocket.accept()

        async def deliver() -> None:
            # Where the connection is gone, the other side of this endpoint ends it.
            with suppress(WebSocketDisconnect):
                async for _, text in self.feed.follow(position):
                    self._delivered(websocket, 1)
                    await websocket.send_text(text)
                await websocket.close(1001, "The server ends")

        delivery = asyncio.create_task(deliver())
        try:
            while True:
                await websocket.receive_text()
                if not self._hears:
                    delivery.cancel()
                    await websocket.close(1008, "Nothing is expected from this side")
                    return
        except WebSocketDisconnect:
            pass
        finally:
            delivery.cancel()
