"""One connection of the load: sends ready frames and finds where the answers end."""

from __future__ import annotations

import socket
import zlib

from tests.measure.traffic import BINARY, TEXT, Message

_BUFFER = 262_144
_REQUEST = (
    "GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
)
# What Chromium and Firefox offer.
_OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"


class Peer:
    """A non-blocking socket; `open` sends the handshake, `opened` reads its answer."""

    __slots__ = ("_rest", "_skip", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect(("127.0.0.1", port))
        # Bytes of the current frame that are still to come, and a header that came in part.
        self._skip = 0
        self._rest = b""

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

    def receive(self) -> int:
        """Read what has come; return how many messages ended in it."""
        data = self.socket.recv(_BUFFER)
        if not data:
            raise RuntimeError("the server has closed a connection")
        size = len(data)
        if size < self._skip:
            self._skip -= size
            return 0
        ended = 1 if self._skip else 0
        position, self._skip = self._skip, 0
        if self._rest:
            data, self._rest = self._rest + data, b""
            size = len(data)
        while position < size:
            if size - position < 4 and (size - position < 2 or data[position + 1] == 126):
                self._rest = data[position:]
                break
            length = data[position + 1]
            start = position + 2
            if length == 126:
                length = data[start] << 8 | data[start + 1]
                start += 2
            if data[position] & 0xBF not in (0x80 | TEXT, 0x80 | BINARY):
                raise RuntimeError(f"not a message: {data[position : position + 130]!r}")
            position = start + length
            if position > size:
                self._skip = position - size
                break
            ended += 1
        return ended

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
