"""Five faults that the quick sections of the Autobahn suite must find, each put into the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.frames import PONG, CloseCode, Frame
from websockets.protocol import Protocol

from echo_demo.background import BackgroundServer
from echo_demo.connection import Connection
from echo_demo.extensions import Utf8Check
from echo_demo.settings import Settings
from tests.echo.conformance import LIBRARY, failed, settled

Fault = Callable[[pytest.MonkeyPatch], None]


def no_pong(patch: pytest.MonkeyPatch) -> None:
    sent = Protocol.send_frame

    def send_frame(self: Protocol, frame: Frame) -> None:
        if frame.opcode is not PONG:
            sent(self, frame)

    patch.setattr(Protocol, "send_frame", send_frame)


def any_bytes_are_text(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Utf8Check, "decode", lambda _self, frame, **_options: frame)


def last_fragment_first(patch: pytest.MonkeyPatch) -> None:
    whole = Connection._whole

    def _whole(self: Connection, frame: Frame) -> Frame | None:
        start = bytes(self._message or b"")
        if not frame.fin or not start:
            return whole(self, frame)
        found = whole(self, frame)
        assert found is not None
        return Frame(found.opcode, bytes(found.data)[len(start) :] + start)

    patch.setattr(Connection, "_whole", _whole)


def wrong_close_code(patch: pytest.MonkeyPatch) -> None:
    fail = Protocol.fail

    def as_going_away(self: Protocol, code: int, reason: str = "") -> None:
        fail(self, CloseCode.GOING_AWAY if code == CloseCode.PROTOCOL_ERROR else code, reason)

    patch.setattr(Protocol, "fail", as_going_away)


def reserved_bits_ignored(patch: pytest.MonkeyPatch) -> None:
    check = Frame.check

    def without_bits(self: Frame) -> None:
        self.rsv1 = self.rsv2 = self.rsv3 = False
        check(self)

    patch.setattr(Frame, "check", without_bits)


@pytest.mark.parametrize(
    ("fault", "pattern", "found"),
    [
        (no_pong, "2.*", "2.2"),
        (any_bytes_are_text, "6.3.*", "6.3.1"),
        (last_fragment_first, "5.*", "5.3"),
        (wrong_close_code, "7.*", "7.9.1"),
        (reserved_bits_ignored, "3.*", "3.2"),
    ],
)
def test_fault_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: Fault, pattern: str, found: str
) -> None:
    def cases(folder: str) -> set[str]:
        with BackgroundServer(Settings(port=0)) as server:
            address = f"{server.host}:{server.port}"
            verdicts, _ = settled(address, [pattern], tmp_path / folder, LIBRARY, parallel=4)
        assert found in verdicts
        return failed(verdicts) - LIBRARY

    assert not cases("sound")
    fault(monkeypatch)
    assert found in cases("broken")
