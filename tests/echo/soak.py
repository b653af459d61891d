"""Clients that come and go for ten minutes, each checking its echoes: `make soak`.

One connection in five visits a behaviour. The server is a process of its own, so that its memory
can be measured. It fails where an echo is lost, late, changed or out of order, where a behaviour
does not do what it promises, where a connection is left over, and where memory grows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect

from tests.echo.plain import number
from tests.echo.visits import VISITS, refused

# Seconds within which an echo must come, on a machine with other work too.
PATIENCE = 60.0
REPORTS = "v1.report.websocket.org"
OPTIONS: dict[str, Any] = {"ping_interval": None, "open_timeout": PATIENCE, "proxy": None}
# How many of the connections ask for another behaviour than an echo.
VISITING = 0.2


@dataclass
class Soak:
    """What happened so far.

    Attributes:
        counts: connections and messages, and how connections ended.
        resident: the server's memory in KiB, every ten seconds.
    """

    url: str
    until: float
    counts: Counter[str] = field(default_factory=Counter)
    resident: list[int] = field(default_factory=list)

    async def client(self, seed: int) -> None:
        """Connect again and again until time is up."""
        source = random.Random(seed)
        # Not all at once: the listening queue is as long as the system allows.
        await asyncio.sleep(source.uniform(0, min(20.0, (self.until - time.monotonic()) / 4)))
        while time.monotonic() < self.until:
            if source.random() < VISITING:
                await self._visit(source)
            else:
                await self._connection(source)

    async def _visit(self, source: random.Random) -> None:
        visit = source.choice(VISITS)
        compression = source.choice(("deflate", None))

        def opened(path: str) -> connect:
            return connect(self.url + path, compression=compression, **OPTIONS)

        async with asyncio.timeout(PATIENCE):
            await visit(opened, source)
        self.counts["visits"] += 1
        self.counts["refused"] += visit is refused

    async def _connection(self, source: random.Random) -> None:
        path, reports = source.choice((("/", False), ("/demo", False), ("/demo", True)))
        async with connect(
            self.url + path,
            compression=source.choice(("deflate", None)),
            subprotocols=[REPORTS] if reports else None,  # type: ignore[list-item]
            **OPTIONS,
        ) as client:
            self.counts["connections"] += 1
            end = min(self.until, time.monotonic() + source.expovariate(1 / 30))
            while True:
                await self._burst(client, source, reports)
                left = end - time.monotonic()
                if left <= 0:
                    break
                await asyncio.sleep(min(left, source.expovariate(1 / 4)))
            ending = source.choice(("close", "code", "abort", "abort in mid-message"))
            self.counts[ending] += 1
            if ending == "code":
                await client.close(4000, "done")
            elif ending == "abort in mid-message":
                await client.send("lost")
                client.transport.write(b"\x01\xfe")
            if ending.startswith("abort"):
                client.transport.abort()

    async def _burst(self, client: ClientConnection, source: random.Random, reports: bool) -> None:
        messages: list[str | bytes] = []
        for index in range(source.randrange(1, 6)):
            text = f"{index} " + "abcdefgh" * source.choice((1, 4, 40, 500))
            messages.append(text if source.random() < 0.5 else text.encode())
        for message in messages:
            await client.send(message)
        async with asyncio.timeout(PATIENCE):
            for message in messages:
                echo = await client.recv()
                # A report is text too: a JSON object (docs/tools/report-protocol.md).
                while reports and isinstance(echo, str) and echo.startswith("{"):
                    echo = await client.recv()
                assert echo == message, f"{echo[:40]!r} came for {message[:40]!r}"
                self.counts["messages"] += 1

    async def watch(self, server: psutil.Process) -> None:
        """Look at the server's memory every ten seconds."""
        while time.monotonic() < self.until:
            await asyncio.sleep(10)
            self.resident.append(server.memory_info().rss // 1024)
            print(f"{self.counts['connections']} connections, {self.resident[-1]} KiB")


def _metric(url: str, name: str) -> float:
    with urllib.request.urlopen(f"http{url[2:]}/metrics") as answer:
        return number(answer.read().decode(), name)


@contextmanager
def _server(clients: int) -> Iterator[tuple[str, psutil.Process]]:
    command = [sys.executable, "-m", "echo_demo", "--port=0"]
    # All come from one address; one that was aborted may still be open when its client is back.
    command += [f"--max-connections={clients * 2}", "--max-connections-per-client=0"]
    # On a busy machine two thousand clients in one process are slow to send what they must.
    command += [f"--{name}-timeout={PATIENCE}" for name in ("open", "close", "ping")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        try:
            assert running.stdout is not None
            address = running.stdout.readline().decode().split()[3].rstrip("/")
            yield address, psutil.Process(running.pid)
        finally:
            running.terminate()
            errors = running.communicate(timeout=PATIENCE)[1]
    assert not errors, errors.decode()
    assert running.returncode == 0, f"it ended with {running.returncode}"


async def run(clients: int, seconds: float) -> dict[str, object]:
    """Let clients come and go; return what was counted.

    Raises:
        ExceptionGroup: a client did not get what it sent.
        AssertionError: the server kept a connection, or memory.
    """
    with _server(clients) as (url, process):
        soak = Soak(url, time.monotonic() + seconds)
        async with asyncio.TaskGroup() as group:
            group.create_task(soak.watch(process))
            for seed in range(clients):
                group.create_task(soak.client(seed))
        limit = time.monotonic() + PATIENCE
        while left := await asyncio.to_thread(_metric, url, "echo_connections"):
            assert time.monotonic() < limit, f"{left} connections are left over"
        opened = await asyncio.to_thread(_metric, url, "echo_connections_opened_total")
        counts = soak.counts
        assert opened == counts["connections"] + counts["visits"] - counts["refused"]
    resident = soak.resident
    # The first third fills what the allocator keeps.
    third = len(resident) // 3
    if third >= 3:
        middle, last = max(resident[third : 2 * third]), max(resident[2 * third :])
        assert last < middle * 1.1 + 2048, f"memory grew from {middle} to {last} KiB"
    return {
        "clients": clients,
        "seconds": seconds,
        **soak.counts,
        "resident_kib": resident,
    }


def main() -> int:
    """Run as the options say, and print the result as JSON."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(json.dumps(asyncio.run(run(options.clients, options.seconds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
