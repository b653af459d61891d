"""What went over a connection, counted, in the form of the `totals` report."""

import time
from typing import Any

_KINDS = {1: "text", 2: "binary", 0: "continuation", 8: "close", 9: "ping", 10: "pong"}
_FIN_DATA = frozenset((0x80, 0x81, 0x82))


class Traffic:
    """Counts of one connection; bytes include the opening handshake, TCP and IP excluded."""

    __slots__ = (
        "accepted",
        "bytes_in",
        "bytes_out",
        "frames_in",
        "frames_out",
        "messages_in",
        "messages_out",
        "report_bytes",
        "reports",
    )

    def __init__(self) -> None:
        self.accepted = time.monotonic()
        self.bytes_in = self.bytes_out = 0
        self.messages_in = self.messages_out = 0
        self.reports = self.report_bytes = 0
        # Indexed by opcode.
        self.frames_in = [0] * 11
        self.frames_out = [0] * 11

    def now(self) -> float:
        """Milliseconds since the connection was accepted, with microsecond resolution."""
        return round((time.monotonic() - self.accepted) * 1000, 3)

    def requests(self) -> int:
        """What the client asks work for: its messages, pings and pongs."""
        return self.messages_in + self.frames_in[9] + self.frames_in[10]

    def sent(self, wire: bytes) -> None:
        """Count one frame that is not a report; without RSV bits a first byte is FIN and opcode."""
        self.bytes_out += len(wire)
        first = wire[0]
        self.frames_out[first & 0x0F] += 1
        if first & 0x8F in _FIN_DATA:
            self.messages_out += 1

    def reported(self, wire: bytes) -> None:
        """Count one frame that is a report."""
        self.bytes_out += len(wire)
        self.report_bytes += len(wire)
        self.reports += 1

    def totals(self) -> dict[str, Any]:
        """The counts as the members of a `totals` report."""
        return {
            "type": "totals",
            "t": self.now(),
            "in": {
                "bytes": self.bytes_in,
                "messages": self.messages_in,
                "frames": {kind: self.frames_in[opcode] for opcode, kind in _KINDS.items()},
            },
            "out": {
                "bytes": self.bytes_out,
                "messages": self.messages_out,
                "frames": {kind: self.frames_out[opcode] for opcode, kind in _KINDS.items()},
                "reports": self.reports,
                "report_bytes": self.report_bytes,
            },
        }
