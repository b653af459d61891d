"""A chat server. Usage: ORIGINS="https://app.example.com" [REDIS_URL=redis://...] server.py PORT"""

# --8<-- [start:limits]
import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack

from rooms import TYPING, EndError, Message, Room
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

# The websites whose pages may connect.
ORIGINS = [Origin(one) for one in os.environ.get("ORIGINS", "").split()]
BLOCKED = os.environ.get("BLOCKED", "").lower().split()  # words, for the moderation below
MAX_SIZE = 32 * 1024  # bytes in one message: 2,000 characters, each escaped in JSON, fit
MAX_EMPTY = 100  # rooms that are kept although nobody is there
SLOW = float(os.environ.get("SLOW", "20"))  # seconds that one message may take to leave
# --8<-- [end:limits]

# --8<-- [start:parsed]
# What clients may send: each field, and what its text must match. `after` is a number.
FIELDS: dict[str, dict[str, str]] = {
    "join": {"room": r"[a-z0-9-]{1,40}", "name": r"\S.{0,31}", "epoch": r"[0-9a-f]{0,16}"},
    "say": {"key": r"[0-9a-f-]{36}", "text": r"(?s).{1,2000}"},
    "typing": {},
}


def parsed(data: str | bytes, *kinds: str) -> Message:
    """A client's message, of one of these kinds, with fields as they must be."""
    try:
        message: Message = json.loads(data)
        kind = kinds[kinds.index(message["type"])]  # a ValueError for any other
    except (ValueError, TypeError, KeyError, RecursionError):
        raise EndError(1008, f"expected JSON with a type of {', '.join(kinds)}") from None
    for name, pattern in FIELDS[kind].items():
        if not (isinstance(message.get(name), str) and re.fullmatch(pattern, message[name])):
            raise EndError(1008, f"{kind}: {name} must be text like {pattern}")
    if kind == "join" and (type(message.get("after")) is not int or message["after"] < 0):
        raise EndError(1008, "join: after must be a number")
    if kind == "join" and not message["name"].isprintable():
        raise EndError(1008, "join: name must be printable")
    return message


# --8<-- [end:parsed]


# --8<-- [start:moderate]
async def moderate(room: str, name: str, text: str) -> str | None:
    """Why a message must not appear, or None. Ask your own service here."""
    if any(word in text.lower() for word in BLOCKED):
        return "This room does not take that word."
    return None


# --8<-- [end:moderate]


# --8<-- [start:deliver]
async def deliver(websocket: ServerConnection, messages: AsyncIterator[Message]) -> None:
    """Send at this client's own pace: nothing is queued for it, it has a place in the history."""
    try:
        async for message in messages:
            async with asyncio.timeout(SLOW):
                await websocket.send(json.dumps(message))
    except TimeoutError:  # it reads nothing: a close frame would not get out either
        websocket.transport.abort()
    except ConnectionClosed:
        pass


# --8<-- [end:deliver]


# --8<-- [start:listen]
async def listen(websocket: ServerConnection, room: Room, name: str) -> None:
    """Take in what one client sends, until it leaves."""
    async for data in websocket:
        if data == "ping":  # a browser has no other
            await websocket.send("ping")
            continue
        message = parsed(data, "say", "typing")
        if message["type"] == "typing":
            room.sees(websocket, name, TYPING)
        elif reason := await moderate(room.name, name, message["text"]):
            refusal = {"type": "refused", "key": message["key"], "reason": reason}
            await websocket.send(json.dumps(refusal))
        else:
            await room.publish(message["key"], name, message["text"])
            room.sees(websocket, name)


async def handle(websocket: ServerConnection) -> None:
    """Serve one client: its ``join`` first, then both directions at once."""
    try:
        hello = parsed(await websocket.recv(), "join")
        room, name = find(hello["room"]), hello["name"]
        with ExitStack() as leaving:
            room.sees(websocket, name)
            leaving.callback(room.leaves, websocket)
            await room.read()
            messages = room.follow(hello["epoch"], hello["after"])
            delivering = asyncio.create_task(deliver(websocket, messages))
            leaving.callback(delivering.cancel)
            await listen(websocket, room, name)
    except EndError as error:
        await websocket.close(*error.args)
    except ConnectionClosed:
        pass


# --8<-- [end:listen]


# --8<-- [start:main]
rooms: dict[str, Room] = {}
new_room: Callable[[str], Room] = Room


def find(name: str) -> Room:
    """The room of that name; a new one makes the oldest empty ones above the limit go."""
    if name not in rooms:
        empty = [room.name for room in rooms.values() if not room.guests]
        for oldest in empty[:-MAX_EMPTY]:
            del rooms[oldest]
        rooms[name] = new_room(name)
    return rooms[name]


async def run(port: int) -> None:
    global new_room
    if url := os.environ.get("REDIS_URL"):
        from shared import Shared

        new_room = Shared(url, rooms).room
    async with serve(
        handle,
        "127.0.0.1",
        port,
        origins=[*ORIGINS, None],  # None: programs, which send no Origin
        max_size=MAX_SIZE,
        compression=None,  # short messages, which would be compressed for each client again
        close_timeout=5,
    ) as server:
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, lambda *_: server.get_loop().call_soon_threadsafe(server.close))
        print(f"listening on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit('usage: ORIGINS="https://app.example.com" server.py PORT')
    try:
        asyncio.run(run(int(sys.argv[1])))
    except (OSError, OverflowError) as error:  # a port in use, or above 65535
        sys.exit(f"server.py: {error}")
# --8<-- [end:main]
