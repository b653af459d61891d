"""The application under measurement: the delivery of the race, with what drives and sends to it."""

from __future__ import annotations

import asyncio
import json
import time

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

from docs.compare.race.delivery import Delivery
from docs.compare.race.feed import Feed

feed = Feed()
delivery = Delivery(feed)


async def send(request: Request) -> Response:
    """Take a client's message."""
    await request.body()
    return Response(status_code=204)


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


_http = [
    Route("/poll", delivery.poll),
    Route("/wait", delivery.wait),
    Route("/send", send, methods=["POST"]),
]
app = Starlette(
    routes=[
        *_http,
        Route("/events", delivery.events),
        Route("/position", position),
        Route("/publish", publish, methods=["POST"]),
        Route("/play", play, methods=["POST"]),
        WebSocketRoute("/", delivery.socket),
        Mount("/gzip", app=GZipMiddleware(Starlette(routes=_http))),
    ]
)
