"""Malformed bytes for the server, made from valid ones with a seed: the same seed, the same bytes.

`make fuzz` sends more of them than the test does.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import socket
import sys
from typing import Self

from echo_demo.background import BackgroundServer
from echo_demo.connection import Connection
from echo_demo.settings import Settings
from tests.echo.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    DEFLATE,
    PING,
    PONG,
    REPORTS,
    TEXT,
    deflate,
    frame,
    request,
)
from tests.echo.test_limits import eventually

# No client waits longer than this for an answer or the end; the server gives a handshake and a
# close less.
PATIENCE = 20.0

_PATHS = ("/", "/demo", "/nowhere", "/%00", "/?a=b", "*", "//", "http://a/", "/\xff")
_NAMES = ("Host", "Connection", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Origin")
_VALUES = ("", "a" * 9000, "websocket", "13, 8", "\x00", "\xff\xfe", 'permessage-deflate; x="')

# The last is more than the largest message.
_DEFLATED = tuple(deflate(bytes(size)) for size in (0, 10, 1_200_000))


def _cut(source: random.Random, data: bytes) -> bytes:
    """Bytes with a few changed, left out, doubled or put in."""
    changed = bytearray(data)
    for _ in range(source.choice((1, 1, 2, 5, 20))):
        at = source.randrange(len(changed) + 1)
        match source.randrange(4):
            case 0:
                changed[at : at + 1] = source.randbytes(1)
            case 1:
                del changed[at : at + source.randrange(1, 8)]
            case 2:
                changed[at:at] = source.randbytes(source.randrange(1, 8))
            case _:
                changed[at:at] = changed[at : at + source.randrange(1, 40)]
    return bytes(changed)


def handshake(source: random.Random) -> bytes:
    """A request that is wrong in some way, or by chance is not."""
    match source.randrange(4):
        case 0:
            return source.randbytes(source.choice((1, 20, 400, 20_000)))
        case 1:
            name, value = source.choice(_NAMES), source.choice(_VALUES)
            return request(source.choice(_PATHS), f"{name}: {value}", DEFLATE)
        case 2:
            return _cut(source, request(source.choice(_PATHS), DEFLATE, REPORTS))
        case _:
            lines = request().split(b"\r\n")
            source.shuffle(lines)
            return source.choice((b"\r\n", b"\n", b"\r", b"\r\n ")).join(lines) + b"\r\n\r\n"


def frames(source: random.Random) -> bytes:
    """Frames of any kind and in any order, many of which no client may send."""
    wire = b""
    for _ in range(source.randrange(1, 12)):
        payload = source.choice(
            (
                b"",
                b"Hello",
                "\u20ac".encode()[: source.randrange(4)],
                source.randbytes(source.choice((1, 2, 125, 126, 4000))),
                source.choice(_DEFLATED),
                (source.randrange(65536)).to_bytes(2, "big") + b"reason\xff"[: source.randrange(8)],
            )
        )
        valid = source.random() < 0.7
        wire += frame(
            source.choice((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
            if valid
            else source.randrange(16),
            payload,
            fin=source.random() < 0.6,
            rsv=source.choice((0, 0, 0, 4)) if valid else source.randrange(8),
            mask=source.randbytes(4) if valid or source.random() < 0.5 else None,
        )
    return _cut(source, wire) if source.random() < 0.5 else wire


def talk(address: tuple[str, int], data: bytes) -> bytes:
    """Send bytes and the end of the stream; return the answer.

    Raises:
        TimeoutError: the server neither reads nor closes.
    """
    answer = bytearray()
    with socket.create_connection(address, timeout=PATIENCE) as client:
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while received := client.recv(65536):
                answer += received
        except (ConnectionError, BrokenPipeError):
            # Closed while there was still something to read: the client's bytes are lost.
            pass
    return bytes(answer)


def attack(address: tuple[str, int], seed: int) -> None:
    """One connection of the fuzz.

    Raises:
        AssertionError: the answer is none, or the server hangs; the text has the seed.
    """
    source = random.Random(seed)
    try:
        if source.random() < 0.5:
            answer = talk(address, handshake(source))
            assert answer[:9] in (b"", b"HTTP/1.1 "), f"seed {seed}: {answer[:80]!r}"
        else:
            path = source.choice(("/", "/demo"))
            offers = source.choice(((), (DEFLATE,), (REPORTS,), (DEFLATE, REPORTS)))
            answer = talk(address, request(path, *offers) + frames(source))
            # The answer is lost where the server closed with bytes of the client unread.
            assert answer[:13] in (b"", b"HTTP/1.1 101 "), f"seed {seed}: {answer[:80]!r}"
    except TimeoutError:
        raise AssertionError(f"seed {seed}: no answer in {PATIENCE:g} seconds") from None


class Complaints(logging.Handler):
    """Collects what the server's program logs: a traceback, or a warning of asyncio."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *error: object) -> None:
        logging.getLogger().removeHandler(self)


def connections_alive() -> int:
    """The connections that this process has not forgotten, ended or not."""
    gc.collect()
    return sum(isinstance(found, Connection) for found in gc.get_objects())


def rss_kib() -> int:
    """The memory of this process, the server in its thread included."""
    gc.collect()
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def served() -> BackgroundServer:
    """A server that gives up soon and limits no rate."""
    return BackgroundServer(
        Settings(
            port=0,
            open_timeout=2,
            close_timeout=2,
            max_message_rate=0,
            max_byte_rate=0,
            max_connections_per_client=0,
        )
    )


def run(cases: int, seed: int) -> str:
    """Send what `cases` seeds from `seed` on make; return how memory changed.

    Raises:
        AssertionError: the server hung, complained, or kept something; the text has the seed.
    """
    warm = cases // 10
    with Complaints() as complaints, served() as server:
        address = (server.host, server.port)
        before, old = 0, connections_alive()
        for number in range(cases):
            attack(address, seed + number)
            assert not complaints.texts, f"seed {seed + number}: {complaints.texts}"
            if number == warm:
                before = rss_kib()
            if number % 5000 == 4999:
                print(f"{number + 1} connections, {rss_kib()} KiB", flush=True)
        # The server may learn of the last clients' end later than they.
        eventually(lambda: not server.connections() and connections_alive() <= old)
        grown = rss_kib() - before
    assert not complaints.texts, complaints.texts
    return (
        f"{cases} connections from seed {seed}: memory grew by {grown} KiB after the first {warm}"
    )


def main() -> int:
    """Send what CASES seeds from SEED on make."""
    print(run(int(os.environ.get("CASES", "100000")), int(os.environ.get("SEED", "0"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
