"""Measure the server of docs/build/scale/ alone, with Redis and with NATS: a minute."""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import tempfile
import time
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.deploy.programs import need
from tests.measure import machine, results
from tests.measure.fanout import page
from tests.samples.scale import broker, process

RUNS, CLIENTS, MESSAGES, WARM = 3, 1000, 100, 10
TEXT = "x" * 64
# Broker and processes.
SETUPS = {"alone": ("", 1), "redis_one": ("redis", 1), "redis": ("redis", 2), "nats": ("nats", 2)}
_REQUEST = (
    "GET /lobby HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
_SAID = len(f'{{"type": "said", "text": "{TEXT}"}}') + 2
_JOINED = len('{"type": "joined", "room": "lobby"}') + 2


class Room:
    """Counts what all its clients have got."""

    def __init__(self) -> None:
        self.bytes, self.wanted, self.full = 0, 0, asyncio.Event()

    def got(self, number: int) -> None:
        self.bytes += number
        if self.bytes >= self.wanted:
            self.full.set()

    async def wait(self, wanted: int) -> None:
        """Wait for so many bytes, counted from the start."""
        self.wanted = wanted
        if self.bytes < wanted:
            self.full.clear()
            async with asyncio.timeout(30):
                await self.full.wait()


class Receiver(asyncio.Protocol):
    """A client that shakes hands and counts: it takes as little of the machine as it can."""

    def __init__(self, room: Room) -> None:
        self._room, self._head = room, b""
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_REQUEST.encode())

    def data_received(self, data: bytes) -> None:
        if not self._open:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            assert head.startswith(b"HTTP/1.1 101")
            self._open = True
        self._room.got(len(data))


async def _run(ports: list[int], pids: list[int], broker_pid: int | None) -> dict[str, float]:
    room, loop = Room(), asyncio.get_running_loop()
    transports = []
    for number in range(CLIENTS):
        port = ports[number % len(ports)]
        made = await loop.create_connection(lambda: Receiver(room), "127.0.0.1", port)
        transports.append(made[0])
        await room.wait((number + 1) * _JOINED)
    async with connect(f"ws://127.0.0.1:{ports[0]}/lobby", proxy=None, compression=None) as sender:
        reading = asyncio.create_task(_read(sender))
        at = CLIENTS * _JOINED
        times: list[float] = []
        before = [machine.cpu_seconds(pid) for pid in pids]
        broker_before = machine.cpu_seconds(broker_pid) if broker_pid else 0.0
        for number in range(WARM + MESSAGES):
            if number == WARM:
                before = [machine.cpu_seconds(pid) for pid in pids]
                broker_before = machine.cpu_seconds(broker_pid) if broker_pid else 0.0
            began = time.perf_counter()
            await sender.send(TEXT)
            at += CLIENTS * _SAID
            await room.wait(at)
            if number >= WARM:
                times.append(time.perf_counter() - began)
        used = sum(machine.cpu_seconds(pid) for pid in pids) - sum(before)
        broker_used = machine.cpu_seconds(broker_pid) - broker_before if broker_pid else 0.0
        reading.cancel()
    for transport in transports:
        transport.abort()
    times.sort()
    return {
        "server_us_per_delivery": round(used / MESSAGES / (CLIENTS + 1) * 1e6, 2),
        "broker_us_per_message": round(broker_used / MESSAGES * 1e6, 1),
        "last_p50_ms": round(times[len(times) // 2] * 1e3, 2),
        "last_p99_ms": round(times[int(len(times) * 0.99) - 1] * 1e3, 2),
        "deliveries_per_second": round(CLIENTS * MESSAGES / sum(times)),
    }


async def _read(sender: ClientConnection) -> None:
    async for _ in sender:
        pass


def measure(setup: str) -> dict[str, float]:
    """One run on fresh processes."""
    name, number = SETUPS[setup]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        between = stack.enter_context(broker(name, folder)) if name else None
        url = between.url if between else ""
        servers = [stack.enter_context(process(url)) for _ in range(number)]
        pids = [running.process.pid for running, _ in servers]
        ports = [port for _, port in servers]
        return asyncio.run(_run(ports, pids, between.pid if between else None))


def _version(program: str) -> str:
    told = subprocess.run([need(program), "--version"], capture_output=True, text=True, check=True)
    words = told.stdout.replace("v=", "").split()
    return next(word.removeprefix("v") for word in words if word.lstrip("v")[:1].isdigit())


def main() -> None:
    """Measure, and write the data and the page's table."""
    start = time.monotonic()
    head = machine.describe()
    measured: dict[str, dict[str, list[dict[str, float]]]] = {"fanout": {}}
    for _ in range(RUNS):
        for setup in SETUPS:
            value = measure(setup)
            print(setup, value, flush=True)
            measured["fanout"].setdefault(setup, []).append(value)
    data: dict[str, Any] = {
        "command": "make fanout",
        "machine": {**head, "load_average_after": round(os.getloadavg()[0], 2)},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("websockets", "redis", "nats-py")},
            "redis-server": _version("redis-server"),
            "nats-server": _version("nats-server"),
        },
        "settings": {"runs": RUNS, "clients": CLIENTS, "messages": MESSAGES, "bytes": len(TEXT)},
        "seconds": round(time.monotonic() - start),
        "results": measured,
    }
    results.save(page.DATA, data)
    page.main()


if __name__ == "__main__":
    main()
