"""The two servers of /build/security/, those who join their rooms, and the attacks on them."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.samples.manifest import DOCS
from tests.samples.programs import START_LIMIT, Running, free_port

FOLDER = DOCS / "build" / "security"
ORIGIN = "http://127.0.0.1:8000"
# Seconds in which anything that must come has come.
PATIENCE = 30


@dataclass(frozen=True)
class Server:
    """A server that listens."""

    running: Running
    port: int

    def log_in(self, user: str, source: str = "127.0.0.1", **options: Any) -> str:
        """Return the cookie of a new session."""
        transport = httpx.HTTPTransport(local_address=source)
        with httpx.Client(transport=transport, timeout=PATIENCE) as client:
            answer = client.get(
                f"http://127.0.0.1:{self.port}/login", params={"user": user}, **options
            )
        assert answer.status_code == 200, answer.text
        return answer.headers["Set-Cookie"].partition(";")[0]

    @contextlib.contextmanager
    def connect(
        self, cookie: str = "", source: str = "127.0.0.1", **options: Any
    ) -> Iterator[ClientConnection]:
        """Connect as our page does, from one of the loopback addresses."""
        headers = {**({"Cookie": cookie} if cookie else {}), **options.pop("headers", {})}
        options = {"origin": ORIGIN, "max_queue": None, "close_timeout": 1, **options}
        with connect(
            f"ws://127.0.0.1:{self.port}/",
            additional_headers=headers,
            proxy=None,
            open_timeout=PATIENCE,
            source_address=(source, 0),
            **options,
        ) as socket:
            yield socket

    @contextlib.contextmanager
    def join(self, user: str, **options: Any) -> Iterator[ClientConnection]:
        """Log in and join the room."""
        source = options.get("source", "127.0.0.1")
        with self.connect(self.log_in(user, source), **options) as socket:
            assert hear(socket) == {"type": "hello", "user": user}
            yield socket

    def peak(self) -> int:
        """The most memory that the process had at a time, in KiB."""
        status = Path(f"/proc/{self.running.process.pid}/status").read_text()
        found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.M)
        assert found
        return int(found[1])

    def said(self) -> str:
        """End the server; return all that it wrote to standard error."""
        self.running.end()
        return "".join(self.running.errors)


def hear(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE))
    return message


def say(socket: ClientConnection, text: str, kind: str = "say", **more: str) -> None:
    socket.send(json.dumps({"type": kind, "text": text, **more}))


@contextlib.contextmanager
def serving(name: str, files: int = 0, **settings: str) -> Iterator[Server]:
    """Start a server as the page says, with so many file descriptors at most."""
    port = free_port()
    command = [sys.executable, f"{name}.py", str(port)]
    if files:
        command = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *command]
    running = Running(command, FOLDER, **{"ORIGINS": ORIGIN, **settings})
    try:
        assert running.line(START_LIMIT) == f"listening on ws://127.0.0.1:{port}"
        yield Server(running, port)
    finally:
        running.end()


class Attack(Running):
    """An attack, and what it said when it was under way."""

    told = ""


@contextlib.contextmanager
def attack(name: str, server: Server, seconds: int = PATIENCE) -> Iterator[Attack]:
    """Start an attack; it is under way in the body."""
    command = [sys.executable, "attack.py", name, str(server.port), str(seconds)]
    running = Attack(command, FOLDER)
    try:
        running.told = running.line(START_LIMIT)
        assert running.told.startswith("under way"), running.told
        yield running
    finally:
        running.end()


def outcome(running: Running) -> dict[str, Any]:
    """How an attack ended."""
    told: dict[str, Any] = json.loads(running.line(2 * PATIENCE))
    return told
