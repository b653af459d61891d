"""RFC 6455 over a blocking socket, written for these tests and sharing no code with a library.

What a sample puts on the wire is judged by this module, so that an error in a library cannot hide
itself by being on both ends. It offers no extensions.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
from dataclasses import dataclass
from typing import Self

CRLF = "\r\n"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class WireError(AssertionError):
    """The peer broke the protocol, or hung up."""


@dataclass(frozen=True)
class Frame:
    """One frame as it was received, unmasked."""

    opcode: int
    payload: bytes
    fin: bool = True
    masked: bool = False

    @property
    def close_code(self) -> int:
        """The code of a close frame; 1005 stands for a frame without one (section 7.1.5)."""
        assert self.opcode == CLOSE, self
        return int.from_bytes(self.payload[:2]) if self.payload else 1005


def accept_value(key: str) -> str:
    """Return what a server answers to ``Sec-WebSocket-Key`` (section 4.2.2, item 5.4)."""
    guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return base64.b64encode(hashlib.sha1((key + guid).encode()).digest()).decode()


class Peer:
    """One end of a connection. Every wait ends after ``timeout`` seconds with TimeoutError."""

    def __init__(self, sock: socket.socket, *, client: bool, timeout: float = 10) -> None:
        self.sock = sock
        self.client = client
        self.buffer = b""
        self.headers: dict[str, str] = {}
        sock.settimeout(timeout)

    @classmethod
    def connect(cls, port: int, *headers: str, buffer: int | None = None) -> Self:
        """Open a connection to a server on the loopback interface, as a client does.

        ``headers`` are added to the request; ``buffer`` limits what the kernel keeps unread.
        """
        sock = socket.socket()
        if buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        sock.settimeout(10)
        try:
            sock.connect(("127.0.0.1", port))
            return cls(sock, client=True)._opened(port, headers)
        except BaseException:
            sock.close()
            raise

    def _opened(self, port: int, headers: tuple[str, ...]) -> Self:
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            f"{''.join(header + CRLF for header in headers)}\r\n".encode()
        )
        status = self.read_head()
        if not status.startswith("HTTP/1.1 101 "):
            raise WireError(f"the server answered {status!r}")
        if self.headers.get("sec-websocket-accept") != accept_value(key):
            raise WireError(f"wrong Sec-WebSocket-Accept in {self.headers}")
        if "sec-websocket-extensions" in self.headers:
            raise WireError("the server chose an extension that was not offered")
        return self

    @classmethod
    def accept(cls, sock: socket.socket, answer: str | None = None) -> Self:
        """Answer a client's opening handshake: with 101, or with ``answer`` as it stands."""
        peer = cls(sock, client=False)
        request = peer.read_head()
        if not request.startswith("GET ") or peer.headers.get("sec-websocket-version") != "13":
            raise WireError(f"not an opening handshake: {request!r} {peer.headers}")
        if answer is None:
            answer = (
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Accept: "
                f"{accept_value(peer.headers['sec-websocket-key'])}\r\n\r\n"
            )
        peer.sock.sendall(answer.encode())
        return peer

    def read_head(self) -> str:
        """Read up to the empty line, keep the headers, return the first line."""
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        self.headers = {name.lower(): value.strip() for name, value in pairs}
        return first

    def send(
        self,
        opcode: int,
        payload: bytes = b"",
        *,
        fin: bool = True,
        masked: bool | None = None,
    ) -> None:
        """Send one frame; masked as section 5.3 asks of this end, unless told otherwise."""
        masked = self.client if masked is None else masked
        length = len(payload)
        head = bytes([fin << 7 | opcode])
        if length < 126:
            head += bytes([masked << 7 | length])
        elif length < 1 << 16:
            head += bytes([masked << 7 | 126]) + length.to_bytes(2)
        else:
            head += bytes([masked << 7 | 127]) + length.to_bytes(8)
        if masked:
            key = os.urandom(4)
            head += key
            payload = _mask(payload, key)
        self.sock.sendall(head + payload)

    def close(self, code: int = 1000) -> None:
        """Send a close frame with ``code``."""
        self.send(CLOSE, code.to_bytes(2))

    def receive(self) -> Frame:
        """Return the next frame.

        Raises WireError where it breaks the rules of section 5.2, or where the peer hangs up.
        """
        first, second = self._take(2)
        if first & 0x70:
            raise WireError("RSV bits are set without an extension")
        masked = bool(second & 0x80)
        length = second & 0x7F
        if length >= 126:
            length = int.from_bytes(self._take(2 if length == 126 else 8))
        if masked is self.client:
            raise WireError("a server's frame is masked" if masked else "a client's frame is not")
        key = self._take(4) if masked else b"\0\0\0\0"
        payload = _mask(self._take(length), key)
        return Frame(first & 0x0F, payload, bool(first & 0x80), masked)

    def receive_message(self) -> Frame:
        """Return the next frame that is not a ping or pong; a ping is answered."""
        frame = self.receive()
        while frame.opcode in (PING, PONG):
            if frame.opcode == PING:
                self.send(PONG, frame.payload)
            frame = self.receive()
        parts = [frame.payload]
        last = frame
        while not last.fin:
            last = self.receive()
            parts.append(last.payload)
        return Frame(frame.opcode, b"".join(parts), True, frame.masked)

    def wait_for_end(self) -> None:
        """Read until the peer ends the TCP connection, and end it on this side."""
        try:
            while self.sock.recv(1 << 16):
                pass
        except ConnectionResetError:
            pass
        self.sock.close()  # a peer that closes properly waits for this

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def _receive(self) -> None:
        data = self.sock.recv(1 << 16)
        if not data:
            raise WireError("the peer ended the TCP connection")
        self.buffer += data

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._receive()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken


def _mask(payload: bytes, key: bytes) -> bytes:
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(len(payload))
