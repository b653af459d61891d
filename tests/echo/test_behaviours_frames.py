"""Behaviours in the frames: split, compressed, or wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from echo_demo.behaviours.invalid import FRAMES
from tests.echo.behaviours import whole
from tests.echo.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    DEFLATE,
    REPORTS,
    TEXT,
    RawClient,
    frame,
    inflate,
)


def test_fragments(client: RawClient) -> None:
    client.open("/fragment/2")
    client.send(frame(TEXT, "aé€".encode()))
    frames = whole(client)
    assert [f.opcode for f in frames] == [TEXT, CONTINUATION, CONTINUATION]
    assert b"".join(f.payload for f in frames) == "aé€".encode()
    client.send(frame(BINARY))
    assert [(f.opcode, f.payload) for f in whole(client)] == [(BINARY, b"")]


def test_more_fragments_than_there_are(client: RawClient) -> None:
    client.open("/fragment/1")
    client.send(frame(BINARY, bytes(1_000_000)))
    frames = whole(client)
    assert 4000 < len(frames) <= 4096
    assert sum(len(f.payload) for f in frames) == 1_000_000


def test_fragments_of_a_compressed_message(client: RawClient) -> None:
    client.open("/fragment/3?compress=no-context-takeover", DEFLATE)
    text = b"so much of the same " * 30
    for _ in range(2):
        client.send(frame(TEXT, text))
        frames = whole(client)
        assert len(frames) > 2
        assert [f.rsv for f in frames] == [4] + [0] * (len(frames) - 1)
        joined = b"".join(f.wire[len(f.header) :] for f in frames)
        assert len(joined) < 100
        assert inflate(joined) == text


def test_fragments_with_reports(client: RawClient) -> None:
    """Reports of all frames first: nothing may stand between the frames of a message."""
    client.open("/demo?fragment=2", REPORTS)
    client.send(frame(TEXT, b"Hello"))
    told: list[dict[str, Any]] = []
    while not told or told[-1].get("fin", False) is False or told[-1]["opcode"] > 2:
        received = client.frame()
        if received.opcode == TEXT:
            told.append(json.loads(received.payload))
        if told[-1].get("dir") == "in":
            told.append({})
    out = [t for t in told if t.get("dir") == "out" and t["opcode"] < 3]
    assert [(t["opcode"], t["payload"]) for t in out] == [(1, "4865"), (0, "6c6c"), (0, "6f")]
    assert [f.payload for f in whole(client)] == [b"He", b"ll", b"o"]
    totals = json.loads(client.frame().payload)
    assert totals["out"]["messages"] == 1
    assert totals["out"]["frames"]["continuation"] == 2


@pytest.mark.parametrize(
    ("mode", "agreed"),
    [("off", ()), ("on", (0, 0)), ("no-context-takeover", (1, 1))],
)
def test_compression(client: RawClient, mode: str, agreed: tuple[int, ...]) -> None:
    head = client.open(f"/compress/{mode}", DEFLATE)
    assert (b"permessage-deflate" in head) is bool(agreed)
    if agreed:
        sides = (b"server_no_context_takeover", b"client_no_context_takeover")
        assert tuple(int(side in head) for side in sides) == agreed
    client.send(frame(TEXT, b"short"))
    assert client.frame().rsv == (4 if agreed else 0)


def test_context_takeover_shows_in_the_size(client: RawClient) -> None:
    client.open("/compress/on", DEFLATE)
    text = bytes(range(33, 127))
    client.send(frame(TEXT, text) * 2)
    first, second = client.frame(), client.frame()
    assert len(second.wire) < len(first.wire) / 3


@pytest.mark.parametrize("what", FRAMES)
def test_invalid_frames(client: RawClient, what: str) -> None:
    client.open(f"/invalid/{what}")
    assert client.exactly(len(FRAMES[what])) == FRAMES[what]
    client.send(frame(CLOSE, b"\x03\xea"))
    assert client.frame().close_code == 1002


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("accept", b"\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"),
        ("extension", b"\r\nSec-WebSocket-Extensions: x-unrequested\r\n"),
        ("subprotocol", b"\r\nSec-WebSocket-Protocol: x-unrequested\r\n"),
    ],
)
def test_invalid_responses(client: RawClient, what: str, line: bytes) -> None:
    head = client.open(f"/invalid/{what}")
    assert line in head
    assert head.count(line.split(b":")[0]) == 1
