"""Resident memory of the server for each idle subscriber, asked for with a browser's headers."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.measure.machine import memory
from tests.measure.servers import Running
from tests.measure.transports import headers
from tests.measure.transports.clients import http

SUBSCRIBERS = 1000
MESSAGE = 1024
# Seconds in which the server finishes what it does on its own.
SETTLE = 0.4


@contextmanager
def _subscribers(port: int, number: int, request: bytes, answer: bytes) -> Iterator[None]:
    """Open so many connections; the head of each response must hold the answer."""
    sockets = []
    try:
        for _ in range(number):
            one = socket.create_connection(("127.0.0.1", port))
            sockets.append(one)
            one.sendall(request)
            head = b""
            while b"\r\n\r\n" not in head:
                if not (more := one.recv(4096)):
                    raise RuntimeError("the server has closed a connection")
                head += more
            if answer not in head:
                raise RuntimeError(f"{answer!r} is not in the response: {head!r}")
        yield
    finally:
        for one in sockets:
            one.close()


# What each asks with, all with a browser's headers, which the server keeps; and what shows that
# the server has understood.
WAYS = {
    "sse": (headers.request("EventSource", "/events"), b"text/event-stream"),
    "websocket": (headers.request("WebSocket", "/"), b"HTTP/1.1 101 "),
    "websocket_deflate": (
        headers.request("WebSocket", "/", compression=True),
        b"permessage-deflate",
    ),
}


def _publish(port: int) -> None:
    async def publish() -> None:
        async with http(port) as client:
            await client.post("/publish", content="x" * MESSAGE)

    asyncio.run(publish())


def measure(way: str, server: Running, number: int = SUBSCRIBERS) -> dict[str, float]:
    """KiB of a subscriber: new, and after one message. The server must be fresh."""
    request, answer = WAYS[way]
    # One first: what the server makes for its first one is not counted as the others'.
    with _subscribers(server.port, 1, request, answer):
        _publish(server.port)
    time.sleep(SETTLE)
    empty = memory(server.pid)
    with _subscribers(server.port, number, request, answer):
        time.sleep(SETTLE)
        new = memory(server.pid) - empty
        _publish(server.port)
        time.sleep(SETTLE)
        used = memory(server.pid) - empty
    return {
        "new_kib": round(new / number / 1024, 1),
        "used_kib": round(used / number / 1024, 1),
    }
