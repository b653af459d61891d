"""The server of /build/authentication/, and the ways in, for its tests."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.samples.manifest import DOCS
from tests.samples.programs import Running, free_port

FOLDER = DOCS / "build" / "authentication"


@dataclass(frozen=True)
class Server:
    """The server as it runs, with `origin` the only page that may connect."""

    running: Running
    port: int
    origin: str

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(self, path: str, token: str = "", **options: Any) -> httpx.Response:
        """Ask as a page of ours does, or with the token as a program does."""
        headers = {"Authorization": f"Bearer {token}"} if token else {"Origin": self.origin}
        return httpx.post(self.http + path, **{"headers": headers, **options})

    def log_in(self, user: str = "ada") -> str:
        """Return the token of a new session, which is also its cookie."""
        answer = self.post("/login", json={"user": user, "password": "secret"})
        assert answer.status_code == 200
        return str(answer.json()["token"])

    def ticket(self, token: str) -> str:
        answer = self.post("/ticket", token)
        assert answer.status_code == 200
        return str(answer.json()["ticket"])

    def connect(self, path: str, **options: Any) -> ClientConnection:
        address = f"ws://127.0.0.1:{self.port}{path}"
        socket: ClientConnection = connect(address, proxy=None, **options)
        return socket

    @contextlib.contextmanager
    def enter(self, method: str, token: str) -> Iterator[ClientConnection]:
        """Connect by one of the four methods."""
        path, options = f"/{method}", dict[str, Any]()
        if method == "by-cookie":
            headers = {"Cookie": f"session={token}"}
            options = {"origin": self.origin, "additional_headers": headers}
        elif method == "by-ticket":
            path += f"?ticket={self.ticket(token)}"
        elif method == "by-subprotocol":
            options = {"subprotocols": ["app.v1", f"token.{token}"]}
        with self.connect(path, **options) as socket:
            if method == "by-first-message":
                socket.send(token)
            yield socket

    def stop(self) -> str:
        """End the server; return all that it wrote."""
        self.running.stop()
        self.running.end()
        out = [line for line in self.running.lines.queue if line is not None]
        return "".join(self.running.errors) + "\n".join(out)


@contextlib.contextmanager
def serving(
    origins: str = "https://app.example.com", port: int = 0, **settings: str
) -> Iterator[Server]:
    """Start the server as the page says; `settings` are its environment."""
    port = port or free_port()
    command = [sys.executable, "server.py", str(port)]
    running = Running(command, FOLDER, ORIGINS=origins, **settings)
    try:
        running.errors_with("INFO:     Uvicorn running", 1, 60)
        yield Server(running, port, origins.split()[0])
    finally:
        running.end()
