"""The quick sections of the Autobahn test suite, run by kosoku against the echo at `/`."""

from __future__ import annotations

import json
from pathlib import Path

from echo_demo.background import BackgroundServer
from tests.echo.conformance import (
    CASES,
    LIBRARY,
    PAGE,
    RESULT,
    failed,
    settled,
    with_table,
)
from tests.echo.raw import PING, PONG, TEXT, RawClient, frame

# Framing, pings, reserved bits, opcodes, fragments, UTF-8, closing and automatic fragments; 9, 12
# and 13 send megabytes.
QUICK = (1, 2, 3, 4, 5, 6, 7, 10)


def test_quick_sections_pass_but_for_what_the_library_does(
    server: BackgroundServer, tmp_path: Path
) -> None:
    patterns = [f"{section}.*" for section in QUICK]
    address = f"{server.host}:{server.port}"
    verdicts, _ = settled(address, patterns, tmp_path, LIBRARY, parallel=4)
    assert len(verdicts) == 247
    assert failed(verdicts) == LIBRARY


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


def test_the_page_tells_the_result_that_is_kept() -> None:
    result = json.loads(RESULT.read_text("utf-8"))
    page = PAGE.read_text("utf-8")
    assert with_table(page, result["cases"]) == page
    assert failed(result["cases"]) == LIBRARY
    for case in LIBRARY:
        assert f"**{case}**" in page
    assert ("not in this result" in page) == (len(result["cases"]) < CASES)
