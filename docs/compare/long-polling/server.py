"""Deliver one feed of events by long polling and over WebSocket, at the same address."""

import asyncio
import socket
import sys
from dataclasses import asdict

import uvicorn
from feed import Feed, GoneError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

MAX_EVENT = 64 * 1024  # bytes
GONE = 4410  # our close code for what is 410 in HTTP

feed = Feed()


# --8<-- [start:poll]
HOLD = 25.0  # seconds: less than every timeout on the way
BATCH = 100  # events in one answer: one too large for the line would never arrive
NEVER_CACHED = {"Cache-Control": "no-store"}


async def poll(request: Request) -> Response:
    after = request.query_params.get("after")
    await request.body()  # what comes next is the end of the request
    events = asyncio.ensure_future(feed.wait(after))
    gone = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait(
            {events, gone},
            timeout=request.app.state.hold,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not events.done():  # nothing happened, or nobody waits any more
            return Response(status_code=204, headers=NEVER_CACHED)
        batch = [asdict(event) for event in (await events)[:BATCH]]
        return JSONResponse(batch, headers=NEVER_CACHED)
    except GoneError:
        return PlainTextResponse("load the state anew", 410, headers=NEVER_CACHED)
    finally:
        events.cancel()
        gone.cancel()


# --8<-- [end:poll]


# --8<-- [start:socket]
async def stream(websocket: WebSocket) -> None:
    after = websocket.query_params.get("after")
    await websocket.accept()

    async def deliver(after: str | None) -> None:
        while True:
            for event in await feed.wait(after):
                await websocket.send_json(asdict(event))
                after = event.id

    async def listen() -> None:
        while True:
            await websocket.receive_text()  # raises when the client has gone

    tasks = [asyncio.ensure_future(deliver(after)), asyncio.ensure_future(listen())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
    except GoneError:
        await websocket.close(GONE, "load the state anew")
    except WebSocketDisconnect:
        pass
    finally:
        for task in tasks:
            task.cancel()


# --8<-- [end:socket]


async def publish(request: Request) -> Response:
    """Stands for whatever makes your events. Here everybody may."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_EVENT:
            return PlainTextResponse(f"at most {MAX_EVENT} bytes", 413)
    try:
        event = feed.publish(body.decode())
    except UnicodeDecodeError:
        return PlainTextResponse("the body must be UTF-8 text", 400)
    return JSONResponse(asdict(event), 201)


app = Starlette(
    routes=[
        Route("/events", poll, methods=["GET"]),
        Route("/events", publish, methods=["POST"]),
        WebSocketRoute("/events", stream),
    ]
)
app.state.hold = HOLD


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) not in (2, 3) or not sys.argv[1].isdecimal():
        sys.exit("usage: server.py PORT [SECONDS-TO-HOLD-A-POLL]")
    try:
        app.state.hold = float(sys.argv[2]) if len(sys.argv) == 3 else HOLD
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    except (ValueError, OSError, OverflowError) as error:
        sys.exit(f"server.py: {error}")
    config = uvicorn.Config(
        app,
        log_level="warning",
        ws_max_size=MAX_EVENT,
        timeout_graceful_shutdown=1,  # then polls that are still held are ended
    )
    with listener:
        print(f"listening on http://127.0.0.1:{sys.argv[1]}", flush=True)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
# --8<-- [end:main]
