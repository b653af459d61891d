"""What one client may take of the server: rates, fragments, time, connections, and origins."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from echo_demo.background import BackgroundServer
from tests.echo.plain import get, number
from tests.echo.raw import (
    BINARY,
    CONTINUATION,
    DEFLATE,
    PING,
    TEXT,
    RawClient,
    frame,
    request,
)
from tests.echo.test_limits import eventually, served


@pytest.mark.parametrize("kind", [TEXT, PING])
def test_more_messages_than_allowed(kind: int) -> None:
    with served(max_message_rate=50) as server, RawClient(server) as client:
        client.open()
        client.send(frame(kind, b"x") * 50)
        assert [client.frame().payload for _ in range(50)] == [b"x"] * 50
        client.send(frame(kind, b"x") * 60)
        close = client.frames()[-1]
        assert close.close_code == 1008
        assert close.close_reason == "more than 50 messages per second"


def test_more_bytes_than_allowed() -> None:
    with served(max_byte_rate=10_000) as server, RawClient(server) as client:
        client.open()
        client.send(frame(BINARY, bytes(4000)) * 3)
        close = client.frames()[-1]
        assert (close.close_code, close.close_reason) == (
            1008,
            "more than 10000 bytes per second",
        )


@pytest.mark.parametrize("offer", [(), (DEFLATE,)], ids=["plain", "compressed"])
def test_more_fragments_than_allowed(offer: tuple[str, ...]) -> None:
    with served(max_fragments=3) as server, RawClient(server) as client:
        client.open("/", *offer)
        start, middle = frame(TEXT, b"a", fin=False), frame(CONTINUATION, b"b", fin=False)
        three = start + middle + frame(CONTINUATION, b"c")
        client.send(three + three)
        assert [client.frame().payload for _ in range(2)] == [b"abc", b"abc"]
        client.send(start + middle * 3 + frame(CONTINUATION, b"after"))
        (close,) = client.frames()
        assert (close.close_code, close.close_reason) == (1009, "more than 3 frames in a message")


def test_idle_and_old_connections_are_closed_with_a_reason() -> None:
    with served(idle_timeout=0.1, ping_interval=0.01) as server, connect(server.url) as client:
        assert "0.1 seconds without a message" in get(server, "/")
        # It answers pings, which does not count.
        with pytest.raises(Exception, match=r"1000 .*no message for 0\.1 seconds"):
            client.recv(timeout=20)
    with served(lifetime=0.3, idle_timeout=0.2) as server:
        # Again where a busy machine let a client be idle for that long.
        eventually(
            lambda: bool(re.search(r"1001 .*open for 0\.3 seconds", _end_of_a_busy_one(server)))
        )


def _end_of_a_busy_one(server: BackgroundServer) -> str:
    with connect(server.url) as client, pytest.raises(ConnectionClosed) as closed:
        while True:
            client.send("busy")
            client.recv(timeout=20)
    return str(closed.value)


def test_connections_of_one_client() -> None:
    limited = served(max_connections_per_client=2, trusted_proxies="127.0.0.1")
    with limited as server, ExitStack() as stack:

        def opened(source: str) -> bytes:
            client = stack.enter_context(RawClient(server))
            client.send(request("/", f"X-Forwarded-For: 203.0.113.9, {source}"))
            return client.response()

        for _ in range(2):
            assert opened("192.0.2.1").startswith(b"HTTP/1.1 101 ")
        refused = opened("192.0.2.1")
        assert refused.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nRetry-After: 5\r\n" in refused
        assert opened("192.0.2.2").startswith(b"HTTP/1.1 101 ")
        text = get(server, "/metrics")
        assert number(text, "echo_connections") == 3


def test_one_address_can_not_take_all_handshakes() -> None:
    with served(max_connections_per_client=5) as server, ExitStack() as stack:
        waiting = [stack.enter_context(RawClient(server)) for _ in range(5)]
        for client in waiting:
            client.send(b"GET / HTTP/1.1\r\nHost:")
        with RawClient(server) as client:
            assert client.rest() == b""
        waiting[0].socket.close()
        eventually(lambda: "101" in _first_line(server))


def _first_line(server: BackgroundServer) -> str:
    try:
        with RawClient(server) as client:
            client.send(request())
            return client.response().partition(b"\r\n")[0].decode()
    except (OSError, AssertionError):
        # Dropped before the request had come, or after.
        return ""


def test_refused_connections_leave_nothing() -> None:
    with served() as server:
        for _ in range(2000):
            with RawClient(server) as client:
                client.send(request("/nowhere"))
                assert client.response().startswith(b"HTTP/1.1 404 ")
        text = get(server, "/metrics")
        assert number(text, 'echo_refusals_total{cause="not-found"}') > 1900
        assert _first_line(server).startswith("HTTP/1.1 101 ")


def test_origins() -> None:
    with served(origins="https://a.example,https://b.example") as server:
        for origin, status in (("https://b.example", 101), ("https://evil.example", 403)):
            with RawClient(server) as client:
                client.send(request("/", f"Origin: {origin}"))
                assert client.response().startswith(f"HTTP/1.1 {status} ".encode())
        with RawClient(server) as client:
            client.open()
