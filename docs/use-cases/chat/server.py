"""A chat server. Usage: ORIGINS="https://app.example.com" [REDIS_URL=redis://...] server.py PORT"""

# --8<-- [start:limits]
import asyncio
import http
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable

from rooms import Room, UnavailableError
from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

ORIGINS = os.environ.get("ORIGINS", "").split()  # the websites whose pages may connect
BLOCKED = os.environ.get("BLOCKED", "").lower().split()  # words, for the moderation below
MAX_SIZE = 16 * 1024  # bytes in one message: 2,000 characters, each escaped in JSON, fit
MAX_CLIENTS = 1000
MAX_ROOMS = 1000
HISTORY = 50  # messages that somebody new gets
HELLO = 10  # seconds until a client has said who it is
SLOW = float(os.environ.get("SLOW", "20"))  # seconds that one message may take to leave
BURST, RATE = 20, 5  # messages at once, and a second
# --8<-- [end:limits]

# --8<-- [start:parsed]
# What clients may send: each field, and what its text must match. `after` is a number.
FIELDS = {
    "join": {"room": r"[a-z0-9-]{1,40}", "name": r".{1,32}", "epoch": r"[0-9a-f]{0,16}"},
    "say": {"key": r"[0-9a-f-]{36}", "text": r"(?s).{1,2000}"},
    "typing": {},
}


class BadMessageError(ValueError):
    pass


def parsed(data: str | bytes, *kinds: str) -> dict:
    try:
        message = json.loads(data) if isinstance(data, str) else None
    except (ValueError, RecursionError):
        message = None
    kind = message.get("type") if isinstance(message, dict) else None
    if kind not in kinds:
        raise BadMessageError(f"expected JSON with a type of {', '.join(kinds)}")
    for name, pattern in FIELDS[kind].items():
        if not (isinstance(message.get(name), str) and re.fullmatch(pattern, message[name])):
            raise BadMessageError(f"{kind}: {name} must be text like {pattern}")
    if kind == "join":
        if type(message.get("after")) is not int or not 0 <= message["after"] < 2**53:
            raise BadMessageError("join: after must be a number")
        if not message["name"].isprintable() or not message["name"].strip():
            raise BadMessageError("join: name must be printable")
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
async def deliver(websocket: ServerConnection, room: Room, after: int) -> None:
    """Send at this client's own pace: nothing is queued for it, it has a place in the history."""
    try:
        async for message in room.follow(after):
            async with asyncio.timeout(SLOW):
                await websocket.send(json.dumps(message))
    except TimeoutError:  # it reads nothing: a close frame would not get out either
        websocket.transport.abort()
    except ConnectionClosed:
        pass


# --8<-- [end:deliver]


# --8<-- [start:listen]
async def listen(websocket: ServerConnection, room: Room, name: str) -> None:
    guest, owed, before = room.enter(name), 0.0, time.monotonic()
    try:
        async for data in websocket:
            if data == "ping":  # a browser has no other
                await websocket.send("ping")
                continue
            message = parsed(data, "say", "typing")
            now = time.monotonic()
            owed, before = max(0.0, owed - (now - before) * RATE) + 1, now
            if owed > BURST:  # who sends faster is read more slowly, and TCP tells it
                await asyncio.sleep((owed - BURST) / RATE)
            if message["type"] == "typing":
                room.types(guest)
            elif reason := await moderate(room.name, name, message["text"]):
                refusal = {"type": "refused", "key": message["key"], "reason": reason}
                await websocket.send(json.dumps(refusal))
            else:
                await room.publish(message["key"], name, message["text"])
                room.has_said(guest)
    finally:
        room.leave(guest)


async def handle(websocket: ServerConnection) -> None:
    delivering = None
    try:
        async with asyncio.timeout(HELLO):
            hello = parsed(await websocket.recv(), "join")
        room, after = find(hello["room"]), hello["after"]
        await room.read()
        if hello["epoch"] != room.epoch:  # new here, or from before a restart
            after = max(0, room.last - HISTORY)
        joined = {"type": "joined", "epoch": room.epoch, "after": after}
        await websocket.send(json.dumps(joined))
        delivering = asyncio.create_task(deliver(websocket, room, after))
        await listen(websocket, room, hello["name"])
    except TimeoutError:
        await websocket.close(1008, "say who you are")
    except BadMessageError as error:
        await websocket.close(1008, str(error)[:120])
    except UnavailableError as error:  # it comes back, and says it again
        await websocket.close(1013, str(error))
    except ConnectionClosed:
        pass
    finally:
        if delivering:
            delivering.cancel()


# --8<-- [end:listen]


# --8<-- [start:main]
rooms: dict[str, Room] = {}
new_room: Callable[[str], Room] = Room


def find(name: str) -> Room:
    if name not in rooms:
        if len(rooms) >= MAX_ROOMS:
            empty = [room.name for room in rooms.values() if not room.guests]
            if not empty:
                raise UnavailableError("too many rooms")
            del rooms[empty[0]]
        rooms[name] = new_room(name)
    return rooms[name]


def admit(websocket: ServerConnection, request: Request) -> Response | None:
    """Refuse one client too many. Your authentication belongs here, too."""
    if len(websocket.server.connections) >= MAX_CLIENTS:
        return websocket.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "full\n")
    return None


async def run(port: int) -> None:
    global new_room
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: loop.call_soon_threadsafe(stop.set))
    if url := os.environ.get("REDIS_URL"):
        from shared import Shared

        new_room = Shared(url, rooms).room
    async with serve(
        handle,
        "127.0.0.1",
        port,
        process_request=admit,
        origins=[*ORIGINS, None],  # None: programs, which send no Origin
        max_size=MAX_SIZE,
        compression=None,  # short messages, which would be compressed for each client again
        close_timeout=5,
    ) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit('usage: ORIGINS="https://app.example.com" server.py PORT')
    try:
        asyncio.run(run(int(sys.argv[1])))
    except (OSError, OverflowError) as error:  # a port in use, or above 65535
        sys.exit(f"server.py: {error}")
# --8<-- [end:main]
