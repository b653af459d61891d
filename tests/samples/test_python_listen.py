"""`listen.py` of /languages/python/: reconnects, gives up where that is useless, stops cleanly."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from tests.samples import peers
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, Running, run_client
from tests.samples.wire import CLOSE, TEXT, Peer

MANIFEST = load(DOCS / "languages" / "python" / "samples.toml")
AT_ONCE = {"WEBSOCKETS_BACKOFF_INITIAL_DELAY": "0", "WEBSOCKETS_BACKOFF_MIN_DELAY": "0.01"}


@contextlib.contextmanager
def listening(program: Program, record: peers.Record) -> Iterator[Running]:
    running = Running(program.command(record.url, "0"), program.folder, **AT_ONCE)
    try:
        yield running
    finally:
        running.end()


def test_it_connects_again_after_every_kind_of_loss(programs: Build) -> None:
    def script(sock: socket.socket, record: peers.Record) -> None:
        if record.connections == 2:
            answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
            Peer.accept(sock, answer)
            return
        peer = Peer.accept(sock)
        peer.send(TEXT, f"connection {record.connections}".encode())
        if record.connections == 1:
            return  # drops the line
        if record.connections < 5:
            peer.close({3: 1001, 4: 1012}[record.connections])
            assert peer.receive().opcode == CLOSE
            return
        record.close_code = peer.receive_message().close_code
        peer.close(record.close_code)

    program = programs(MANIFEST)["listen.py"]
    with peers.server(script) as record, listening(program, record) as running:
        for number in (1, 3, 4, 5):
            assert running.line(within=10) == f"connection {number}"
        assert running.stop() == 0
    assert record.close_code == 1000
    assert not record.errors, record.errors
    errors = "".join(running.errors)
    assert "lost: no close frame received or sent" in errors
    assert "closed by the server" in errors
    assert "lost: received 1012 (service restart)" in errors
    assert "connect failed; reconnecting in 0.0 seconds" in errors  # the attempt that got 503


def test_it_gives_up_when_it_is_refused(programs: Build) -> None:
    with peers.server(peers.refusing) as record:
        result = run_client(programs(MANIFEST)["listen.py"], record.url, "0")
    assert record.connections == 1
    assert result.status == 1
    refusal = "listen.py: InvalidStatus: server rejected WebSocket connection: HTTP 403\n"
    assert result.err == refusal
