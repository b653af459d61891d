"""What holds for one client, and for all of them over time.

Nothing here is done per message: a connection compares its counts with marks, and one sweep for
all connections finds those that are idle or old.
"""

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

from .settings import Settings
from .traffic import Traffic

if TYPE_CHECKING:
    from .shared import Shared

_NEVER = 1 << 62


class Rates:
    """Messages and bytes per second of one connection, by counts that may not be passed.

    Who passes a mark sooner than a second after it was set has been too fast. The clock is read
    at a mark alone, so that a burst after a slow time may reach twice the rate.
    """

    __slots__ = ("_bytes", "_messages", "_since", "byte_mark", "message_mark")

    def __init__(self, settings: Settings, traffic: Traffic) -> None:
        self._messages = settings.max_message_rate or _NEVER
        self._bytes = settings.max_byte_rate or _NEVER
        self._set(traffic, time.monotonic())

    def passed(self, traffic: Traffic) -> str:
        """Why the connection must end, to be asked when it has passed a mark; "" if it need not."""
        now = time.monotonic()
        if now - self._since >= 1:
            self._set(traffic, now)
            return ""
        if traffic.bytes_in > self.byte_mark:
            return f"more than {self._bytes} bytes per second"
        return f"more than {self._messages} messages per second"

    def _set(self, traffic: Traffic, now: float) -> None:
        self._since = now
        self.message_mark = traffic.requests() + self._messages
        self.byte_mark = traffic.bytes_in + self._bytes


class Clients:
    """How many connections each client address has.

    Attributes:
        pending: TCP connections before and beside WebSocket, by group of their peer.
        opened: WebSocket connections, by group of their client.
    """

    def __init__(self) -> None:
        self.pending: Counter[str] = Counter()
        self.opened: Counter[str] = Counter()

    @staticmethod
    def leave(counts: Counter[str], group: str) -> None:
        """Count one less, and forget who has none."""
        counts[group] -= 1
        if counts[group] <= 0:
            del counts[group]


class Sweep:
    """Closes connections that are idle or old, a few times within the shortest of both times."""

    def __init__(self, shared: "Shared") -> None:
        self._shared = shared
        settings = shared.settings
        self._idle = settings.idle_timeout
        self._lifetime = settings.lifetime
        times = [seconds for seconds in (self._idle, self._lifetime) if seconds]
        # Without either, it still brings the counts of open connections to the other workers.
        self._pause = min(5.0, max(0.02, min(times, default=50.0) / 10))
        self._timer = shared.loop.call_later(self._pause, self._run)

    def stop(self) -> None:
        """Sweep no more."""
        self._timer.cancel()

    def _run(self) -> None:
        now = time.monotonic()
        for connection in list(self._shared.opened):
            traffic = connection.traffic
            if self._lifetime and now - traffic.accepted >= self._lifetime:
                connection.close(1001, f"open for {self._lifetime:g} seconds, the longest allowed")
            elif self._idle and now - connection.active(now) >= self._idle:
                connection.close(1000, f"no message for {self._idle:g} seconds")
        self._shared.metrics.publish(self._shared.opened)
        self._timer = self._shared.loop.call_later(self._pause, self._run)


async def drain(shared: "Shared") -> None:
    """Close what is open, one connection after the other over `drain_time` at most."""
    waiting = list(shared.opened)
    # Few connections need no long time: at least twenty are closed in a second.
    pause = min(0.05, shared.settings.drain_time / len(waiting)) if waiting else 0
    started = time.monotonic()
    for index, connection in enumerate(waiting):
        ahead = index * pause - (time.monotonic() - started)
        if ahead > 0:
            await asyncio.sleep(ahead)
        connection.shut_down()
