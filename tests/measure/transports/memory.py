"""Resident memory of the server for each idle subscriber."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.measure.load import connections
from tests.measure.machine import memory
from tests.measure.servers import Running
from tests.measure.transports import headers
from tests.measure.transports.clients import http

SUBSCRIBERS = 1000
MESSAGE = 1024
# Seconds in which the server finishes what it does on its own.
SETTLE = 0.4


@contextmanager
def _sse(port: int, number: int) -> Iterator[None]:
    """Open event streams, with a browser's headers."""
    lines = [f"{name}: {value}" for name, value in headers.load("EventSource")]
    request = "\r\n".join(["GET /events HTTP/1.1", *lines, "", ""]).encode()
    sockets = []
    try:
        for _ in range(number):
            one = socket.create_connection(("127.0.0.1", port))
            sockets.append(one)
            one.sendall(request)
            head = b""
            while b"\r\n\r\n" not in head:
                if not (more := one.recv(4096)):
                    raise RuntimeError("the server has closed a stream")
                head += more
            if b"text/event-stream" not in head:
                raise RuntimeError(f"no event stream: {head!r}")
        yield
    finally:
        for one in sockets:
            one.close()


@contextmanager
def _websocket(port: int, number: int, *, compression: bool) -> Iterator[None]:
    """Open WebSocket connections with the required headers alone: the pages say so."""
    with connections(port, number, compression=compression):
        yield


WAYS: dict[str, Callable[[int, int], AbstractContextManager[None]]] = {
    "sse": _sse,
    "websocket": lambda port, number: _websocket(port, number, compression=False),
    "websocket_deflate": lambda port, number: _websocket(port, number, compression=True),
}


def _publish(port: int) -> None:
    async def publish() -> None:
        async with http(port) as client:
            await client.post("/publish", content="x" * MESSAGE)

    asyncio.run(publish())


def measure(way: str, server: Running, number: int = SUBSCRIBERS) -> dict[str, float]:
    """KiB of a subscriber: new, and after one message. The server must be fresh."""
    subscribers = WAYS[way]
    # One first: what the server makes for its first one is not counted as the others'.
    with subscribers(server.port, 1):
        _publish(server.port)
    time.sleep(SETTLE)
    empty = memory(server.pid)
    with subscribers(server.port, number):
        time.sleep(SETTLE)
        new = memory(server.pid) - empty
        _publish(server.port)
        time.sleep(SETTLE)
        used = memory(server.pid) - empty
    return {
        "new_kib": round(new / number / 1024, 1),
        "used_kib": round(used / number / 1024, 1),
    }
