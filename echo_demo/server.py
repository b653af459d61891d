"""The listening side: start, stop, and what is open in between."""

import asyncio
import errno
import logging
import socket
import time
from dataclasses import dataclass
from typing import Any

from .behaviours.catalog import registry
from .connection import Connection
from .limits import Sweep, drain
from .metrics import Metrics
from .settings import Settings
from .shared import Shared
from .tls import Certificate, CertificateError


def authority(host: str, port: int) -> str:
    """A host and a port as in a URL, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True)
class Snapshot:
    """One open connection: its path, and its counts in the form of a `totals` report."""

    path: str
    totals: dict[str, Any]


_OUT_OF_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

_logger = logging.getLogger("echo_demo")


class _ExceptionHandler:
    """Tells in one line what many clients can bring about: asyncio pauses, and accepts again.

    It reports each of a thousand attempts in a row, so that one line a second is enough.
    """

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in _OUT_OF_RESOURCES:
            loop.default_exception_handler(context)
        elif time.monotonic() > self._quiet_until:
            self._quiet_until = time.monotonic() + 1
            _logger.error("can't accept connections for the moment: %s", error.strerror)


def new_event_loop() -> asyncio.AbstractEventLoop:
    """An event loop, uvloop's where it is installed."""
    loop: asyncio.AbstractEventLoop
    try:
        import uvloop
    except ImportError:
        loop = asyncio.new_event_loop()
    else:
        loop = uvloop.new_event_loop()
    loop.set_exception_handler(_ExceptionHandler())
    return loop


class EchoServer:
    """Accepts connections on the running event loop between `start` and `stop`."""

    def __init__(self, settings: Settings, metrics: Metrics | None = None) -> None:
        self._settings = settings
        self._metrics = metrics
        self._certificate = Certificate(settings) if settings.cert else None
        self._shared: Shared
        self._server: asyncio.Server
        self._sweep: Sweep

    async def start(self, listening: socket.socket | None = None) -> None:
        """Listen, on a socket of the caller's or on the address in the settings.

        Raises:
            OSError: the address is in use, unknown or not allowed.
        """
        loop, settings = asyncio.get_running_loop(), self._settings
        shared = self._shared = Shared(
            settings, loop, registry(settings), metrics=self._metrics or Metrics()
        )
        options: dict[str, Any] = {"backlog": 1024}
        if self._certificate is not None:
            options |= {
                "ssl": self._certificate.context,
                "ssl_handshake_timeout": settings.open_timeout,
                "ssl_shutdown_timeout": settings.close_timeout,
            }
        if listening is None:
            options |= {"host": settings.host, "port": settings.port}
        else:
            options |= {"sock": listening}
        try:
            self._server = await loop.create_server(lambda: Connection(shared), **options)
        except ValueError as error:
            # A name that can't even be looked up, with an empty label for example.
            raise socket.gaierror(socket.EAI_NONAME, "it is not a host name") from error
        self._sweep = Sweep(shared)

    def reload(self) -> None:
        """Read the certificate again, for new connections; keep the old one if it can't be used."""
        if self._certificate is None:
            return
        try:
            self._certificate.reload()
        except CertificateError as error:
            _logger.error("the old certificate stays in use: %s", error)

    @property
    def port(self) -> int:
        """The port listened on, also where the settings leave the choice."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def address(self) -> str:
        """The ws: address of the server, without a path."""
        scheme = "ws" if self._certificate is None else "wss"
        return f"{scheme}://{authority(self._settings.host, self.port)}"

    def connections(self) -> list[Snapshot]:
        """The open connections, newest last; to be called on the server's event loop."""
        return [
            Snapshot(connection.path, connection.traffic.totals())
            for connection in self._shared.opened
        ]

    async def stop(self) -> None:
        """Refuse what comes, close what is open with 1001 and bit by bit, and stop listening.

        Clients have `close_timeout` to answer.
        """
        self._shared.stopping = True
        await drain(self._shared)
        self._sweep.stop()
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
