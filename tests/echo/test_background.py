"""The server inside another program."""

from __future__ import annotations

import threading

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings


def test_start_and_stop_leave_no_thread() -> None:
    # Threads of earlier tests may end meanwhile.
    before = set(threading.enumerate())
    server = BackgroundServer(Settings(port=0))
    for _ in range(2):
        server.start()
        assert server.port > 0
        assert server.url == f"ws://127.0.0.1:{server.port}"
        assert len(set(threading.enumerate()) - before) == 1
        with pytest.raises(RuntimeError):
            server.start()
        server.stop()
        server.stop()
    assert set(threading.enumerate()) <= before
    with pytest.raises(RuntimeError):
        server.connections()


def test_a_busy_port_is_raised_to_the_caller(server: BackgroundServer) -> None:
    before = set(threading.enumerate())
    with pytest.raises(OSError, match=str(server.port)):
        BackgroundServer(Settings(port=server.port)).start()
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("host", ["a..b", "a" * 70])
def test_a_host_that_is_no_name_is_raised_to_the_caller(host: str) -> None:
    before = set(threading.enumerate())
    with pytest.raises(OSError, match="host name"):
        BackgroundServer(Settings(host=host, port=0)).start()
    assert set(threading.enumerate()) <= before


async def test_connections_are_counted_in_order(echo_server: BackgroundServer) -> None:
    assert echo_server.connections() == []
    async with connect(f"{echo_server.url}/demo") as one, connect(echo_server.url) as two:
        await one.send("a")
        await one.recv()
        await two.send(b"bc")
        await two.recv()
        await (await two.ping())
        first, second = echo_server.connections()
        assert (first.path, second.path) == ("/demo", "/")
        assert first.totals["in"]["frames"] == {
            "text": 1,
            "binary": 0,
            "continuation": 0,
            "close": 0,
            "ping": 0,
            "pong": 0,
        }
        assert second.totals["out"]["frames"]["binary"] == 1
        assert second.totals["out"]["frames"]["pong"] == 1
        assert second.totals["in"]["frames"]["ping"] == 1
        assert (second.totals["in"]["messages"], second.totals["out"]["messages"]) == (1, 1)


async def test_stop_closes_with_1001() -> None:
    server = BackgroundServer(Settings(port=0))
    server.start()
    async with connect(server.url) as client:
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
    stopping.join()


def test_an_ipv6_address() -> None:
    with BackgroundServer(Settings(host="::1", port=0)) as server:
        assert server.url == f"ws://[::1]:{server.port}"
