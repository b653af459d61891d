"""Reports: what the server saw on the wire, told to the client it saw it of.

The format is specified on the site's page /tools/report-protocol/.
"""

import json
from collections.abc import Iterable
from typing import Any

from websockets.frames import CLOSE, PING, TEXT, Frame
from websockets.protocol import SEND_EOF
from websockets.version import version as websockets_version

from .extensions import Compression
from .scanner import FrameScanner, header_length
from .traffic import Traffic
from .version import __version__

PREVIEW = 256
"""The most payload bytes that a frame report shows."""

SERVER = f"echo-demo/{__version__} websockets/{websockets_version}"


class Reporter:
    """Puts reports between the frames that a connection sends.

    Attributes:
        finished: whether the server's close frame went out, which nothing may follow.
    """

    __slots__ = ("_n", "_ping_n", "_ping_t", "_read_t", "_scanner", "_traffic", "finished")

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._scanner = FrameScanner(PREVIEW)
        self._read_t = 0.0
        self._n = 0
        self._ping_n = 0
        self._ping_t = 0.0
        self.finished = False

    def hello(
        self,
        max_size: int,
        ping_interval: float,
        started: float,
        request: bytes,
        response: bytes,
        compression: Compression | None,
    ) -> list[bytes]:
        """The frames of the first two reports; `started` is in seconds since 1970."""
        return [
            self._report(
                {
                    "type": "hello",
                    "server": SERVER,
                    "started": round(started * 1000, 3),
                    # ISO-8859-1 maps each byte to the character of its value.
                    "request": request.decode("iso-8859-1"),
                    "response": response.decode("iso-8859-1"),
                    "compression": compression and _agreed(compression),
                    "preview": PREVIEW,
                    "ping_interval": _seconds(ping_interval),
                    "max_size": max_size,
                }
            ),
            self._totals(),
        ]

    def scan(self, data: bytes, start: int) -> int:
        """Follow the incoming bytes to the end of a frame at most; return where that is."""
        end = self._scanner.scan(data, start)
        if self._scanner.complete:
            self._read_t = self._traffic.now()
        return end

    def annotate(
        self, received: Iterable[Frame], answered_ping: bool, sending: Iterable[bytes]
    ) -> list[bytes]:
        """Everything to send in one step, in order: the frames given and the reports of them.

        Args:
            received: the frame that the library has read since the last step, if any.
            answered_ping: whether that frame is the pong that answers the server's last ping.
            sending: the frames that the server sends, each whole; SEND_EOF may end them.
        """
        out: list[bytes] = []
        for _ in received:
            if not self.finished:
                out.append(self._incoming())
                if answered_ping:
                    out.append(self._round_trip())
        # The frames of one message stand together, behind the reports of all of them.
        message: list[bytes] = []
        for wire in sending:
            if wire == SEND_EOF:
                out.append(wire)
                continue
            if not self.finished:
                out.append(self._outgoing(wire))
                if wire[0] & 0x0F == CLOSE:
                    self.finished = True
                    out.append(self._totals())
            self._traffic.sent(wire)
            message.append(wire)
            if wire[0] & 0x80:
                out += message
                message.clear()
        if out and not self.finished:
            out.append(self._totals())
        return out

    def _incoming(self) -> bytes:
        scanner = self._scanner
        return self._frame(
            self._read_t, "in", scanner.header, scanner.mask, scanner.length, scanner.payload
        )

    def _outgoing(self, wire: bytes) -> bytes:
        t = self._traffic.now()
        start = header_length(wire)
        report = self._frame(
            t, "out", wire[:start], None, len(wire) - start, wire[start : start + PREVIEW]
        )
        if wire[0] & 0x0F == PING:
            self._ping_n, self._ping_t = self._n, t
        return report

    def _frame(
        self,
        t: float,
        direction: str,
        header: bytes | bytearray,
        mask: bytes | None,
        length: int,
        payload: bytes | bytearray,
    ) -> bytes:
        self._n += 1
        first = header[0]
        return self._report(
            {
                "type": "frame",
                "n": self._n,
                "t": t,
                "dir": direction,
                "fin": bool(first & 0x80),
                "rsv": [first >> 6 & 1, first >> 5 & 1, first >> 4 & 1],
                "opcode": first & 0x0F,
                "mask": None if mask is None else mask.hex(),
                "length": length,
                "header": header.hex(),
                "payload": payload.hex(),
            }
        )

    def _round_trip(self) -> bytes:
        milliseconds = round(self._read_t - self._ping_t, 3)
        return self._report(
            {"type": "rtt", "ping": self._ping_n, "pong": self._n, "ms": milliseconds}
        )

    def _totals(self) -> bytes:
        return self._report(self._traffic.totals())

    def _report(self, report: dict[str, Any]) -> bytes:
        data = json.dumps(report, separators=(",", ":")).encode()
        # Without extensions: a report is never compressed.
        wire = Frame(TEXT, data).serialize(mask=False)
        self._traffic.reported(wire)
        return wire


def _seconds(interval: float) -> float | None:
    """An interval as in the examples: 5 rather than 5.0, and null for none."""
    whole = int(interval)
    return (whole if whole == interval else interval) or None


def _agreed(compression: Compression) -> dict[str, bool | int]:
    """The `compression` member: 15 bits where the response names none (RFC 7692 section 7.1.2)."""
    parameters = compression.parameters
    return {
        "server_no_context_takeover": "server_no_context_takeover" in parameters,
        "client_no_context_takeover": "client_no_context_takeover" in parameters,
        "server_max_window_bits": int(parameters.get("server_max_window_bits") or 15),
        "client_max_window_bits": int(parameters.get("client_max_window_bits") or 15),
    }
