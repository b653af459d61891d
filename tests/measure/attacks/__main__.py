"""Measure every attack on every server, keep the data, and write the page's table."""

from __future__ import annotations

import os
import platform
import secrets
import threading
import time
from contextlib import ExitStack, suppress
from importlib.metadata import version
from typing import Any

import psutil
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.measure import machine, results
from tests.measure.attacks import page
from tests.measure.servers import LOAD_CORE, SERVER_CORE
from tests.samples.security import Server, attack, outcome, say, serving

# Name, file and environment; the reader needs a room in which much is said.
SERVERS: dict[str, tuple[str, dict[str, Any]]] = {
    "naive": ("naive", {}),
    "defaults": ("naive", {"DEFAULTS": "1"}),
    "hardened": ("hardened", {"COMPRESSION": "1"}),
}
BUSY = {"MESSAGES": "1000000", "BYTES": "1000000000"}
# Attack: seconds at most, runs. One run is enough where only connections are counted.
ATTACKS = {"handshake": (12, 1), "fragments": (20, 3), "bomb": (20, 3), "flood": (20, 3)}
READER, RUNS = 6.0, 3
# Between a visitor's pings, or what it says where the room is what may be blocked.
PING_PAUSE, SAY_PAUSE = 0.01, 0.2


class Visitor(threading.Thread):
    """Another member, at another address, who asks again and again and waits for the answer."""

    def __init__(self, server: Server, *, talks: bool) -> None:
        super().__init__()
        self._server, self._talks, self._over = server, talks, threading.Event()
        self.longest, self.joined = 0.0, threading.Event()

    def run(self) -> None:
        with self._server.join("bob", source="127.0.0.2", ping_interval=None) as bob:
            self.joined.set()
            number = 0
            while not self._over.is_set():
                number += 1
                began = time.monotonic()
                with suppress(ConnectionClosed):
                    self._ask(bob, f"still there? {number}")
                self.longest = max(self.longest, time.monotonic() - began)
                self._over.wait(SAY_PAUSE if self._talks else PING_PAUSE)

    def _ask(self, bob: ClientConnection, text: str) -> None:
        if not self._talks:
            answered = bob.ping()
            while not answered.wait(0.1) and not self._over.is_set():
                pass
            return
        say(bob, text)
        while not self._over.is_set():
            with suppress(TimeoutError):
                if page.text_of(bob.recv(timeout=0.1)) == text:
                    return

    def end(self) -> float:
        self._over.set()
        self.join()
        return self.longest


class Held(threading.Thread):
    """Counts the server's descriptors."""

    def __init__(self, pid: int) -> None:
        super().__init__()
        self._process, self._over = psutil.Process(pid), threading.Event()
        self._before = self._process.num_fds()
        self.most = 0

    def now(self) -> int:
        return int(self._process.num_fds()) - self._before

    def run(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, self.now())

    def end(self) -> tuple[int, int]:
        self._over.set()
        self.join()
        return self.most, self.now()


def _talk(server: Server, until: float) -> None:
    """Say so much that what waits for a reader fills every buffer."""
    with server.join("ada", source="127.0.0.3", ping_interval=None) as ada:
        sender = threading.Thread(target=_say, args=[ada, until], daemon=True)
        sender.start()
        while time.monotonic() < until:
            with suppress(TimeoutError):
                ada.recv(timeout=max(0.01, until - time.monotonic()))


def _say(ada: ClientConnection, until: float) -> None:
    with suppress(ConnectionClosed, OSError):
        while time.monotonic() < until:
            for _ in range(20):
                say(ada, secrets.token_urlsafe(360))  # nothing that compresses well
            time.sleep(0.005)


def measure(name: str, server_name: str) -> dict[str, float]:
    """One attack on a fresh server."""
    file, settings = SERVERS[server_name]
    if name == "reader" and file == "hardened":
        settings = {**settings, **BUSY}
    with ExitStack() as stack:
        server = stack.enter_context(serving(file, **settings))
        pid = server.running.process.pid
        psutil.Process(pid).cpu_affinity([int(SERVER_CORE)])
        visitor = Visitor(server, talks=name == "reader")
        visitor.start()
        visitor.joined.wait()
        time.sleep(0.3)
        held = Held(pid)
        memory, cpu = machine.memory(pid) / 1024, machine.cpu_seconds(pid)
        held.start()
        began = time.monotonic()
        if name == "reader":
            with attack(name, server, seconds=60):
                _talk(server, time.monotonic() + READER)
                most, last = held.end()
                longest = visitor.end()
            told: dict[str, Any] = {}
        else:
            with attack(name, server, ATTACKS[name][0]) as running:
                told = outcome(running)
                most, last = held.end()
            longest = visitor.end()
        return {
            "peak_kib": round(server.peak() - memory),
            "cpu_s": round(machine.cpu_seconds(pid) - cpu, 3),
            "longest_wait_s": round(longest, 3),
            "held_most": most,
            "held_last": told.get("held", last),
            "seconds": round(time.monotonic() - began, 1),
        }


def main() -> None:
    """Measure, and write the data and the page's table."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {int(LOAD_CORE)})
    start = time.monotonic()
    head = machine.describe()
    measured: dict[str, dict[str, list[dict[str, float]]]] = {}
    plan = [(name, runs) for name, (_, runs) in ATTACKS.items()] + [("reader", RUNS)]
    for name, runs in plan:
        for _ in range(runs):
            for server in SERVERS:
                value = measure(name, server)
                print(name, server, value, flush=True)
                measured.setdefault(name, {}).setdefault(server, []).append(value)
    data = {
        "command": "make attacks",
        "machine": {**head, "load_average_after": round(os.getloadavg()[0], 2)},
        "versions": {"python": platform.python_version(), "websockets": version("websockets")},
        "settings": {"runs": RUNS, "reader_seconds": READER},
        "seconds": round(time.monotonic() - start),
        "results": measured,
    }
    results.save(page.DATA, data)
    page.main()


if __name__ == "__main__":
    main()
