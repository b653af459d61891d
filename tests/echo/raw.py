"""A WebSocket client written for these tests alone: it counts every byte and checks no rule.

It shares no code with the server or with a library, and can send what a library would not.
"""

from __future__ import annotations

import itertools
import socket
import zlib
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from echo_demo.background import BackgroundServer

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
TIMEOUT = 20
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def request(path: str = "/", *headers: str, port: int = 8765) -> bytes:
    """The bytes of an opening handshake."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


REPORTS = "Sec-WebSocket-Protocol: v1.report.websocket.org"
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = b"\x37\xfa\x21\x3d",
) -> bytes:
    """The bytes of one frame; `rsv` is 4 for RSV1, 2 for RSV2, 1 for RSV3."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0x80 if mask is not None else 0
    size = len(payload)
    if size < 126:
        header = bytes([first, bit | size])
    elif size < 65536:
        header = bytes([first, bit | 126]) + size.to_bytes(2, "big")
    else:
        header = bytes([first, bit | 127]) + size.to_bytes(8, "big")
    if mask is None:
        return header + payload
    key = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return header + mask + masked.to_bytes(size, "big")


def message(
    opcode: int, payload: bytes, cuts: list[int], *, compressed: bool, mask: bytes
) -> list[bytes]:
    """The frames of one message whose payload, compressed or not, is cut at the given places."""
    if compressed:
        payload = deflate(payload)
    edges = [0, *sorted(cut % (len(payload) + 1) for cut in cuts), len(payload)]
    pieces = [payload[a:b] for a, b in itertools.pairwise(edges)]
    return [
        frame(
            opcode if index == 0 else CONTINUATION,
            piece,
            fin=index == len(pieces) - 1,
            rsv=4 if compressed and index == 0 else 0,
            mask=mask,
        )
        for index, piece in enumerate(pieces)
    ]


def deflate(payload: bytes) -> bytes:
    """One message compressed without context (RFC 7692 section 7.2.1)."""
    compressor = zlib.compressobj(wbits=-12)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflate(payload: bytes) -> bytes:
    """The reverse of `deflate`."""
    return zlib.decompressobj(wbits=-15).decompress(payload + b"\x00\x00\xff\xff")


@dataclass(frozen=True)
class Received:
    """One frame from the server, and how many bytes of the connection came before it."""

    wire: bytes
    offset: int

    @property
    def opcode(self) -> int:
        return self.wire[0] & 0x0F

    @property
    def fin(self) -> bool:
        return bool(self.wire[0] & 0x80)

    @property
    def rsv(self) -> int:
        return self.wire[0] >> 4 & 7

    @property
    def header(self) -> bytes:
        assert not self.wire[1] & 0x80, "a server's frame is never masked"
        return self.wire[: {126: 4, 127: 10}.get(self.wire[1], 2)]

    @property
    def payload(self) -> bytes:
        data = self.wire[len(self.header) :]
        return inflate(data) if self.rsv == 4 else data

    @property
    def close_code(self) -> int:
        assert self.opcode == CLOSE
        return int.from_bytes(self.payload[:2], "big")

    @property
    def close_reason(self) -> str:
        return self.payload[2:].decode()


class RawClient:
    """A connection to the server, from its first byte."""

    def __init__(self, server: BackgroundServer) -> None:
        self.socket = socket.create_connection((server.host, server.port), timeout=TIMEOUT)
        self.sent = 0
        self.received = 0
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.sent += len(data)
        self.socket.sendall(data)

    def open(self, path: str = "/", *headers: str) -> bytes:
        """Shake hands and return the response."""
        self.send(request(path, *headers))
        response = self.response()
        assert response.startswith(b"HTTP/1.1 101 "), response
        return response

    def response(self) -> bytes:
        """The head of the server's HTTP response."""
        while b"\r\n\r\n" not in self._buffer:
            assert self._more(), f"the connection ended after {self._buffer!r}"
        size = self._buffer.index(b"\r\n\r\n") + 4
        return self._take(size)

    def rest(self) -> bytes:
        """Everything up to the end of the stream."""
        while self._more():
            pass
        return self._take(len(self._buffer))

    def exactly(self, size: int) -> bytes:
        """The next bytes, whatever they are."""
        while len(self._buffer) < size:
            assert self._more(), "the stream ended"
        return self._take(size)

    def frame(self) -> Received:
        """The next frame."""
        received = self.frame_or_end()
        assert received is not None, "the stream ended"
        return received

    def frame_or_end(self) -> Received | None:
        """The next frame, or None at the end of the stream."""
        while (size := self._frame_size()) is None or len(self._buffer) < size:
            if not self._more():
                assert not self._buffer, "the stream ended inside a frame"
                return None
        offset = self.received
        return Received(self._take(size), offset)

    def frames(self) -> list[Received]:
        """All frames up to the end of the stream."""
        return list(iter(self.frame_or_end, None))

    def _frame_size(self) -> int | None:
        if len(self._buffer) < 2:
            return None
        short = self._buffer[1]
        extended = {126: 2, 127: 8}.get(short, 0)
        if len(self._buffer) < 2 + extended:
            return None
        length = int.from_bytes(self._buffer[2 : 2 + extended], "big") if extended else short
        return 2 + extended + length

    def _more(self) -> bool:
        data = self.socket.recv(65536)
        self._buffer += data
        return bool(data)

    def _take(self, size: int) -> bytes:
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        self.received += size
        return taken
