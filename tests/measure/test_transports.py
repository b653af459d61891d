"""The transports are measured rightly: bytes that are known are counted, every way gets all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from docs.compare.race.feed import FIRST
from tests.measure.servers import Running, running
from tests.measure.transports import cost, latency, memory, wire_bytes
from tests.measure.transports.clients import browser
from tests.measure.transports.line import Count, Line
from tests.measure.transports.serve import HYPERCORN, UVICORN


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Running]]:
    with running(UVICORN) as uvicorn, running(HYPERCORN) as hypercorn:
        yield {"uvicorn": uvicorn, "hypercorn": hypercorn}


@pytest.mark.parametrize("delay", [0.0, 0.01])
async def test_line_carries_and_counts_every_byte(delay: float) -> None:
    sent, answer = bytes(range(256)) * 700, b"answer" * 9

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(len(sent)) == sent
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, Line(server.sockets[0].getsockname()[1], delay) as line:
        reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
        writer.write(sent)
        assert await reader.read() == answer
        writer.close()
        assert await line.quiet() == Count(up=len(sent), down=len(answer))


async def _counted(way: wire_bytes.Way, servers: dict[str, Running], size: int) -> Count:
    port = servers[way.server].port
    count = await wire_bytes.of_one_message(way, port, size, messages=4, seed=0)
    return Count(int(count["up"]), int(count["down"]))


@pytest.mark.parametrize(("size", "header"), [(10, 2), (100, 2), (1024, 4)])
async def test_websocket_frames_have_the_size_of_the_rfc(
    servers: dict[str, Running], size: int, header: int
) -> None:
    down = await _counted(wire_bytes.DOWN["websocket"], servers, size)
    up = await _counted(wire_bytes.UP["websocket"], servers, size)
    assert down == Count(up=0, down=header + size)
    assert up == Count(up=header + 4 + size, down=0), "RFC 6455 section 5.2: a client masks"


async def test_requests_have_the_size_of_their_lines(servers: dict[str, Running]) -> None:
    bare = await _counted(wire_bytes.DOWN["http1_bare"], servers, 100)
    full = await _counted(wire_bytes.DOWN["http1"], servers, 100)
    # The port is that of a line, which has five digits.
    lines = f"GET /poll?from={FIRST} HTTP/1.1\r\nHost: 127.0.0.1:12345\r\n\r\n"
    assert bare.up == len(lines)
    added = sum(len(f"{name}: {value}\r\n") for name, value in browser("poll", 12345))
    assert full == Count(up=bare.up + added, down=bare.down)


@pytest.mark.parametrize("http2", [False, True])
async def test_poll_that_finds_nothing_is_smaller(servers: dict[str, Running], http2: bool) -> None:
    port = servers["hypercorn" if http2 else "uvicorn"].port
    empty = await wire_bytes.of_an_empty_poll(port, http2=http2, polls=3)
    found = await _counted(wire_bytes.DOWN["http2" if http2 else "http1"], servers, 100)
    assert 0 < empty["down"] < found.down - 90


WAYS = [(name, "down", way) for name, way in wire_bytes.DOWN.items()]
WAYS += [(name, "up", way) for name, way in wire_bytes.UP.items()]


@pytest.mark.parametrize(("name", "direction", "way"), WAYS, ids=[f"{w[1]}-{w[0]}" for w in WAYS])
async def test_every_way_carries_messages(
    servers: dict[str, Running], name: str, direction: str, way: wire_bytes.Way
) -> None:
    count = await _counted(way, servers, 1024)
    carried = count.down if direction == "down" else count.up
    compressed = "deflate" in name or "gzip" in name
    assert carried < 1024 if compressed else carried > 1024


@pytest.mark.parametrize("name", [*latency.PUSHED, "poll_100"])
async def test_every_event_is_received_and_the_line_delays_it(
    servers: dict[str, Running], name: str
) -> None:
    ways = {name: {**latency.PUSHED, **latency.POLLED}[name]}
    port = servers["uvicorn"].port
    got = await latency.measure(ways, port, {"direct": None, "line": 0.02}, 0.4, 1)
    direct, line = got[f"{name}_direct"], got[f"{name}_line"]
    assert direct["events"] == line["events"] > 3
    assert 0 < direct["p50_ms"] <= direct["p95_ms"]
    assert line["p50_ms"] >= 20


@pytest.mark.parametrize("way", ["poll_100", "long_poll", "sse", "websocket"])
async def test_cost_counts_requests_of_those_that_ask(
    servers: dict[str, Running], way: str
) -> None:
    # The longer window is for a machine that stood still for the shorter one.
    for window in (1.0, 8.0):
        result = await cost.measure(way, servers["uvicorn"], number=3, window=window)
        if result["bytes_per_second"] > 0 and result["server_core"] > 0:
            break
    asks = way in ("poll_100", "long_poll")
    assert (result["requests_per_second"] > 0) == asks
    assert result["bytes_per_second"] > 0
    assert result["server_core"] > 0


@pytest.mark.parametrize("way", list(memory.WAYS))
def test_memory_is_measured_of_a_fresh_server(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SETTLE", 0.05)
    with running(UVICORN) as server:
        result = memory.measure(way, server, 150)
    assert 1 < result["new_kib"] < 1000
