"""What the same freshness costs: requests, bytes and the server's processor time.

Subscribers are plain sockets with requests made before, so that many fit beside one server. What
they count is what their sockets sent and received.
"""

from __future__ import annotations

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from statistics import median

from tests.measure.machine import cpu_seconds
from tests.measure.servers import Running
from tests.measure.transports import headers
from tests.measure.transports.clients import http, position
from tests.measure.transports.latency import INTERVALS

SUBSCRIBERS = 100
# Seconds between events.
GAP = 0.5
WINDOW = 2.0
# Seconds after the window in which the last events arrive.
_LONGEST = 10.0
_START, _END = b'{"number"', b'"}'


class Subscriber(asyncio.Protocol, ABC):
    """One connection: counts, and takes the age of each event."""

    def __init__(self) -> None:
        self.requests = self.sent = self.received = 0
        self.ages: list[float] = []
        self.opened = asyncio.Event()
        self._news = asyncio.Event()
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @abstractmethod
    async def start(self, at: int, phase: float) -> None:
        """Follow the feed from a position on; `phase` spreads subscribers over an interval."""

    def write(self, data: bytes) -> None:
        """Send a request."""
        assert self._transport is not None
        self.requests += 1
        self.sent += len(data)
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        self._buffer += data
        self.arrived()

    def arrived(self) -> None:
        """Take the events out of what a stream has brought."""
        if not self.opened.is_set():
            _, ended, self._buffer = self._buffer.rpartition(b"\r\n\r\n")
            if not ended:
                return
            self.opened.set()
        while (end := self._buffer.find(_END)) >= 0:
            end += len(_END)
            self.take(self._buffer[self._buffer.index(_START) : end])
            self._buffer = self._buffer[end:]

    def take(self, event: bytes) -> None:
        """Note an event's age in milliseconds."""
        self._news.set()
        self.ages.append((time.monotonic_ns() - json.loads(event)["made"]) / 1e6)

    async def had(self, number: int) -> None:
        """Wait until so many events have come."""
        while len(self.ages) < number:
            self._news.clear()
            await self._news.wait()

    def stop(self) -> None:
        """Close."""
        assert self._transport is not None
        self._transport.close()


class Stream(Subscriber):
    """Asks once: an event stream or a WebSocket connection."""

    def __init__(self, request: str, path: str) -> None:
        super().__init__()
        # Compression is left out: the events are looked for in what comes.
        self._first = headers.request(request, path)

    async def start(self, at: int, phase: float) -> None:
        """Open, and wait until the server has answered."""
        self.write(self._first)
        await self.opened.wait()


class Asking(Subscriber):
    """Asks again: after a time, or, with no interval, after each answer."""

    def __init__(self, path: str, interval: float | None) -> None:
        super().__init__()
        self._path, self._interval = path, interval
        self._timer: asyncio.TimerHandle | None = None

    async def start(self, at: int, phase: float) -> None:
        """Begin to ask, as far into the interval as the phase says."""
        self._at = at
        lines = "\r\n".join(f"{key}: {value}" for key, value in headers.load("poll"))
        self._before = f"GET {self._path}?from="
        self._after = f" HTTP/1.1\r\n{lines}\r\n\r\n"
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + (self._interval or 0) * phase
        self._timer = self._loop.call_at(self._due, self.ask)

    def ask(self) -> None:
        """Send one request."""
        self.write(f"{self._before}{self._at}{self._after}".encode())

    def arrived(self) -> None:
        """Take the events out of whole responses."""
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            length = 0
            if not head.startswith(b"HTTP/1.1 204"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            if len(rest) < length:
                return
            body, self._buffer = rest[:length], rest[length:]
            for line in body.split(b"\n") if body else []:
                self._at += 1
                self.take(line)
            if self._interval:
                self._due += self._interval
                self._timer = self._loop.call_at(self._due, self.ask)
            else:
                self.ask()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        super().stop()


Way = Callable[[], Subscriber]


def _asking(path: str, interval: float | None) -> Way:
    return lambda: Asking(path, interval)


WAYS: dict[str, Way] = {
    **{f"poll_{round(one * 1000)}": _asking("/poll", one) for one in INTERVALS},
    "long_poll": _asking("/wait", None),
    "sse": lambda: Stream("EventSource", "/events"),
    "websocket": lambda: Stream("WebSocket", "/"),
}


async def measure(
    way: str, server: Running, *, number: int = SUBSCRIBERS, window: float = WINDOW
) -> dict[str, float]:
    """Let subscribers follow a feed for a time; return what that cost."""
    if way in (slow := {f"poll_{round(one * 1000)}": one for one in INTERVALS}):
        window = max(window, 2 * slow[way])
    loop = asyncio.get_running_loop()
    subscribers: list[Subscriber] = []
    async with http(server.port) as client:
        at = await position(client)
        for index in range(number):
            _, one = await loop.create_connection(WAYS[way], "127.0.0.1", server.port)
            await one.start(at, index / number)
            subscribers.append(one)
        gaps = [GAP / 2, *[GAP] * (round(window / GAP) - 1)]
        play = asyncio.create_task(client.post("/play", json=gaps))
        # From here on everybody asks and events are made; what was before is taken away.
        before = [(one.requests, one.sent + one.received) for one in subscribers]
        start, cpu = time.perf_counter(), cpu_seconds(server.pid)
        await asyncio.sleep(window)
        seconds, cpu = time.perf_counter() - start, cpu_seconds(server.pid) - cpu
        requests = sum(
            one.requests - old for one, (old, _) in zip(subscribers, before, strict=True)
        )
        count = sum(
            one.sent + one.received - old for one, (_, old) in zip(subscribers, before, strict=True)
        )
        (await play).raise_for_status()
        async with asyncio.timeout(_LONGEST):
            await asyncio.gather(*(one.had(len(gaps)) for one in subscribers))
    for one in subscribers:
        one.stop()
    return {
        "requests_per_second": round(requests / seconds, 1),
        "bytes_per_second": round(count / seconds / number),
        "server_core": round(cpu / seconds, 4),
        "p50_ms": round(median(age for one in subscribers for age in one.ages), 2),
    }
