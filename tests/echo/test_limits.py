"""What a client meets that sends too much, reads too little or stays silent."""

from __future__ import annotations

import json
import logging
import sys
import time
import urllib.request
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.echo.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    DEFLATE,
    PING,
    PONG,
    REPORTS,
    TEXT,
    RawClient,
    deflate,
    frame,
    request,
)


def served(**settings: object) -> BackgroundServer:
    return BackgroundServer(Settings(**({"port": 0} | settings)))  # type: ignore[arg-type]


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the server's own counts say so."""
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit, "it never came true"


def resident_kib() -> int:
    """The peak memory of this process, the server in its thread included, since the last reset."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def reset_peak() -> None:
    with open("/proc/self/clear_refs", "w", encoding="ascii") as control:  # noqa: PTH123
        control.write("5")


measures_memory = pytest.mark.skipif(
    sys.platform != "linux", reason="peak memory is measured through Linux's /proc"
)


@pytest.mark.parametrize("parts", [1, 3])
def test_message_size(parts: int) -> None:
    with served(max_size=1000) as server, RawClient(server) as client:
        client.open()
        client.send(frame(BINARY, b"x" * 1000))
        assert client.frame().payload == b"x" * 1000
        size = 1001 // parts + 1
        for index in range(parts):
            opcode = BINARY if index == 0 else CONTINUATION
            client.send(frame(opcode, b"x" * size, fin=index == parts - 1))
        (close,) = client.frames()
        assert close.close_code == 1009


@measures_memory
@pytest.mark.parametrize("headers", [(), (REPORTS,)], ids=["plain", "reports"])
def test_a_deflate_bomb_costs_no_more_than_the_limit(headers: tuple[str, ...]) -> None:
    bomb = deflate(bytes(200 * 2**20))
    with served(max_size=2**20) as server, RawClient(server) as client:
        client.open("/demo", DEFLATE, *headers)
        reset_peak()
        before = resident_kib()
        client.send(frame(BINARY, bomb, rsv=4))
        assert client.frames()[-1].close_code == 1009
        assert resident_kib() - before < 20 * 1024


@measures_memory
@pytest.mark.parametrize("size", [500, 20_000])
def test_a_fragmented_deflate_bomb_costs_no_more_than_the_limit(size: int) -> None:
    # Of 500 bytes each fragment is within the limit, and all together are not.
    bomb = deflate(bytes(200 * 2**20))
    pieces = [bomb[at : at + size] for at in range(0, len(bomb), size)]
    frames = [
        frame(
            CONTINUATION if index else BINARY,
            piece,
            fin=index == len(pieces) - 1,
            rsv=0 if index else 4,
        )
        for index, piece in enumerate(pieces)
    ]
    with served(max_size=2**20) as server, RawClient(server) as client:
        client.open("/", DEFLATE)
        reset_peak()
        before = resident_kib()
        # The server may end the connection while there is more to send.
        with suppress(ConnectionError):
            client.send(b"".join(frames))
        assert client.frame().close_code == 1009
        assert resident_kib() - before < 20 * 1024


@measures_memory
def test_many_small_bombs_for_a_client_that_does_not_read() -> None:
    # Each is within the limit; together they would be a GiB.
    bomb = frame(BINARY, deflate(bytes(2**20)), rsv=4)
    with (
        served(max_size=2**20, compress_threshold=2**30, close_timeout=0.2) as server,
        RawClient(server) as client,
    ):
        client.open("/", DEFLATE)
        reset_peak()
        before = resident_kib()
        client.socket.settimeout(0.5)
        with suppress(TimeoutError):
            client.send(bomb * 1000)
        eventually(lambda: server.connections()[0].totals["in"]["messages"] > 0)
        assert resident_kib() - before < 30 * 1024
        # What fits is still answered, in full.
        client.socket.settimeout(20)
        assert client.frame().wire == b"\x82\x7f" + (2**20).to_bytes(8, "big") + bytes(2**20)


@measures_memory
def test_endless_empty_fragments_cost_nothing() -> None:
    with served(max_fragments=1_000_000) as server, RawClient(server) as client:
        client.open()
        # They are some seconds of work, more where other tests run beside.
        client.socket.settimeout(120)
        reset_peak()
        before = resident_kib()
        client.send(frame(TEXT, fin=False) + frame(CONTINUATION, fin=False) * 300_000)
        client.send(frame(CONTINUATION))
        assert client.frame().payload == b""
        assert resident_kib() - before < 40 * 1024


@pytest.mark.parametrize("broken", [b"\xff", b"\xed\xa0\x80", b"\xe2\x82", b"\xf5\x80\x80\x80"])
@pytest.mark.parametrize("offer", [(), (DEFLATE,)], ids=["plain", "compressed"])
def test_bad_utf8(server: BackgroundServer, offer: tuple[str, ...], broken: bytes) -> None:
    payload = deflate(broken) if offer else broken
    with RawClient(server) as client:
        client.open("/", *offer)
        # The close frame behind it does not come first.
        client.send(frame(TEXT, payload, rsv=4 if offer else 0) + frame(CLOSE, b"\x03\xe8"))
        (close,) = client.frames()
        assert close.close_code == 1007


def test_bad_utf8_in_a_fragment_fails_before_the_message_ends(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open()
        client.send(frame(TEXT, b"\xe2\x82", fin=False) + frame(PING))
        assert client.frame().opcode == PONG
        client.send(frame(CONTINUATION, b"a", fin=False))
        assert client.frame().close_code == 1007


def test_bad_utf8_at_the_end_of_the_last_fragment(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open()
        client.send(frame(TEXT, b"a", fin=False) + frame(CONTINUATION, b"\xe2\x82"))
        assert client.frame().close_code == 1007


def test_binary_fragments_are_not_text(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open()
        client.send(frame(BINARY, b"\xff", fin=False) + frame(CONTINUATION, b"\xfe"))
        assert client.frame().payload == b"\xff\xfe"


@measures_memory
@pytest.mark.parametrize("headers", [(), (REPORTS,), (DEFLATE,)], ids=["plain", "reports", "z"])
def test_a_client_that_never_reads_is_not_read_either(headers: tuple[str, ...]) -> None:
    with (
        served(compress_threshold=2**30, report_ping_interval=0, close_timeout=0.2) as server,
        RawClient(server) as client,
    ):
        client.open("/demo", *headers)
        reset_peak()
        before = resident_kib()
        message = frame(BINARY, bytes(65536))
        client.socket.settimeout(0.5)
        sent = 0
        with pytest.raises(TimeoutError):
            while True:
                sent += client.socket.send(message)
                assert sent < 2**30, "the server reads without end"
        (counts,) = (snapshot.totals for snapshot in server.connections())
        assert counts["in"]["bytes"] < sent
        assert resident_kib() - before < 20 * 1024


def test_a_slow_reader_gets_everything() -> None:
    with served() as server, RawClient(server) as client:
        client.open()
        message = frame(BINARY, bytes(65536))
        client.socket.settimeout(0.2)
        data = message * 400
        sent = 0
        try:
            while sent < len(data):
                sent += client.socket.send(data[sent : sent + 65536])
        except TimeoutError:
            pass
        assert sent < len(data), "the system's buffers took everything: send more"
        client.socket.settimeout(20)
        for _ in range(sent // len(message)):
            assert client.frame().payload == bytes(65536)


def test_keepalive_closes_a_silent_client() -> None:
    with served(ping_interval=0.01, ping_timeout=0.01) as server, RawClient(server) as client:
        client.open()
        ping, close = client.frames()
        assert ping.opcode == PING
        assert (close.close_code, close.close_reason) == (1011, "keepalive ping timeout")


def test_keepalive_leaves_a_client_that_answers() -> None:
    # The longer time is for a machine that stood still for the shorter one.
    assert any(_keepalive_leaves_it(timeout) for timeout in (1, 8))


def _keepalive_leaves_it(timeout: float) -> bool:
    with (
        served(ping_interval=0.02, ping_timeout=timeout) as server,
        connect(server.url) as client,
        suppress(ConnectionClosed),
    ):
        # The client answers pings in a thread of its own; the timeout passes more than once.
        eventually(lambda: all(one.totals["t"] > 1500 * timeout for one in server.connections()))
        client.send("still there")
        assert client.recv() == "still there"
        (counts,) = (one.totals for one in server.connections())
        assert counts["out"]["frames"]["ping"] > 5
        assert counts["in"]["frames"]["pong"] > 5
        return True
    return False


def test_no_pings_at_interval_0_and_no_timeout_at_0() -> None:
    with served(ping_interval=0.001, ping_timeout=0) as server, RawClient(server) as client:
        client.open()
        assert client.frame().opcode == PING
        client.send(frame(TEXT, b"not a pong"))
        # One ping at a time, and nothing closes.
        assert client.frame().payload == b"not a pong"
    with served(ping_interval=0, ping_timeout=0.001) as server, RawClient(server) as client:
        client.open()
        client.send(frame(CLOSE))
        assert [received.opcode for received in client.frames()] == [CLOSE]


def test_a_request_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[dict[str, object]] = []
    monkeypatch.setattr("echo_demo.log.nothing", lines.append)
    with served(open_timeout=0.1) as server:
        with RawClient(server) as client:
            assert client.rest() == b""

        answers: list[bytes] = []

        # Again where a busy machine sends too late: then the connection is closed already.
        def half_is_answered() -> bool:
            with RawClient(server) as client, suppress(ConnectionError):
                client.send(b"GET / HTTP/1.1\r\nHost:")
                answers.append(client.rest())
            return bool(answers) and answers[-1].startswith(b"HTTP/1.1 408 ")

        def whole_is_answered() -> bool:
            with RawClient(server) as client, suppress(ConnectionError, AssertionError):
                client.open()
                client.send(frame(CLOSE))
                return client.frame().opcode == CLOSE
            return False

        eventually(half_is_answered)
        eventually(lambda: {line["bytes_out"] for line in lines} == {0, len(answers[-1])})
        assert {line["refused"] for line in lines} == {"timeout"}
        eventually(whole_is_answered)


def test_a_close_that_is_not_answered_is_not_waited_for() -> None:
    with served(close_timeout=0.1) as server, RawClient(server) as client:
        client.open()
        server.stop()
        assert [received.close_code for received in client.frames()] == [1001]


def test_a_client_that_keeps_the_tcp_connection_is_dropped() -> None:
    with served(close_timeout=0.1) as server, RawClient(server) as client:
        client.open()
        client.send(frame(CLOSE))
        assert len(client.frames()) == 1
        # The server's side is closed; this side stays open until the server resets it.
        eventually(lambda: not server.connections())


def test_connections() -> None:
    with served(max_connections=2) as server, RawClient(server) as one, RawClient(server) as two:
        one.open()
        two.open("/demo")
        assert [snapshot.path for snapshot in server.connections()] == ["/", "/demo"]
        with RawClient(server) as three:
            three.send(request())
            answer = three.rest()
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nRetry-After: 5\r\n" in answer
        # Its health is told even then.
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz") as health:
            assert json.load(health) == {"status": "ok", "connections": 2}
        one.send(frame(CLOSE))
        one.frames()
        one.socket.close()
        eventually(lambda: len(server.connections()) == 1)
        with RawClient(server) as three:
            three.open()


def test_payloads_are_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with served() as server, RawClient(server) as client:
        client.open("/demo?token=secret", REPORTS)
        client.send(frame(TEXT, b"secret") + frame(TEXT, b"secret\xff"))
        client.frames()
    assert "secret" not in caplog.text


def test_corrupt_compressed_data(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open("/", DEFLATE)
        client.send(frame(TEXT, zlib.compress(b"has a zlib header"), rsv=4))
        assert client.frame().close_code == 1002
