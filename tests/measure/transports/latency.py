"""From the server's event to the client's receipt: both read one clock, the machine's."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from statistics import quantiles

from tests.measure.transports.clients import browser, http, position, websocket
from tests.measure.transports.line import Line

INTERVALS = (0.1, 0.5, 2.0)
# Gaps between events, in seconds: at random, so that no way of asking falls into step with them.
GAP = (0.01, 0.11)

Delays = list[float]
Receive = Callable[[int, int, asyncio.Event], Coroutine[None, None, Delays]]


def _age(text: str) -> float:
    """Milliseconds since an event was made."""
    return float(time.monotonic_ns() - json.loads(text)["made"]) / 1e6


async def by_websocket(port: int, number: int, ready: asyncio.Event) -> Delays:
    """Receive so many events over a WebSocket connection."""
    async with websocket(port, compression=False) as connection:
        await (await connection.ping())
        ready.set()
        return [_age(str(await connection.recv())) for _ in range(number)]


async def by_events(port: int, number: int, ready: asyncio.Event) -> Delays:
    """Receive so many server-sent events."""
    delays: Delays = []
    given = browser("EventSource", port)
    async with http(port) as client, client.stream("GET", "/events", headers=given) as response:
        ready.set()
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                delays.append(_age(line.removeprefix("data: ")))
                if len(delays) == number:
                    break
    return delays


async def by_long_poll(port: int, number: int, ready: asyncio.Event) -> Delays:
    """Ask again after each answer; an answer holds everything since the last."""
    delays: Delays = []
    given = browser("poll", port)
    async with http(port) as client:
        start = await position(client)
        ready.set()
        while len(delays) < number:
            since = {"from": start + len(delays)}
            answer = await client.get("/wait", params=since, headers=given)
            delays += [_age(text) for text in answer.text.split("\n") if text]
    return delays


def by_polling(interval: float) -> Receive:
    """Ask each `interval` seconds."""

    async def receive(port: int, number: int, ready: asyncio.Event) -> Delays:
        delays: Delays = []
        given = browser("poll", port)
        async with http(port) as client:
            start = await position(client)
            due = time.monotonic()
            while len(delays) < number:
                since = {"from": start + len(delays)}
                answer = await client.get("/poll", params=since, headers=given)
                delays += [_age(text) for text in answer.text.split("\n") if text]
                ready.set()
                due += interval
                await asyncio.sleep(max(0, due - time.monotonic()))
        return delays

    return receive


PUSHED: dict[str, Receive] = {
    "long_poll": by_long_poll,
    "sse": by_events,
    "websocket": by_websocket,
}
POLLED: dict[str, Receive] = {
    f"poll_{round(interval * 1000)}": by_polling(interval) for interval in INTERVALS
}


async def measure(
    ways: dict[str, Receive], port: int, lines: dict[str, float | None], seconds: float, seed: int
) -> dict[str, dict[str, float]]:
    """Have every way receive the same events over every line; `None` is no line between."""
    chance = random.Random(seed)
    gaps: list[float] = []
    while sum(gaps) < seconds:
        gaps.append(chance.uniform(*GAP))
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        running = {}
        for line, delay in lines.items():
            to = port
            if delay is not None:
                to = (await stack.enter_async_context(Line(port, delay))).port
            for way, receive in ways.items():
                ready = asyncio.Event()
                task = group.create_task(receive(to, len(gaps), ready))
                await ready.wait()
                running[f"{way}_{line}"] = task
        # Nothing is on the way any more when the first event is made.
        await asyncio.sleep(0.15)
        async with http(port) as client:
            (await client.post("/play", json=gaps)).raise_for_status()
        delays = {name: await task for name, task in running.items()}
    return {name: _summary(one) for name, one in delays.items()}


def _summary(delays: Delays) -> dict[str, float]:
    cuts = quantiles(delays, n=20, method="inclusive")
    return {"p50_ms": round(cuts[9], 2), "p95_ms": round(cuts[18], 2), "events": len(delays)}
