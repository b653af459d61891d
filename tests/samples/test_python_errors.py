"""The error messages that /languages/python/ shows are the ones that `websockets` gives."""

from __future__ import annotations

import asyncio
import errno
import logging
import re
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection, serve

from tests.samples import peers
from tests.samples.manifest import ROOT
from tests.samples.programs import free_port
from tests.samples.python_page import PAGE, Talk, echo, failure
from tests.samples.wire import Peer


def answering(answer: str) -> peers.Script:
    def script(sock: socket.socket, record: peers.Record) -> None:
        Peer.accept(sock, answer).wait_for_end()

    return script


def from_peer(script: peers.Script, talk: Talk | None = None, **options: object) -> str:
    with peers.server(script) as record:
        return asyncio.run(failure(record.url, talk, **options))


def status(code: int) -> str:
    return from_peer(answering(f"HTTP/1.1 {code} X\r\nContent-Length: 0\r\n\r\n"))


def hanging_up(sock: socket.socket, record: peers.Record) -> None:
    Peer(sock, client=False).read_head()


async def handler(websocket: ServerConnection, path: str) -> None:
    """Take the second argument that handlers had before 14.0."""


def from_server(run: Callable[..., Awaitable[None]], talk: Talk | None = None) -> str:
    async def main() -> str:
        async with serve(run, "127.0.0.1", 0, max_size=65536) as server:
            port = server.sockets[0].getsockname()[1]
            return await failure(f"ws://127.0.0.1:{port}", talk)

    return asyncio.run(main())


async def send_too_much(websocket: ClientConnection) -> None:
    await websocket.send("x" * 65537)
    await websocket.recv()


async def read_twice(websocket: ClientConnection) -> None:
    await asyncio.gather(websocket.recv(), websocket.recv())


def refused() -> str:
    port = free_port()
    text = asyncio.run(failure(f"ws://127.0.0.1:{port}"))
    return text.replace(str(port), "8765").replace(f"Errno {errno.ECONNREFUSED}]", "Errno 111]")


# websockets looks for the package while it is imported, and another one of the tests' brings it.
WITHOUT_PYTHON_SOCKS = """\
import asyncio, sys
sys.modules["python_socks"] = None
from tests.samples.python_page import failure
print(asyncio.run(failure("ws://example.com", proxy="socks5h://127.0.0.1:1")))
"""


def without_python_socks() -> str:
    command = [sys.executable, "-c", WITHOUT_PYTHON_SOCKS]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def handler_with_a_path() -> str:
    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    records: list[logging.LogRecord] = []
    keep = Keep()
    logger = logging.getLogger("websockets.server")
    logger.addHandler(keep)
    try:
        from_server(handler)
    finally:
        logger.removeHandler(keep)
    assert records[-1].exc_info
    return f"TypeError: {records[-1].exc_info[1]}"


MESSAGES: list[Callable[[], str]] = [
    refused,
    lambda: status(403),
    lambda: status(200),
    lambda: status(426),
    lambda: from_peer(hanging_up),
    lambda: from_peer(
        answering("HTTP/1.1 101 Switching Protocols\r\nConnection: keep-alive\r\n\r\n")
    ),
    lambda: from_server(echo, send_too_much),
    lambda: from_peer(peers.silent, ping_interval=0.1, ping_timeout=0.1, close_timeout=0.1),
    lambda: from_peer(peers.vanishing, send_too_much),
    lambda: from_server(handler),
    lambda: from_server(echo, read_twice),
    without_python_socks,
    lambda: asyncio.run(failure("ws://127.0.0.1", extra_headers={"A": "b"})),
    handler_with_a_path,
]


def test_the_messages_on_the_page_are_the_ones_seen() -> None:
    section = PAGE.split("{ #errors }", 1)[1].split("\n#", 1)[0]
    found = re.findall(r"^`([^`]+)`\n:   `([^`]+)`\.", section, re.MULTILINE)
    shown = [f"{exception}: {message}" for message, exception in found]
    assert shown == [produce() for produce in MESSAGES]
