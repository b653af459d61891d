"""The same chat room with a limit on everything that a stranger can make it hold or do."""

# --8<-- [start:limits]
import asyncio
import hashlib
import json
import os
import secrets
import signal
import socket
import struct
import sys
import time
from collections import Counter
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response


def setting(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


ORIGINS = os.environ.get("ORIGINS", "").split()  # the only pages that may connect
PROXIES = os.environ.get("PROXIES", "").split()  # addresses of our own proxies

CONNECTIONS = setting("CONNECTIONS", 1000)  # TCP connections, those in their handshake included
PER_ADDRESS = setting("PER_ADDRESS", 50)
PER_USER = setting("PER_USER", 5)
OPEN = setting("OPEN", 5)  # seconds for the handshake

SIZE = 8 * 1024  # bytes of a message, decompressed
FRAGMENTS = 16  # frames of a message
COMPLETE = setting("COMPLETE", 10)  # seconds from the first frame of a message to its last
TEXT = 500  # characters in what is said

MESSAGES = setting("MESSAGES", 10)  # of one user in a second; twice as many at once
BYTES = setting("BYTES", 32 * 1024)  # of one connection in a second, and at once
OUTBOX = 100  # messages that wait for a client to read
# --8<-- [end:limits]


class RefusedError(Exception):
    """The connection ends with a close code and a reason, which the client may read."""


class Bucket:
    """So many in a second, and so many at once."""

    def __init__(self, rate: int, at_once: int) -> None:
        self.rate, self.at_once = rate, at_once
        self.left, self.at = float(at_once), time.monotonic()

    def take(self, amount: int = 1) -> bool:
        now = time.monotonic()
        self.left = min(self.at_once, self.left + (now - self.at) * self.rate)
        self.at = now
        if amount > self.left:
            return False
        self.left -= amount
        return True


class User:
    def __init__(self, name: str) -> None:
        self.name = name
        self.may = {"say", "announce"} if name == "admin" else {"say"}
        self.messages = Bucket(MESSAGES, 2 * MESSAGES)
        self.connections: set[Guarded] = set()


users: dict[str, User] = {}
sessions: dict[bytes, User] = {}  # by the token's hash
members: set["Guarded"] = set()
held: Counter[str] = Counter()  # TCP connections by address


def group(address: str) -> str:
    """An IPv4 address, or the /64 that one IPv6 customer has."""
    found = ip_address(address.partition("%")[0])
    return address if found.version == 4 else str(ip_network((found, 64), strict=False))


# --8<-- [start:guarded]
class Guarded(ServerConnection):
    """Counts what comes, before anything is made of it."""

    user: User | None = None
    why = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.bytes = Bucket(BYTES, BYTES)
        self.outbox: asyncio.Queue[str] = asyncio.Queue(OUTBOX)
        self.peer = self.remote_address[0]
        self.address = group(self.peer)
        held[self.address] += 1
        if held.total() > CONNECTIONS:
            self.drop("too many connections")
        elif self.peer not in PROXIES and held[self.address] > PER_ADDRESS:
            self.drop("too many connections of one address")

    def connection_lost(self, error: Exception | None) -> None:
        self.count_for("")
        if self.user:
            self.user.connections.discard(self)
        log("end", self)
        super().connection_lost(error)

    def count_for(self, address: str) -> None:
        """Count it for another address, or no more."""
        held[self.address] -= 1
        if not held[self.address]:
            del held[self.address]
        if address:
            self.address = address
            held[address] += 1

    def data_received(self, data: bytes) -> None:
        if self.bytes.take(len(data)):
            super().data_received(data)
        else:
            self.drop("too many bytes")

    def tell(self, **message: str) -> None:
        """Never wait for a reader: who is too far behind is dropped."""
        try:
            self.outbox.put_nowait(json.dumps(message))
        except asyncio.QueueFull:
            self.drop("does not read")

    def drop(self, why: str) -> None:
        """End it without a word, and leave nothing in the kernel's buffers either."""
        members.discard(self)
        if self.transport.is_closing():
            return
        self.why = why
        tcp = self.transport.get_extra_info("socket")
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


# --8<-- [end:guarded]


def log(event: str, connection: Guarded) -> None:
    """One line of JSON, so that nothing a client sends can pass for a line of its own."""
    line = {
        "event": event,
        "address": connection.address,
        "user": connection.user.name if connection.user else None,
        "status": connection.response.status_code if connection.response else None,
        "why": connection.why,
    }
    print(json.dumps(line), file=sys.stderr, flush=True)


# --8<-- [start:admit]
def client(connection: Guarded, request: Request) -> str:
    """The peer, or whom our own proxy names last: what stands before that, the client wrote."""
    if connection.peer not in PROXIES:
        return group(connection.peer)
    named = ",".join(request.headers.get_all("X-Forwarded-For")).rpartition(",")[2].strip()
    with suppress(ValueError):
        return group(named)
    return group(connection.peer)


def session(request: Request) -> User | None:
    with suppress(CookieError):
        if cookie := SimpleCookie(",".join(request.headers.get_all("Cookie"))).get("session"):
            return sessions.get(hashlib.sha256(cookie.value.encode()).digest())
    return None


def admit(connection: Guarded, request: Request) -> Response | None:
    """Decide before there is a WebSocket connection; then the library compares the origin."""
    connection.count_for(client(connection, request))
    if held[connection.address] > PER_ADDRESS:
        return connection.respond(429, "too many connections of one address\n")
    if request.path.startswith("/login?"):
        return log_in(connection, request)
    if request.path != "/":
        return connection.respond(404, "not here\n")
    if (user := session(request)) is None:
        return connection.respond(401, "log in first\n")
    if len(user.connections) >= PER_USER:
        return connection.respond(429, "too many connections of one user\n")
    connection.user = user
    user.connections.add(connection)
    return None


# --8<-- [end:admit]


def log_in(connection: Guarded, request: Request) -> Response:
    """Stands in for the login that you have: /login?user=ada sets a cookie."""
    name = parse_qs(urlsplit(request.path).query).get("user", [""])[0][:20]
    token = secrets.token_urlsafe(32)
    user = users.setdefault(name, User(name))
    sessions[hashlib.sha256(token.encode()).digest()] = user
    response = connection.respond(200, "logged in\n")
    # Over TLS: name it __Host-session, and add Secure.
    response.headers["Set-Cookie"] = f"session={token}; HttpOnly; SameSite=Strict; Path=/"
    return response


# --8<-- [start:receive]
async def receive(connection: Guarded) -> str:
    """One message, of few frames, within a time that starts with the first."""
    parts: list[str] = []
    async with asyncio.timeout(None) as deadline:
        async for part in connection.recv_streaming():
            if not isinstance(part, str):
                raise RefusedError(1003, "text only")
            if not parts:
                deadline.reschedule(asyncio.get_running_loop().time() + COMPLETE)
            parts.append(part)
            if len(parts) > FRAGMENTS:
                raise RefusedError(1009, "too many fragments")
    return "".join(parts)


def act(connection: Guarded, user: User, text: str) -> None:
    """Take a rate, then a form, then a permission; only then act."""
    if not user.messages.take():
        raise RefusedError(1008, "too many messages")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise RefusedError(1008, "not JSON") from None
    match message:
        case {"type": "say" | "announce" as kind, "text": str(said), **rest} if not rest:
            pass
        case _:
            raise RefusedError(1008, "not a message of ours")
    if not 0 < len(said) <= TEXT:
        raise RefusedError(1008, f"text must have 1 to {TEXT} characters")
    if kind not in user.may:
        log("forbidden", connection)
        connection.tell(type="error", text=f"you may not {kind}")
        return
    for member in list(members):
        member.tell(**{"type": kind, "from": user.name, "text": said})


# --8<-- [end:receive]


# --8<-- [start:room]
async def room(connection: Guarded) -> None:
    assert connection.user
    writer = asyncio.create_task(write(connection))
    members.add(connection)
    try:
        connection.tell(type="hello", user=connection.user.name)
        while True:
            act(connection, connection.user, await receive(connection))
            await asyncio.sleep(0)  # the writers' turn
    except TimeoutError:
        await connection.close(1008, "message took too long")
    except RefusedError as refusal:
        connection.why = refusal.args[1]
        members.discard(connection)
        await connection.close(*refusal.args)
    except ConnectionClosed as end:
        connection.why = connection.why or str(end)
    finally:
        members.discard(connection)
        writer.cancel()


async def write(connection: Guarded) -> None:
    with suppress(ConnectionClosed):
        while True:
            await connection.send(await connection.outbox.get())


# --8<-- [end:room]


# --8<-- [start:serve]
async def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not ORIGINS:
        sys.exit("usage: ORIGINS='https://app.example.com' hardened.py PORT")
    port = int(sys.argv[1])
    async with serve(
        room,
        "127.0.0.1",
        port,
        create_connection=Guarded,
        process_request=admit,
        origins=ORIGINS,
        max_size=SIZE,
        open_timeout=OPEN,
        close_timeout=2,
        ping_interval=20,
        ping_timeout=20,
        compression="deflate" if setting("COMPRESSION", 0) else None,
        server_header=None,
    ) as server:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.close)
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await server.wait_closed()


# --8<-- [end:serve]

if __name__ == "__main__":
    asyncio.run(main())
