"""Notifications to all of a user's tabs and devices. Usage: ORIGINS=https://... server.py PORT"""

# --8<-- [start:box]
import asyncio
import json
import os
import re
import secrets
import signal
import sys
from collections import deque
from functools import lru_cache
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

ORIGINS: list[Any] = os.environ.get("ORIGINS", "").split()  # the websites whose pages may connect
KEEP = 200  # entries of a box
MAX_SIZE, MAX_BOXES = 4096, 1000
BUFFER = 2**20  # bytes that may wait for one client
PUSH_AFTER = float(os.environ.get("PUSH_AFTER", "5"))  # seconds without a word from any tab

Entry = dict[str, Any]


class Box:
    """What happened to one user's notifications: each one, and each reading of one, numbered."""

    def __init__(self, user: str) -> None:
        self.user, self.epoch = user, secrets.token_hex(8)
        self.last = self.got = 0
        self.kept: deque[Entry] = deque(maxlen=KEEP)
        self.clients: set[ServerConnection] = set()

    def join(self, client: ServerConnection, epoch: str, after: int) -> None:
        """In one step: no entry comes between those that it missed and those to come."""
        after = after if epoch == self.epoch else 0
        tell({client}, {"type": "welcome", "epoch": self.epoch, "after": after, "last": self.last})
        for entry in self.kept:
            if entry["n"] > after:
                tell({client}, entry)
        self.clients.add(client)

    def add(self, **entry: Any) -> None:
        self.last += 1
        self.kept.append({"n": self.last, **entry})
        tell(self.clients, self.kept[-1])

    def notify(self, text: str) -> None:
        """Tell the user something: in the tabs, or else by Web Push."""
        self.add(type="note", text=text)
        asyncio.get_running_loop().call_later(PUSH_AFTER, self.fall_back, self.last, text)

    def read(self, note: int) -> None:
        """Once, however many tabs and devices say so."""
        if not any(one["type"] == "read" and one["note"] == note for one in self.kept):
            self.add(type="read", note=note)

    def fall_back(self, n: int, text: str) -> None:
        if self.got < n:  # no tab has it
            push(self.user, n, text)


def tell(clients: set[ServerConnection], message: Entry) -> None:
    """Without waiting for anybody. Who does not read is cut off, and can come back for the rest."""
    broadcast(clients, json.dumps(message))
    for client in clients:
        if client.transport.get_write_buffer_size() > BUFFER:
            client.transport.abort()


def push(user: str, n: int, text: str) -> None:
    """Call your Web Push library here, for each subscription of the user, with `n` as the tag."""
    print(f"push to {user}: {n}", flush=True)


# --8<-- [end:box]

# --8<-- [start:parsed]
# What clients may send: for each field a pattern, or that it is a number.
Fields = dict[str, dict[str, str | type[int]]]
FIRST: Fields = {"hello": {"user": "[a-z0-9-]{1,40}", "epoch": "[0-9a-f]{0,16}", "after": int}}
THEN: Fields = {
    "got": {"n": int},
    "read": {"note": int},
    "send": {"text": "(?s).{1,200}"},  # for the demo: your system calls notify() itself
}


class BadMessageError(ValueError):
    """Its words are for whoever sent the message."""


def parsed(data: str | bytes, kinds: Fields) -> Entry:
    try:
        message: Entry = json.loads(data)
        fields = kinds[message["type"]]
    except (ValueError, RecursionError, TypeError, KeyError):
        raise BadMessageError(f"expected JSON with a type of {', '.join(kinds)}") from None
    for name, wanted in fields.items():
        value = message.get(name)
        if isinstance(wanted, str):
            good = isinstance(value, str) and bool(re.fullmatch(wanted, value))
        else:
            good = type(value) is int and value >= 0  # to Python, true is a number
        if not good:
            raise BadMessageError(f"{message['type']}: {name} is missing or malformed")
    return message


# --8<-- [end:parsed]


# --8<-- [start:handle]
@lru_cache(MAX_BOXES)
def find(user: str) -> Box:
    """In a product, boxes are in your database."""
    return Box(user)


async def handle(client: ServerConnection) -> None:
    box = None
    try:
        hello = parsed(await client.recv(), FIRST)
        box = find(hello["user"])  # in a product: whose session the handshake has
        box.join(client, hello["epoch"], hello["after"])
        async for data in client:
            if data == "ping":  # a browser has no other
                await client.send("ping")
                continue
            message = parsed(data, THEN)
            if message["type"] == "got":
                box.got = max(box.got, min(message["n"], box.last))
            elif message["type"] == "read":
                box.read(message["note"])
            else:
                box.notify(message["text"])
    except BadMessageError as error:
        await client.close(1008, str(error))
    except ConnectionClosed:
        pass
    finally:
        if box:
            box.clients.discard(client)


# --8<-- [end:handle]


# --8<-- [start:main]
async def run(port: int) -> None:
    loop = asyncio.get_running_loop()
    async with serve(
        handle,
        "127.0.0.1",
        port,
        origins=[*ORIGINS, None],  # None: programs, which send no Origin
        max_size=MAX_SIZE,
        compression=None,
        close_timeout=5,
    ) as server:
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, lambda *_: loop.call_soon_threadsafe(server.close))
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
