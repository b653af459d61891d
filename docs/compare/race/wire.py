"""Counts what passes a connection's socket, and cuts it: uvicorn's protocols, watched."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Closes with a reset, at once, whatever is still to be sent (socket(7), SO_LINGER).
_RESET = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Count:
    """Bytes at the server's socket: what the client sent, and what it was sent."""

    up: int = 0
    down: int = 0


class Wire:
    """A connection: whose bytes it carries now, and how to cut it.

    Requests follow each other on a connection, so what comes in belongs to the next one and what
    goes out to the one that is being answered.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._count: Count | None = None
        self._came = 0

    def carries(self, count: Count | None) -> None:
        """A request begins, and is counted there; None: it has ended, or is not counted."""
        if count is not None:
            count.up += self._came
        self._came = 0
        self._count = count

    @property
    def busy(self) -> bool:
        """Whether it carries a request now."""
        return self._count is not None

    def came(self, number: int) -> None:
        """Bytes were read."""
        if self._count is None:
            self._came += number
        else:
            self._count.up += number

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write as the transport does."""
        if self._count is not None:
            self._count.down += len(data)
        self._transport.write(data)

    def cut(self) -> None:
        """Reset the connection."""
        if self._transport.is_closing():
            return
        if (sock := self._transport.get_extra_info("socket")) is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()

    def __getattr__(self, name: str) -> Any:
        """All else that uvicorn does with a transport."""
        return getattr(self._transport, name)


class WatchedHTTP(H11Protocol):
    """HTTP/1.1 whose requests carry their connection: ``scope["state"]["wire"]``."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put a wire in place of the transport."""
        # uvloop's transports are of no common class.
        self._wire = Wire(cast(asyncio.Transport, transport))
        self.app_state = {**self.app_state, "wire": self._wire}
        super().connection_made(self._wire)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Count, then read."""
        self._wire.came(len(data))
        super().data_received(data)


class WatchedWebSocket(WebSocketsSansIOProtocol):
    """The same for what such a connection becomes after an upgrade."""

    _began = False

    def data_received(self, data: bytes) -> None:
        """Count, then read; the handshake, handed on from HTTP, was counted there."""
        if self._began:
            self.app_state["wire"].came(len(data))
        self._began = True
        super().data_received(data)
