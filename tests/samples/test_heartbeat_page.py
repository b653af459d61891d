"""server.py and server.mjs of /build/heartbeat/: both ping, and neither keeps who is gone."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.echo.node_packages import node_packages
from tests.samples.manifest import DOCS
from tests.samples.programs import Running, free_port
from tests.samples.wire import CLOSE, PING, PONG, TEXT, Frame, Peer, WireError

FOLDER = DOCS / "build" / "heartbeat"
UNIT = 60  # milliseconds that stand for a second: a loaded machine must answer within ten


@pytest.fixture(params=["server.py", "server.mjs"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Running, int, Path]]:
    file: str = request.param
    shutil.copy(FOLDER / file, tmp_path)
    command = [sys.executable]
    if file.endswith(".mjs"):
        # Of its imports Node.js looks in the folders above it.
        (tmp_path / "node_modules").symlink_to(node_packages() / "node_modules")
        command = ["node"]
    port = free_port()
    running = Running([*command, file, str(port)], tmp_path, UNIT_MS=str(UNIT))
    try:
        assert running.line(60) == f"listening on ws://127.0.0.1:{port}"
        yield running, port, tmp_path / file
    finally:
        running.end()


def receive_or_end(peer: Peer) -> Frame | None:
    """The next frame; None where TCP ends without one."""
    try:
        return peer.receive()
    except (WireError, ConnectionError):
        return None


def kept(port: int) -> Peer:
    """Connect, answer two pings and be served; who stalls and is cut for it tries again."""
    for _ in range(3):
        peer = Peer.connect(port)
        with contextlib.suppress(OSError):  # a pong that is too late
            for _ in range(2):
                ping = receive_or_end(peer)
                if ping is None or ping.opcode != PING:
                    break
                peer.send(PONG, ping.payload)
            else:
                peer.send(TEXT, b"ping")
                if receive_or_end(peer) == Frame(TEXT, b"ping"):
                    return peer
        peer.sock.close()
    raise AssertionError("who answers was cut")


def test_who_answers_stays_and_who_does_not_is_cut(server: tuple[Running, int, Path]) -> None:
    running, port, file = server
    with kept(port) as peer:
        # From here on it is dead: it reads, and answers nothing.
        while (frame := receive_or_end(peer)) and frame.opcode == PING:
            pass
        if file.name == "server.py":
            assert frame is not None
            assert frame.close_code == 1011
            peer.wait_for_end()
            assert running.line(30).startswith("sent 1011 (internal error) keepalive ping timeout")
        else:
            assert frame is None, "terminated, without a close frame"
            said = running.line(30)
            while said.startswith("round trip "):
                said = running.line(30)
            assert said == "no pong"


def test_a_pong_that_answers_nothing_does_not_help(server: tuple[Running, int, Path]) -> None:
    _, port, _ = server
    with Peer.connect(port) as peer:
        assert peer.receive().opcode == PING
        peer.send(PONG, b"unasked")
        while (frame := receive_or_end(peer)) and frame.opcode == PING:
            pass
        assert frame is None or frame.close_code == 1011


def test_it_stops_and_says_how_to_call_it(server: tuple[Running, int, Path]) -> None:
    running, port, file = server
    with socket.create_connection(("127.0.0.1", port), timeout=20) as half:
        if file.name == "server.mjs":  # Node.js would wait for the rest of it
            half.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        else:  # websockets waits for it too, until the time of a handshake is up
            half.close()
        with Peer.connect(port) as peer:
            running.process.terminate()
            frame = peer.receive_message()
            assert frame.close_code == 1001
            peer.send(CLOSE, frame.payload)
            assert running.process.wait(30) == 0
    program = sys.executable if file.name == "server.py" else "node"
    wrong = subprocess.run(
        [program, file.name, "x"], cwd=file.parent, capture_output=True, text=True, check=False
    )
    assert wrong.returncode != 0
    assert f"{file.name} PORT" in wrong.stderr
