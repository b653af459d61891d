"""The server of /build/scale/ on several processes, and the brokers between them."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.deploy.programs import need
from tests.samples.manifest import DOCS
from tests.samples.programs import START_LIMIT, Running, free_port

FOLDER = DOCS / "build" / "scale"
BROKERS = ("redis", "nats")
# Seconds in which anything that must come has come.
PATIENCE = 30


class BrokerProgram:
    """A Redis or NATS of the test's own, which can be killed and started again at its port."""

    def __init__(self, name: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"{name}://127.0.0.1:{self.port}"
        port = str(self.port)
        self._command = {
            "redis": [
                *(need("redis-server"), "--port", port, "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(folder)),
            ],
            "nats": [need("nats-server"), "-a", "127.0.0.1", "-p", port],
        }[name]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + START_LIMIT
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            assert time.monotonic() < until, f"{self._command[0]} does not listen"
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def broker(name: str, folder: Path) -> Iterator[BrokerProgram]:
    program = BrokerProgram(name, folder)
    program.start()
    try:
        yield program
    finally:
        program.kill()


@contextlib.contextmanager
def process(url: str, **settings: str) -> Iterator[tuple[Running, int]]:
    """One process of the server; gives it and its port."""
    port = free_port()
    running = Running([sys.executable, "server.py", str(port)], FOLDER, BROKER=url, **settings)
    try:
        assert running.line(START_LIMIT) == f"listening on ws://127.0.0.1:{port}"
        yield running, port
    finally:
        running.end()


@contextlib.contextmanager
def member(port: int, room: str = "lobby", **options: Any) -> Iterator[ClientConnection]:
    """A client that is in a room."""
    options = {"max_queue": None, "close_timeout": 1, **options}
    with connect(f"ws://127.0.0.1:{port}/{room}", proxy=None, **options) as client:
        assert hear(client) == {"type": "joined", "room": room}
        yield client


def hear(client: ClientConnection) -> dict[str, str]:
    message: dict[str, str] = json.loads(client.recv(timeout=PATIENCE))
    return message
