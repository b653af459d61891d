"""Notifications to all of a user's tabs and devices. Usage: ORIGINS=https://... server.py PORT"""

# --8<-- [start:box]
import asyncio
import http
import json
import os
import re
import secrets
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

ORIGINS = os.environ.get("ORIGINS", "").split()  # the websites whose pages may connect
KEEP = 200  # entries of a box
MAX_SIZE, MAX_CLIENTS, MAX_BOXES = 4096, 1000, 1000
HELLO = 10  # seconds until a client has said who it is
SLOW = 20  # seconds that one message may take to leave
PUSH_AFTER = float(os.environ.get("PUSH_AFTER", "5"))  # seconds without a word from any tab

Entry = dict[str, Any]


class Box:
    """What happened to one user's notifications: each one, and each reading of one, numbered."""

    def __init__(self, user: str) -> None:
        self.user, self.epoch = user, secrets.token_hex(8)
        self.last = self.got = 0
        self.kept: deque[Entry] = deque(maxlen=KEEP)
        self.readers = 0
        self._news = asyncio.Event()

    def add(self, **entry: Any) -> None:
        self.last += 1
        self.kept.append({"n": self.last, **entry})
        self._news.set()
        self._news = asyncio.Event()

    def notify(self, text: str) -> None:
        """Tell the user something: in the tabs, or else by Web Push."""
        self.add(type="note", text=text, at=round(time.time() * 1000))
        asyncio.get_running_loop().call_later(PUSH_AFTER, self.fall_back, self.last, text)

    def read(self, note: int) -> None:
        """Once, however many tabs and devices say so."""
        if not any(one["type"] == "read" and one["note"] == note for one in self.kept):
            self.add(type="read", note=note)

    def fall_back(self, n: int, text: str) -> None:
        if self.got < n:  # no tab has it
            push(self.user, n, text)

    async def follow(self, after: int) -> AsyncIterator[Entry]:
        while True:
            after = max(after, self.last - len(self.kept))  # older ones are not kept
            if after < self.last:
                after += 1
                yield self.kept[after - 1 - self.last]
            else:
                await self._news.wait()


def push(user: str, n: int, text: str) -> None:
    """Call your Web Push library here, for each subscription of the user, with `n` as the tag."""
    print(f"push to {user}: {n}", flush=True)


# --8<-- [end:box]

# --8<-- [start:parsed]
FIELDS = {  # what clients may send: the text of each field, or a number
    "hello": {"user": r"[a-z0-9-]{1,40}", "epoch": r"[0-9a-f]{0,16}", "after": int},
    "got": {"n": int},
    "read": {"note": int},
    "send": {"text": r"(?s).{1,200}"},  # for the demo: your system calls notify() itself
}


class BadMessageError(ValueError):
    pass


def parsed(data: str | bytes, *kinds: str) -> Entry:
    try:
        message = json.loads(data) if isinstance(data, str) else None
    except (ValueError, RecursionError):
        message = None
    kind = message.get("type") if isinstance(message, dict) else None
    if kind not in kinds:
        raise BadMessageError(f"expected JSON with a type of {', '.join(kinds)}")
    for name, wanted in FIELDS[kind].items():
        value = message.get(name)
        if wanted is int:
            good = type(value) is int and 0 <= value < 2**53
        else:
            good = isinstance(value, str) and re.fullmatch(wanted, value)
        if not good:
            raise BadMessageError(f"{kind}: {name} is missing or malformed")
    return message


# --8<-- [end:parsed]


# --8<-- [start:handle]
boxes: dict[str, Box] = {}


def find(user: str) -> Box:
    if user not in boxes and len(boxes) >= MAX_BOXES:
        idle = [box.user for box in boxes.values() if not box.readers]
        del boxes[(idle or list(boxes))[0]]  # in a product they are in your database
    return boxes.setdefault(user, Box(user))


async def deliver(websocket: ServerConnection, box: Box, after: int) -> None:
    try:
        async for entry in box.follow(after):
            async with asyncio.timeout(SLOW):
                await websocket.send(json.dumps(entry))
    except TimeoutError:  # it reads nothing
        websocket.transport.abort()
    except ConnectionClosed:
        pass


async def handle(websocket: ServerConnection) -> None:
    box = delivering = None
    try:
        async with asyncio.timeout(HELLO):
            hello = parsed(await websocket.recv(), "hello")
        box = find(hello["user"])  # in a product: whose session the handshake has
        box.readers += 1
        after = hello["after"] if hello["epoch"] == box.epoch else 0
        welcome = {"type": "welcome", "epoch": box.epoch, "after": after, "last": box.last}
        await websocket.send(json.dumps(welcome))
        delivering = asyncio.create_task(deliver(websocket, box, after))
        async for data in websocket:
            if data == "ping":  # a browser has no other
                await websocket.send("ping")
                continue
            message = parsed(data, "got", "read", "send")
            if message["type"] == "got":
                box.got = max(box.got, min(message["n"], box.last))
            elif message["type"] == "read":
                box.read(message["note"])
            else:
                box.notify(message["text"])
    except TimeoutError:
        await websocket.close(1008, "say who you are")
    except BadMessageError as error:
        await websocket.close(1008, str(error))
    except ConnectionClosed:
        pass
    finally:
        if delivering:
            delivering.cancel()
        if box:
            box.readers -= 1


# --8<-- [end:handle]


# --8<-- [start:main]
def admit(websocket: ServerConnection, request: Request) -> Response | None:
    """Refuse one client too many. Your authentication belongs here, too."""
    if len(websocket.server.connections) >= MAX_CLIENTS:
        return websocket.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "full\n")
    return None


async def run(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: loop.call_soon_threadsafe(stop.set))
    async with serve(
        handle,
        "127.0.0.1",
        port,
        process_request=admit,
        origins=[*ORIGINS, None],  # None: programs, which send no Origin
        max_size=MAX_SIZE,
        compression=None,
        close_timeout=5,
    ) as server:
        print(f"listening on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit('usage: ORIGINS="https://app.example.com" server.py PORT')
    try:
        asyncio.run(run(int(sys.argv[1])))
    except (OSError, OverflowError) as error:  # a port in use, or above 65535
        sys.exit(f"server.py: {error}")
# --8<-- [end:main]
