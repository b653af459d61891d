"""Measure everything, keep the data, and write it into the pages: about four minutes."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from contextlib import ExitStack
from importlib.metadata import version
from typing import Any

from tests.measure import machine, results
from tests.measure.servers import LOAD_CORE, Running, running
from tests.measure.transports import cost, headers, latency, memory, pages, wire_bytes
from tests.measure.transports.serve import HYPERCORN, UVICORN

RUNS = 3
MESSAGES = 20
# Seconds of events: for those that are told, and for those that ask, which wait longer.
PUSHED_FOR, POLLED_FOR = 3.0, 8.0
# Each way, in seconds, so that a round trip takes 50 ms.
DELAY = 0.025
LINES: dict[str, float | None] = {"direct": None, "line": DELAY}
OPENINGS = ("sse_http1", "sse_http2", "websocket", "websocket_deflate")
PACKAGES = (
    *("uvicorn", "h11", "uvloop", "starlette", "sse-starlette", "hypercorn"),
    *("httpx", "h2", "websockets"),
)

Results = dict[str, dict[str, list[dict[str, float]]]]


async def _on_the_wire(noted: Results, servers: dict[str, Running], seed: int) -> None:
    for direction, ways in (("down", wire_bytes.DOWN), ("up", wire_bytes.UP)):
        for name, way in ways.items():
            port = servers[way.server].port
            for size in wire_bytes.SIZES:
                count = await wire_bytes.of_one_message(
                    way, port, size, messages=MESSAGES, seed=seed
                )
                note(noted, f"bytes_{direction}_{size}", name, count)
    for name, server in (("http1", "uvicorn"), ("http2", "hypercorn")):
        count = await wire_bytes.of_an_empty_poll(
            servers[server].port, http2=server == "hypercorn", polls=MESSAGES
        )
        note(noted, "bytes_empty_poll", name, count)
    for name in OPENINGS:
        way = wire_bytes.DOWN[name]
        count = await wire_bytes.of_an_opening(way, servers[way.server].port)
        note(noted, "bytes_opening", name, count)


async def _latency(noted: Results, port: int, seed: int) -> None:
    for name, receive in latency.PUSHED.items():
        for line, delay in LINES.items():
            one = {name: receive}
            for key, value in (
                await latency.measure(one, port, {line: delay}, PUSHED_FOR, seed)
            ).items():
                note(noted, "latency", key, value)
    polled = await latency.measure(latency.POLLED, port, LINES, POLLED_FOR, seed)
    for key, value in polled.items():
        note(noted, "latency", key, value)


def note(noted: Results, case: str, name: str, value: dict[str, float]) -> None:
    """Add a run's value."""
    noted.setdefault(case, {}).setdefault(name, []).append(value)


def measure() -> Results:
    """Run everything; each value is the list of the runs' results."""
    noted: Results = {}
    with ExitStack() as stack:
        servers = {one.name: stack.enter_context(running(one)) for one in (UVICORN, HYPERCORN)}
        uvicorn = servers["uvicorn"]
        for seed in range(RUNS):
            asyncio.run(_on_the_wire(noted, servers, seed))
            asyncio.run(_latency(noted, uvicorn.port, seed))
            for way in cost.WAYS:
                note(noted, "polling", way, asyncio.run(cost.measure(way, uvicorn)))
    for _ in range(RUNS):
        for way in memory.WAYS:
            with running(UVICORN) as server:
                note(noted, "memory", way, memory.measure(way, server))
    return noted


def main() -> None:
    """Measure, and write the data and the pages."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {int(LOAD_CORE)})
    start = time.monotonic()
    head = machine.describe()
    measured = measure()
    data: dict[str, Any] = {
        "command": "make measure",
        "machine": {**head, "load_average_after": round(os.getloadavg()[0], 2)},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
            "chromium": headers.version(),
        },
        "settings": {
            "runs": RUNS,
            "messages": MESSAGES,
            "delay_ms": DELAY * 1000,
            "line": "TCP proxy in the client's process",
            "subscribers_idle": memory.SUBSCRIBERS,
            "subscribers_polling": cost.SUBSCRIBERS,
            "event_gap_s": cost.GAP,
            "latency_gap_ms": round(sum(latency.GAP) / 2 * 1000),
        },
        "seconds": round(time.monotonic() - start),
        "results": measured,
    }
    results.save(pages.DATA, data)
    pages.main()


if __name__ == "__main__":
    main()
