"""An independent reader of the report protocol, which checks all that it reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.echo.raw import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Received

Report = dict[str, Any]

SCHEMA = json.loads(Path(__file__).with_name("report_schema.json").read_text("utf-8"))
_VALIDATORS = {
    kind: Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})
    for kind in ("hello", "frame", "rtt", "totals")
}
_KINDS = {
    CONTINUATION: "continuation",
    TEXT: "text",
    BINARY: "binary",
    CLOSE: "close",
    PING: "ping",
    PONG: "pong",
}


def validate(report: Report) -> None:
    """Fail unless the report has exactly the members of its type, each of the right form."""
    _VALIDATORS[report["type"]].validate(report)


def shown(report: Report) -> bytes:
    """The bytes that a frame report shows."""
    return bytes.fromhex(report["header"] + report["payload"])


def _no_frames() -> dict[str, int]:
    return dict.fromkeys(_KINDS.values(), 0)


@dataclass
class Session:
    """What came from the server on a reporting connection after the response.

    Each frame is told to be an echo, a report or a control frame by the rule of position alone;
    then its content is checked against all that came before.
    """

    request_size: int
    reports: list[Report] = field(default_factory=list)
    echoes: list[Received] = field(default_factory=list)
    others: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._announced: Report | None = None
        self._previous: Report | Received | None = None
        self._report_count = self._report_bytes = 0
        self._in_frames, self._out_frames = _no_frames(), _no_frames()
        self._in_bytes = self.request_size
        self._in_messages = 0
        self._last_t = {"in": 0.0, "out": 0.0}

    def of_type(self, kind: str) -> list[Report]:
        return [report for report in self.reports if report["type"] == kind]

    def frames(self, direction: str) -> list[Report]:
        return [report for report in self.of_type("frame") if report["dir"] == direction]

    def read(self, received: Received) -> Report | None:
        """Take one frame from the server; return the report that it is, if it is one."""
        if received.opcode in (CLOSE, PING, PONG):
            self._sent_by_server(received)
            return None
        if self._announced is not None:
            # Nothing stands between the report of an echo and the echo.
            assert self._previous is self._announced
            self._announced = None
            self.echoes.append(received)
            self._sent_by_server(received)
            return None
        assert (received.opcode, received.fin, received.rsv) == (TEXT, True, 0)
        report: Report = json.loads(received.payload)
        validate(report)
        self._check(report, received)
        self._report_count += 1
        self._report_bytes += len(received.wire)
        self.reports.append(report)
        self._previous = report
        return report

    def _sent_by_server(self, received: Received) -> None:
        self.others.append(received)
        self._out_frames[_KINDS[received.opcode]] += 1
        self._previous = received

    def _check(self, report: Report, received: Received) -> None:
        kind = report["type"]
        assert (kind == "hello") == (not self.reports), "hello comes first and once"
        if kind == "frame":
            self._check_frame(report)
        elif kind == "rtt":
            frames = self.of_type("frame")
            ping, pong = frames[report["ping"] - 1], frames[report["pong"] - 1]
            assert (ping["dir"], ping["opcode"]) == ("out", PING)
            assert (pong["dir"], pong["opcode"]) == ("in", PONG)
            assert report["ms"] == round(pong["t"] - ping["t"], 3)
        elif kind == "totals":
            self._check_totals(report, received)

    def _check_frame(self, report: Report) -> None:
        assert report["n"] == len(self.of_type("frame")) + 1
        assert report["t"] >= self._last_t[report["dir"]]
        self._last_t[report["dir"]] = report["t"]
        header, payload = bytes.fromhex(report["header"]), bytes.fromhex(report["payload"])
        assert len(payload) == min(report["length"], self.reports[0]["preview"])
        assert report["fin"] == bool(header[0] & 0x80)
        assert report["rsv"] == [header[0] >> shift & 1 for shift in (6, 5, 4)]
        assert report["opcode"] == header[0] & 0x0F
        if report["dir"] == "in":
            assert report["mask"] == header[-4:].hex()
            self._in_frames[_KINDS[report["opcode"]]] += 1
            self._in_bytes += len(header) + report["length"]
            self._in_messages += report["fin"] and report["opcode"] < CLOSE
        else:
            assert report["mask"] is None
            if report["fin"] and report["opcode"] < CLOSE:
                self._announced = report

    def _check_totals(self, report: Report, received: Received) -> None:
        assert report["in"] == {
            "bytes": self._in_bytes + self._unreported(report),
            "messages": self._in_messages,
            "frames": self._in_frames,
        }
        assert report["out"] == {
            # All that the client had received before this very message.
            "bytes": received.offset,
            "messages": len(self.echoes),
            "frames": self._out_frames,
            "reports": self._report_count,
            "report_bytes": self._report_bytes,
        }

    def _unreported(self, report: Report) -> int:
        """Bytes that came in beyond whole frames: only of a frame that the server closes for."""
        last = self.of_type("frame")[-1:]
        if last and last[0]["dir"] == "out" and last[0]["opcode"] == CLOSE:
            excess: int = report["in"]["bytes"] - self._in_bytes
            return max(0, excess)
        return 0

    def check_end(self) -> None:
        """Check what holds once the connection is closed by a closing handshake."""
        out = self.frames("out")
        assert len(out) == len(self.others)
        preview = self.reports[0]["preview"]
        for report, actual in zip(out, self.others, strict=True):
            assert shown(report) == actual.wire[: len(actual.header) + preview]
            assert report["length"] == len(actual.wire) - len(actual.header)
        assert self.reports[-1]["type"] == "totals"
        assert self.others[-1].opcode == CLOSE
