"""The load: a process that is told what to measure, a JSON line at a time, and answers with one.

Connections are opened here; the messages go round in a loop in C, on frames made before, so that
it takes less time for a message than the servers do. Each answer has the share of a core that load
and server took.
"""

from __future__ import annotations

import json
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.measure.exchange import Exchange
from tests.measure.machine import cpu_seconds, memory
from tests.measure.peer import Peer
from tests.measure.traffic import Message, messages

# Seconds of work before the clock starts: interpreters and compilers have their first time behind.
_WARM_UP = 0.15
_AT_ONCE = 100
_SETTLE = 0.5


@contextmanager
def connections(port: int, number: int, *, compression: bool) -> Iterator[list[Peer]]:
    """Open connections, some at once."""
    peers: list[Peer] = []
    try:
        while len(peers) < number:
            _open(port, min(_AT_ONCE, number - len(peers)), peers, compression=compression)
        yield peers
    finally:
        for peer in peers:
            peer.socket.close()


def _open(port: int, number: int, peers: list[Peer], *, compression: bool) -> None:
    new = [Peer(port) for _ in range(number)]
    peers += new
    with select.epoll() as poll:
        waiting = {peer.socket.fileno(): peer for peer in new}
        for peer in new:
            peer.open(port, compression=compression)
            poll.register(peer.socket, select.EPOLLIN)
        while waiting:
            for descriptor, _ in poll.poll():
                poll.unregister(descriptor)
                waiting.pop(descriptor).opened(compression=compression)


class _Clock:
    """What passed since it was made: time, and both sides' processor time."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._server = cpu_seconds(pid)
        self._load = time.process_time()
        self._start = time.perf_counter()

    def read(self, done: int) -> dict[str, float]:
        seconds = time.perf_counter() - self._start
        server = cpu_seconds(self._pid) - self._server
        return {
            "per_cpu_second": round(done / server),
            "per_second": round(done / seconds),
            "server_core": round(server / seconds, 2),
            "load_core": round((time.process_time() - self._load) / seconds, 2),
        }


def throughput(task: dict[str, Any]) -> dict[str, float]:
    """Echoes with `connections` open and `in_flight` messages of each on the way."""
    made = _made(task)
    with connections(task["port"], task["connections"], compression=task["compression"]) as peers:
        for peer, message in zip(peers, made, strict=False):
            peer.check(message)
        exchange = Exchange(peers, made, int(task["in_flight"]))
        exchange.run(_WARM_UP)
        clock = _Clock(task["pid"])
        return clock.read(exchange.run(task["seconds"]))


def round_trip(task: dict[str, Any]) -> dict[str, float]:
    """Time from one echo's end to the next one's, on one connection, in microseconds."""
    made = _made(task)
    with connections(task["port"], 1, compression=task["compression"]) as peers:
        peers[0].check(made[0])
        exchange = Exchange(peers, made, 1)
        exchange.run(_WARM_UP)
        times = sorted(exchange.times(task["seconds"]))
    return {
        "p50_us": round(times[len(times) // 2] * 1e6, 1),
        "p99_us": round(times[len(times) * 99 // 100] * 1e6, 1),
        "count": len(times),
    }


def handshakes(task: dict[str, Any]) -> dict[str, float]:
    """TCP connections with a WebSocket handshake, `connections` of them at once."""

    def run(seconds: float) -> int:
        done, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            with connections(
                task["port"], task["connections"], compression=task["compression"]
            ) as peers:
                done += len(peers)
        return done

    run(_WARM_UP)
    clock = _Clock(task["pid"])
    return clock.read(run(task["seconds"]))


def idle_memory(task: dict[str, Any]) -> dict[str, float]:
    """KiB of the server's memory per idle connection, before and after a message on each."""
    made, number, pid = _made(task), int(task["connections"]), int(task["pid"])
    # What a server allocates once is not counted as the connections'.
    with connections(task["port"], 1, compression=task["compression"]) as (peer,):
        peer.check(made[0])
    time.sleep(_SETTLE)
    empty = memory(pid)
    with connections(task["port"], number, compression=task["compression"]) as peers:
        time.sleep(_SETTLE)
        before = memory(pid) - empty
        for index, peer in enumerate(peers):
            peer.check(made[index % len(made)])
        time.sleep(_SETTLE)
        after = memory(pid) - empty
    return {
        "before_kib": round(before / number / 1024, 1),
        "after_kib": round(after / number / 1024, 1),
    }


def _made(task: dict[str, Any]) -> list[Message]:
    return messages(task["kind"], task["size"], compressed=task["compressed"])


MEASURES: dict[str, Callable[[dict[str, Any]], dict[str, float]]] = {
    "throughput": throughput,
    "round_trip": round_trip,
    "handshakes": handshakes,
    "memory": idle_memory,
}


def main() -> None:
    """Answer each line of standard input."""
    for line in sys.stdin:
        task = json.loads(line)
        print(json.dumps(MEASURES[task["measure"]](task)), flush=True)


if __name__ == "__main__":
    main()
