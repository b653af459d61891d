"""The examples and tables of the specification agree with the server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.echo.raw import PING, PONG, RawClient, frame
from tests.echo.reports import SCHEMA, Report, Session, validate

PAGE = (Path(__file__).parents[2] / "docs/tools/report-protocol.md").read_text("utf-8")
EXAMPLES: dict[str, Report] = {
    title: json.loads(text)
    for title, text in re.findall(r'```json title="([^"]+)"\n(.*?)```', PAGE, re.DOTALL)
}


def test_all_examples_are_here() -> None:
    assert list(EXAMPLES) == [
        "hello",
        "frame, incoming text",
        "frame, outgoing text",
        "rtt",
        "totals",
    ]


@pytest.mark.parametrize("title", EXAMPLES)
def test_examples_have_the_form_that_the_server_is_held_to(title: str) -> None:
    validate(EXAMPLES[title])


@pytest.mark.parametrize("kind", ["hello", "frame", "rtt", "totals"])
def test_the_tables_name_all_members(kind: str) -> None:
    section = re.search(rf"^## {kind}\n(.*?)(?=^## )", PAGE, re.DOTALL | re.MULTILINE)
    assert section is not None
    rows = re.findall(r"^\| (`[^|]+) \|", section[1], re.MULTILINE)
    members = [member for row in rows for member in re.findall(r"`(\w+)`", row)]
    assert sorted(members) == sorted(SCHEMA["$defs"][kind]["properties"])


def request_of_the_example() -> bytes:
    text = EXAMPLES["hello"]["request"]
    assert isinstance(text, str)
    return text.encode("latin-1")


def without_date(response: str) -> str:
    return re.sub(r"\r\nDate: [^\r]*", "\r\nDate:", response)


@pytest.fixture
def quiet() -> Iterator[BackgroundServer]:
    """A server that sends no pings, so that the examples' frames are the first two."""
    with BackgroundServer(Settings(port=0, report_ping_interval=0)) as server:
        yield server


def test_hello(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.send(request_of_the_example())
        client.response()
        hello = Session(client.sent).read(client.frame())
    assert hello is not None
    example = EXAMPLES["hello"]
    assert without_date(hello["response"]) == without_date(example["response"])
    for own in ("started", "response"):
        del hello[own], example[own]
    assert hello == example


def test_frames_and_totals_of_the_sample(quiet: BackgroundServer) -> None:
    with RawClient(quiet) as client:
        client.send(request_of_the_example())
        response = client.response()
        session = Session(client.sent)
        client.send(bytes.fromhex("818537fa213d7f9f4d5158"))
        while len(session.of_type("totals")) < 2:
            session.read(client.frame())
    assert session.reports[0]["ping_interval"] is None
    for title, report in zip(
        ("frame, incoming text", "frame, outgoing text"), session.of_type("frame"), strict=True
    ):
        assert report | {"t": 0} == EXAMPLES[title] | {"t": 0}
    assert [echo.payload for echo in session.echoes] == [b"Hello"]
    totals, example = session.of_type("totals")[-1], EXAMPLES["totals"]
    assert totals["in"] == example["in"]
    # Reports vary by some bytes with the digits of their times.
    for out in (totals["out"], example["out"]):
        assert out["bytes"] == len(response) + out["report_bytes"] + len("\x81\x05Hello")
    assert abs(totals["out"]["report_bytes"] - example["out"]["report_bytes"]) < 30
    for own in ("bytes", "report_bytes"):
        del totals["out"][own], example["out"][own]
    assert totals["out"] == example["out"]


def test_rtt(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.send(request_of_the_example())
        client.response()
        session = Session(client.sent)
        while not session.of_type("rtt"):
            received = client.frame()
            session.read(received)
            if received.opcode == PING:
                client.send(frame(PONG, received.payload))
    (rtt,) = session.of_type("rtt")
    example = EXAMPLES["rtt"]
    assert list(rtt) == list(example)
    # Nothing else was sent, so the pong is the frame after the ping, as in the example.
    assert rtt["pong"] - rtt["ping"] == example["pong"] - example["ping"]
