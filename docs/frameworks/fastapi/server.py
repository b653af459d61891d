"""Echo at /; at /room, a room for who has the token and comes from our pages."""

# --8<-- [start:echo]
import asyncio
import contextlib
import hmac
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, WebSocket, WebSocketDisconnect

app = FastAPI()


async def messages(websocket: WebSocket) -> AsyncIterator[str | bytes]:
    """Text as str and binary as bytes, until WebSocketDisconnect."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"], message.get("reason"))
        text = message.get("text")
        yield message["bytes"] if text is None else text


async def send(websocket: WebSocket, message: str | bytes) -> None:
    if isinstance(message, str):
        await websocket.send_text(message)
    else:
        await websocket.send_bytes(message)


@app.websocket("/")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        async for message in messages(websocket):
            await send(websocket, message)
    except WebSocketDisconnect as end:
        print(f"{websocket.client}: {end.code} {end.reason}", file=sys.stderr)


# --8<-- [end:echo]


# --8<-- [start:admit]
ORIGINS = os.environ.get("ORIGINS", "").split()  # the websites whose pages may connect
TOKEN = os.environ.get("TOKEN", "")  # stands for the sessions that you have


async def admit(websocket: WebSocket) -> None:
    """Refuse before accept: with a status, which is all that there is to tell."""
    origin = websocket.headers.get("origin")
    if origin is not None and origin not in ORIGINS:  # programs send none
        raise HTTPException(403, "not from this page")
    session = websocket.cookies.get("session", "")
    if not TOKEN or not hmac.compare_digest(session.encode(), TOKEN.encode()):
        raise HTTPException(401, "log in first")
    if len(clients) >= MAX_CLIENTS:
        raise HTTPException(503, "full")


Admitted = Annotated[None, Depends(admit)]
# --8<-- [end:admit]


# --8<-- [start:room]
MAX_CLIENTS = int(os.environ.get("MAX_CLIENTS", "1000"))
QUEUE = 64  # messages waiting for one client


class TooSlowError(Exception):
    """A client's queue is full."""


class Client:
    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.queue: asyncio.Queue[str | bytes] = asyncio.Queue(QUEUE)
        self.full = asyncio.Event()

    async def deliver(self) -> None:
        while True:
            await send(self.websocket, await self.queue.get())

    async def fail_when_full(self) -> None:
        await self.full.wait()
        raise TooSlowError


clients: set[Client] = set()


def broadcast(message: str | bytes) -> None:
    for client in clients:
        try:
            client.queue.put_nowait(message)
        except asyncio.QueueFull:
            client.full.set()


@app.websocket("/room")
async def room(websocket: WebSocket, admitted: Admitted) -> None:
    client = Client(websocket)
    clients.add(client)
    try:
        await websocket.accept()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(client.deliver())
            tasks.create_task(client.fail_when_full())
            async for message in messages(websocket):
                broadcast(message)
    except* WebSocketDisconnect:
        pass  # the usual end of the loop, and of a send
    except* TooSlowError:
        with contextlib.suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(5):  # it may not even read the close frame
                await websocket.close(1013, "too slow")
    finally:
        clients.discard(client)


# --8<-- [end:room]


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit("usage: TOKEN=secret ORIGINS=https://app.example.com server.py PORT")
    try:
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    except (OSError, OverflowError) as error:  # a port in use, or above 65535
        sys.exit(f"server.py: {error}")
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",  # named, so that a missing library ends the start
        loop="asyncio",  # "auto" takes uvloop where it is installed
        ws_max_size=64 * 1024,
        timeout_graceful_shutdown=5,
        log_level="warning",
    )
    # Uvicorn takes these itself, closes every connection, and then raises them again.
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: sys.exit())
    print(f"listening on ws://127.0.0.1:{sys.argv[1]}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
# --8<-- [end:main]
