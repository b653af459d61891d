"""The exchange that /protocol/http2-http3/ shows is what its samples do today."""

from __future__ import annotations

import asyncio
import re

import pytest
from hyperframe.frame import SettingsFrame

from tests.samples.conftest import Build
from tests.samples.http2_capture import FOLDER, Passed, fields, load, record, shown
from tests.samples.manifest import load as manifest
from tests.samples.programs import run_client

PAGE = FOLDER.with_suffix(".md").read_text("utf-8")
ENABLE_CONNECT_PROTOCOL = 8  # RFC 8441, section 9.1
# What differs from run to run, or is not the exchange's but a version's of a library.
CHANGING = {":authority", "date", "server"}


@pytest.fixture(scope="module")
def today(programs: Build) -> tuple[list[Passed], str]:
    """What passes between connect.mjs and echo.py, and what connect.mjs prints."""
    programs(manifest(FOLDER / "samples.toml"))
    return asyncio.run(record())


def stable(frames: list[Passed], sender: str) -> list[tuple[str, str]]:
    return [field for field in fields(frames, sender) if field[0] not in CHANGING]


def exchange(frames: list[Passed]) -> list[tuple[str, str, str]]:
    """What is sent on the stream, in order: sender, type, and the payload of all but headers."""
    return [
        (p.sender, p.name, "" if p.name == "HEADERS" else p.data.hex())
        for p in frames
        if p.frame.stream_id and p.name != "WINDOW_UPDATE"
    ]


def test_the_exchange_is_still_the_one_recorded(today: tuple[list[Passed], str]) -> None:
    now, then = today[0], load()
    assert exchange(now) == exchange(then)
    for sender in ("client", "server"):
        assert stable(now, sender) == stable(then, sender)


def test_the_server_offers_extended_connect_before_the_client_uses_it(
    today: tuple[list[Passed], str],
) -> None:
    for frames in (today[0], load()):
        sent = [p.frame for p in frames]
        offer = next(
            at
            for at, p in enumerate(frames)
            if isinstance(p.frame, SettingsFrame)
            and p.sender == "server"
            and p.frame.settings.get(ENABLE_CONNECT_PROTOCOL) == 1
        )
        assert offer < next(at for at, frame in enumerate(sent) if frame.stream_id == 1)


def test_the_client_prints_what_the_page_shows(today: tuple[list[Passed], str]) -> None:
    assert f'```text title="Output"\n{today[1]}```' in PAGE


def test_the_client_says_what_is_missing(programs: Build) -> None:
    program = programs(manifest(FOLDER / "samples.toml"))["connect.mjs"]
    result = run_client(program)
    assert result.status != 0
    assert "usage" in result.err


def test_the_page_prints_the_recorded_frames() -> None:
    printed = re.findall(r'```text title="(Client|Server) to \w+: [^"]+"\n(.*?)\n```', PAGE, re.S)
    frames = load()
    assert [(sender.lower(), block) for sender, block in printed] == [
        (p.sender, shown(p)) for p in frames if "ACK" not in p.frame.flags and p.name != "GOAWAY"
    ][1 : len(printed) + 1]
    for sender in ("client", "server"):
        for name, value in fields(frames, sender):
            assert f"| `{name}` | `{value}` |" in PAGE, f"{sender}: {name}: {value}"
