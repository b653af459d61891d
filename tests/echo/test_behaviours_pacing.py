"""Behaviours in time: late, slow, by itself, or not at all."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.echo.behaviours import echoes, still, until_close
from tests.echo.raw import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    RawClient,
    frame,
)


def test_delays_in_order(client: RawClient) -> None:
    client.open("/delay/120")
    started = time.monotonic()
    client.send(frame(TEXT, b"one") + frame(BINARY, b"two"))
    assert [client.frame().payload for _ in range(2)] == [b"one", b"two"]
    assert time.monotonic() - started >= 0.11


def test_delayed_echoes_have_a_bound(client: RawClient) -> None:
    client.open("/delay/400")
    for number in range(1000):
        client.send(frame(TEXT, b"%d" % number))
    assert [client.frame().payload for _ in range(1000)] == [b"%d" % n for n in range(1000)]


def test_streams(client: RawClient) -> None:
    client.open("/stream/150?size=5")
    frames = until_close(client)
    assert [f.payload for f in frames[:-1]] == [
        str(n).ljust(5, ".").encode() for n in range(1, 151)
    ]
    assert (frames[-1].close_code, frames[-1].close_reason) == (1000, "150 messages sent")


def test_streams_no_faster_than_asked(client: RawClient) -> None:
    started = time.monotonic()
    client.open("/stream/4?interval=50")
    assert len(until_close(client)) == 5
    assert time.monotonic() - started >= 0.19


def test_a_stream_waits_for_its_reader(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open("/stream/512?size=32768")
        sent = still(server)
        assert 0 < sent < 512
        assert len(until_close(client)) == 513


@pytest.mark.parametrize(("kind", "opcode"), [("text", TEXT), ("binary", BINARY)])
@pytest.mark.parametrize("size", [0, 1, 126, 65536, 1_048_576])
def test_one_message_of_a_size(client: RawClient, kind: str, opcode: int, size: int) -> None:
    client.open(f"/message/{size}?type={kind}")
    message = client.frame()
    assert (message.opcode, len(message.payload)) == (opcode, size)
    assert echoes(client)


def test_pings_and_tells_the_round_trip(client: RawClient) -> None:
    client.open("/ping/100")
    for number in (1, 2):
        ping = client.frame()
        assert ping.opcode == PING
        client.send(frame(PONG, ping.payload))
        told = json.loads(client.frame().payload)
        assert told["ping"] == number
        assert 0 < told["ms"] < 20_000


def test_leaves_pings_unanswered(client: RawClient) -> None:
    client.open("/no-pong")
    client.send(frame(PING, b"?"))
    assert echoes(client)
    client.send(frame(PING, b"?") + frame(CLOSE, b"\x03\xe8"))
    assert client.frame().close_code == 1000


def test_silent_answers_nothing() -> None:
    settings = Settings(port=0, close_timeout=0.3)
    with BackgroundServer(settings) as server, RawClient(server) as client:
        client.open("/silent")
        client.send(frame(TEXT, b"?") + frame(PING, b"?") + frame(CLOSE, b"\x03\xe8"))
        with suppress(ConnectionResetError):
            assert client.rest() == b""


def test_silent_still_says_why_the_server_ends() -> None:
    settings = Settings(port=0, idle_timeout=0.2)
    with BackgroundServer(settings) as server, RawClient(server) as client:
        client.open("/silent")
        client.send(frame(TEXT, b"unanswered"))
        assert client.frame().close_reason == "no message for 0.2 seconds"


def test_reads_slowly(client: RawClient) -> None:
    client.open("/slow/2000")
    started = time.monotonic()
    client.send(frame(BINARY, bytes(1000)))
    assert len(client.frame().payload) == 1000
    assert time.monotonic() - started >= 0.4


def test_slow_reading_stops_the_sender(client: RawClient) -> None:
    client.open("/slow/1000")
    client.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.socket.sendall(frame(BINARY, bytes(1_000_000)) * 16)
