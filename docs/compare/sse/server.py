"""One board, both ways: read it by server-sent events or by WebSocket, and post to it.

Run it with a port, then open http://127.0.0.1:8000/ in two windows: ``python server.py 8000``.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import uvicorn
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

KEPT = 1000  # notes that a reader who was away can still get
LONGEST = 4096  # bytes of a note


# --8<-- [start:board]
@dataclass(frozen=True)
class Note:
    """What a reader gets. The position alone comes first; "gap" means: load the whole state."""

    id: int
    kind: Literal["position", "message", "gap"]
    text: str = ""


class Board:
    """The newest notes, and a way to follow them from any position."""

    def __init__(self) -> None:
        # Positions begin at the time, so that one from before a restart is never taken for another.
        self._start = self._end = time.time_ns() // 1000
        self._texts: deque[str] = deque()
        self._news = asyncio.Event()

    def post(self, text: str) -> None:
        """Add a note, and wake all readers."""
        self._texts.append(text)
        self._end += 1
        if len(self._texts) > KEPT:
            self._texts.popleft()
            self._start += 1
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def follow(self, after: int | None) -> AsyncIterator[Note]:
        """Yield every note after a position, for ever; without a position, from now on."""
        at = self._end if after is None else after
        yield Note(at, "position")
        while True:
            if not self._start <= at <= self._end:  # forgotten by now, or from before a restart
                at = self._end
                yield Note(at, "gap")
            for text in list(islice(self._texts, at - self._start, None)):
                at += 1
                yield Note(at, "message", text)
            if at == self._end:
                await self._news.wait()


# --8<-- [end:board]
board = Board()


def position(connection: HTTPConnection) -> int | None:
    """From where the reader goes on: the browser's header, or the address; None is from now."""
    found = connection.headers.get("last-event-id") or connection.query_params.get("after")
    if found is None or (found.isascii() and found.isdigit() and len(found) < 17):
        return None if found is None else int(found)
    raise HTTPException(400, "after and Last-Event-ID are positions: digits alone")


def check_origin(connection: HTTPConnection) -> None:
    """Refuse other sites' pages: no CORS protects a WebSocket, nor a POST of plain text."""
    origin = connection.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != connection.headers.get("host"):
        raise HTTPException(403, "pages of this origin only")


# --8<-- [start:sse]
async def events(request: Request) -> Response:
    """The board as server-sent events."""
    after = position(request)

    async def stream() -> AsyncIterator[ServerSentEvent]:
        async for note in board.follow(after):
            kind = None if note.kind == "message" else note.kind
            yield ServerSentEvent(note.text, event=kind, id=str(note.id))

    return EventSourceResponse(stream(), ping=15)


async def post(request: Request) -> Response:
    """A note from a reader."""
    check_origin(request)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            raise HTTPException(413, f"a note has {LONGEST} bytes at most")
    try:
        board.post(body.decode())
    except UnicodeDecodeError:
        raise HTTPException(400, "a note is text in UTF-8") from None
    return Response(status_code=204)


# --8<-- [end:sse]
# --8<-- [start:websocket]
async def socket(websocket: WebSocket) -> None:
    """The board as WebSocket messages, in both directions."""
    check_origin(websocket)
    after = position(websocket)
    await websocket.accept()

    async def deliver() -> None:
        with contextlib.suppress(WebSocketDisconnect):
            async for note in board.follow(after):
                await websocket.send_json(asdict(note))

    delivery = asyncio.create_task(deliver())
    try:
        async for text in websocket.iter_text():
            board.post(text)
    except KeyError:  # a binary message
        delivery.cancel()
        await websocket.close(1003, "notes are text")
    finally:
        delivery.cancel()


# --8<-- [end:websocket]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Board</title>
<h1>Board</h1>
<label>Note <input id="note"></label>
<button id="by-sse">Post by request</button>
<button id="by-websocket">Send by WebSocket</button>
<h2>By server-sent events</h2><ol id="sse"></ol>
<h2>By WebSocket</h2><ol id="websocket"></ol>
<script type="module">
import * as sse from "./sse.js";
import * as websocket from "./websocket.js";
const ways = {
  sse: sse.join("events", "notes", show("sse")),
  websocket: websocket.join("socket", show("websocket")),
};
function show(list) {
  return (text) => {
    const item = document.createElement("li");
    item.textContent = text ?? "(something was missed: load again)";
    document.getElementById(list).append(item);
  };
}
const note = document.getElementById("note");
for (const [name, way] of Object.entries(ways)) {
  document.getElementById(`by-${name}`).onclick = () => way.post(note.value);
}
</script>
"""


async def page(_: Request) -> Response:
    """A page with both clients."""
    return HTMLResponse(PAGE)


async def client(request: Request) -> Response:
    """The file of one of the clients."""
    return FileResponse(Path(__file__).with_name(request.url.path[1:]))


app = Starlette(
    routes=[
        Route("/", page),
        Route("/sse.js", client),
        Route("/websocket.js", client),
        Route("/events", events),
        Route("/notes", post, methods=["POST"]),
        WebSocketRoute("/socket", socket),
    ]
)


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        ws_max_size=LONGEST,
        timeout_graceful_shutdown=5,
    )
