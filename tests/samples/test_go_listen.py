"""`listen.go` of /languages/go/: reconnects, gives up where that is useless, stops cleanly."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator

import pytest

from echo_demo.background import BackgroundServer
from tests.samples import peers
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, Running, run_client
from tests.samples.wire import CLOSE, TEXT, Peer

MANIFEST = load(DOCS / "languages" / "go" / "samples.toml")


@pytest.fixture
def program(programs: Build) -> Program:
    return programs(MANIFEST)["listen.go"]


@contextlib.contextmanager
def listening(program: Program, url: str, unit: str) -> Iterator[Running]:
    running = Running(program.command("-unit", unit, url), program.folder)
    try:
        yield running
    finally:
        running.end()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/drop?after=1", "connection reset by peer"),
        ("/close/1012?after=1", "status = StatusServiceRestart"),
        ("/close/1013?after=1", "status = StatusTryAgainLater"),
        ("/reject/503", "got 503"),
        ("/no-pong", "no pong"),
        ("/silent", "no pong"),
    ],
)
def test_it_connects_again(
    program: Program, echo_server: BackgroundServer, path: str, reason: str
) -> None:
    with listening(program, echo_server.url.rstrip("/") + path, "20ms") as running:
        lost = running.errors_with("lost: ", 3, within=20)
        assert running.stop() == 0
    assert all(reason in line for line in lost), lost


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/reject/403", "not trying again"), ("/close/1008?after=1", "StatusPolicyViolation")],
)
def test_it_gives_up(
    program: Program, echo_server: BackgroundServer, path: str, reason: str
) -> None:
    result = run_client(program, "-unit", "20ms", echo_server.url.rstrip("/") + path)
    assert result.status == 1
    assert result.err.splitlines()[-1].startswith("listen: ")
    assert reason in result.err
    assert "again in" not in result.err


@pytest.mark.parametrize(
    ("code", "least", "most"), [(1012, 0.5, 3.0), (1013, 3.0, 6.0), (1011, 0.0, 0.1)]
)
def test_it_waits_as_the_close_code_asks(
    program: Program, echo_server: BackgroundServer, code: int, least: float, most: float
) -> None:
    url = f"{echo_server.url.rstrip('/')}/close/{code}?after=1"
    with listening(program, url, unit="100ms") as running:
        (line,) = running.errors_with("lost: ", 1, within=20)
    number, unit = re.search(r"again in ([\d.]+)(m?s)", line).groups()  # type: ignore[union-attr]
    assert least <= float(number) / (1000 if unit == "ms" else 1) <= most, line


def test_it_prints_messages_and_closes_with_1000(program: Program) -> None:
    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        peer.send(TEXT, f"connection {record.connections}".encode())
        if record.connections > 1:
            record.close_code = peer.receive_message().close_code
            peer.send(CLOSE, record.close_code.to_bytes(2))

    with peers.server(script) as record, listening(program, record.url, "1s") as running:
        for number in (1, 2):
            assert running.line(within=10) == f"connection {number}"
        assert running.stop() == 0
    assert record.close_code == 1000
    assert not record.errors, record.errors
