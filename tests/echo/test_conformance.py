"""The quick sections of the Autobahn test suite, run by kosoku against the echo at `/`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from echo_demo.background import BackgroundServer
from tests.echo.raw import PING, PONG, TEXT, RawClient, frame

# Framing, pings, reserved bits, opcodes, fragments, UTF-8, closing and automatic fragments; 9, 12
# and 13 send megabytes.
QUICK = (1, 2, 3, 4, 5, 6, 7, 10)

# websockets answers a close frame between the fragments of a message with 1002, not 1000.
LIBRARY = {"7.1.5"}

GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}


def test_quick_sections_pass_but_for_what_the_library_does(
    server: BackgroundServer, tmp_path: Path
) -> None:
    command = [str(Path(sys.executable).with_name("kosoku")), f"{server.host}:{server.port}"]
    command += ["--parallelism", "4", "--outdir", str(tmp_path)]
    for section in QUICK:
        command += ["--include", f"{section}.*"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    index = tmp_path / "index.json"
    assert index.exists(), done.stderr
    (cases,) = json.loads(index.read_text("utf-8")).values()
    assert len(cases) == 247
    failed = {
        case
        for case, verdict in cases.items()
        if verdict["behavior"] not in GOOD or verdict["behaviorClose"] not in GOOD
    }
    assert failed == LIBRARY


def test_answers_leave_in_the_order_of_what_they_answer(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open()
        client.send(frame(PING, b"1") + frame(TEXT, b"2") + frame(PING, b"3") + frame(TEXT, b"4"))
        answers = [client.frame() for _ in range(4)]
    assert [(answer.opcode, answer.payload) for answer in answers] == [
        (PONG, b"1"),
        (TEXT, b"2"),
        (PONG, b"3"),
        (TEXT, b"4"),
    ]
