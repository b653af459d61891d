"""The listening side: start, stop, and what is open in between."""

import asyncio
from dataclasses import dataclass
from typing import Any

from .connection import Connection
from .settings import Settings
from .shared import Shared


@dataclass(frozen=True)
class Snapshot:
    """One open connection: its path, and its counts in the form of a `totals` report."""

    path: str
    totals: dict[str, Any]


def new_event_loop() -> asyncio.AbstractEventLoop:
    """An event loop, uvloop's where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


class EchoServer:
    """Accepts connections on the running event loop between `start` and `stop`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._shared: Shared
        self._server: asyncio.Server

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is in use, unknown or not allowed.
        """
        loop = asyncio.get_running_loop()
        shared = self._shared = Shared(self._settings, loop)
        self._server = await loop.create_server(
            lambda: Connection(shared), self._settings.host, self._settings.port, backlog=1024
        )

    @property
    def port(self) -> int:
        """The port listened on, also where the settings leave the choice."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def address(self) -> str:
        """The ws: address of the server, without a path."""
        host = self._settings.host
        return f"ws://[{host}]:{self.port}" if ":" in host else f"ws://{host}:{self.port}"

    def connections(self) -> list[Snapshot]:
        """The open connections, newest last; to be called on the server's event loop."""
        return [
            Snapshot(connection.path, connection.traffic.totals())
            for connection in self._shared.opened
        ]

    async def stop(self) -> None:
        """Stop listening, close all connections with 1001, wait up to `close_timeout` for it."""
        self._shared.stopping = True
        self._server.close()
        for connection in list(self._shared.accepted):
            connection.shut_down()
        try:
            async with asyncio.timeout(self._settings.close_timeout):
                await self._shared.idle.wait()
        except TimeoutError:
            for connection in list(self._shared.accepted):
                connection.abort()
            await self._shared.idle.wait()
        await self._server.wait_closed()
