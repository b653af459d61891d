"""``make bench``: the echo server beside a bare `websockets` echo and `ws` on Node.

All are measured in one run, in turns, so that what else the machine does meets all of them. The
results lie beside the page that shows them, whose table is written from them.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from contextlib import ExitStack
from importlib.metadata import version
from typing import Any, cast

from tests.measure import echo_page, machine, results
from tests.measure.servers import (
    BARE,
    FOLDER,
    LOAD_CORE,
    OURS,
    WS,
    WS_DEFAULTS,
    Running,
    Server,
    running,
)

RUNS = 3
SECONDS = 0.5
CONNECTIONS = 100
IDLE = (1_000, 10_000)

Task = dict[str, Any]


def _messages(name: str, kind: str, size: int, *, offered: bool, sent: bool, flight: int) -> Task:
    return {
        "case": name,
        "measure": "throughput",
        "connections": CONNECTIONS,
        "in_flight": flight,
        "kind": kind,
        "size": size,
        "compression": offered,
        "compressed": sent,
        "seconds": SECONDS,
    }


def _one(name: str, measure: str, connections: int, size: int, *, compression: bool) -> Task:
    return {
        "case": name,
        "measure": measure,
        "connections": connections,
        "kind": "json",
        "size": size,
        "compression": compression,
        "compressed": compression,
        "seconds": SECONDS,
    }


TASKS = [
    _messages("64", "json", 64, offered=False, sent=False, flight=1),
    _messages("64_in_flight_16", "json", 64, offered=False, sent=False, flight=16),
    _messages("16k", "random", 16_384, offered=False, sent=False, flight=1),
    # A client with a threshold of its own sends short messages as they are; browsers compress all.
    _messages("64_negotiated", "json", 64, offered=True, sent=False, flight=1),
    _messages("64_json_compressed", "json", 64, offered=True, sent=True, flight=1),
    _messages("64_random_compressed", "random", 64, offered=True, sent=True, flight=1),
    _messages("16k_json_compressed", "json", 16_384, offered=True, sent=True, flight=1),
    _messages("16k_random_compressed", "random", 16_384, offered=True, sent=True, flight=1),
    _one("round_trip_64", "round_trip", 1, 64, compression=False),
    _one("round_trip_16k", "round_trip", 1, 16_384, compression=False),
    _one("handshakes", "handshakes", 50, 64, compression=False),
]
MEMORY = [
    _one(f"memory_{number}{suffix}", "memory", number, 1024, compression=compression)
    for number in IDLE
    for suffix, compression in (("", False), ("_compressed", True))
]


class Load:
    """The process that makes the load, on a core of its own."""

    def __init__(self) -> None:
        command = ["taskset", "--cpu-list", LOAD_CORE, sys.executable, "-m", "tests.measure.load"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, task: Task, server: Running) -> dict[str, float]:
        """Measure one thing of one server."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(
            json.dumps({**task, "pid": server.pid, "port": server.port}),
            file=self._process.stdin,
            flush=True,
        )
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{task['case']}: the load has ended")
        return cast("dict[str, float]", json.loads(line))


def _compared(task: Task) -> list[Server]:
    return [OURS, BARE, WS, *([WS_DEFAULTS] if task["compression"] else [])]


def measure() -> dict[str, Any]:
    """Run everything; each value is the list of the runs' results."""
    measured: dict[str, dict[str, list[dict[str, float]]]] = {}

    def note(task: Task, server: Server, value: dict[str, float]) -> None:
        measured.setdefault(task["case"], {}).setdefault(server.name, []).append(value)

    with Load() as load:
        with ExitStack() as stack:
            servers = [OURS, BARE, WS, WS_DEFAULTS]
            listening = {one.name: stack.enter_context(running(one)) for one in servers}
            for _ in range(RUNS):
                for task in TASKS:
                    for server in _compared(task):
                        note(task, server, load.run(task, listening[server.name]))
        for task in MEMORY:
            for server in _compared(task):
                with running(server) as one:
                    note(task, server, load.run(task, one))
    return measured


def _versions() -> dict[str, str]:
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in ("websockets", "uvloop")},
        "node": node.stdout.strip().removeprefix("v"),
        "ws": lock["packages"]["node_modules/ws"]["version"],
    }


def main() -> None:
    """Measure, and write the data and the page's tables."""
    start = time.monotonic()
    head = machine.describe()
    measured = measure()
    data = {
        "machine": {**head, "load_average_after": round(os.getloadavg()[0], 2)},
        "versions": _versions(),
        "settings": {"runs": RUNS, "seconds": SECONDS, "connections": CONNECTIONS},
        "seconds": round(time.monotonic() - start),
        "results": measured,
    }
    results.save(echo_page.DATA, data)
    echo_page.main()
    print(echo_page.text(data))


if __name__ == "__main__":
    main()
