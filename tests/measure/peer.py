"""One connection of the load: its opening handshake, and one echo compared byte by byte."""

from __future__ import annotations

import socket
import zlib

from tests.measure.traffic import Message

_BUFFER = 262_144
_REQUEST = (
    "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)
# What Chromium and Firefox offer.
_OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


class Peer:
    """A non-blocking socket; `open` sends the handshake, `opened` reads its answer."""

    __slots__ = ("socket",)

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect(("127.0.0.1", port))

    def open(self, port: int, *, compression: bool) -> None:
        """Ask for the WebSocket connection."""
        more = _OFFER if compression else ""
        self.socket.sendall(_REQUEST.format(port=port, more=more).encode())
        self.socket.setblocking(False)

    def opened(self, *, compression: bool) -> None:
        """Check the server's answer, which must be all that has come."""
        answer = self.socket.recv(_BUFFER)
        if not answer.startswith(b"HTTP/1.1 101 ") or not answer.endswith(b"\r\n\r\n"):
            raise RuntimeError(f"no WebSocket connection: {answer!r}")
        if compression != (b"permessage-deflate" in answer):
            raise RuntimeError(f"compression is not as asked for: {answer!r}")

    def check(self, message: Message) -> None:
        """Send a message, and compare every byte of its echo."""
        self.socket.setblocking(True)
        self.socket.sendall(message.wire)
        first, length = self._exactly(2)
        if length == 126:
            length = int.from_bytes(self._exactly(2), "big")
        payload = self._exactly(length)
        if first & 0x40:
            payload = zlib.decompressobj(wbits=-15).decompress(payload + b"\x00\x00\xff\xff")
        self.socket.setblocking(False)
        if (first & 0xBF, payload) != (0x80 | message.opcode, message.payload):
            raise RuntimeError("an echo differs from what was sent")

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise RuntimeError("the server has closed a connection")
            data += more
        return data
