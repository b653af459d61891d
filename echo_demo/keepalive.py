"""Pings that find out whether the other side is still there (RFC 6455 section 5.5.2)."""

import asyncio
import time
from typing import Protocol


class Pinged(Protocol):
    """What Keepalive needs of a connection."""

    def send_ping(self, payload: bytes) -> None:
        """Send a ping now."""

    def ping_answered(self, seconds: float) -> None:
        """A pong has come that long after its ping."""

    def ping_timed_out(self) -> None:
        """Fail the connection: no pong came in time."""


class Keepalive:
    """Sends a ping `interval` seconds after the last was answered; wants the pong in `timeout`.

    A timeout of 0 waits for ever. One timer at a time and no task, because most connections are
    idle; one unanswered ping at a time, because they pile up for a client that does not read.
    """

    __slots__ = (
        "_connection",
        "_interval",
        "_loop",
        "_sent",
        "_sent_at",
        "_timeout",
        "_timer",
        "_waiting",
    )

    def __init__(
        self,
        connection: Pinged,
        loop: asyncio.AbstractEventLoop,
        interval: float,
        timeout: float,
    ) -> None:
        self._connection = connection
        self._loop = loop
        self._interval = interval
        self._timeout = timeout
        self._sent = 0
        self._sent_at = 0.0
        self._waiting = False
        self._timer: asyncio.TimerHandle | None = loop.call_later(interval, self.ping)

    def ping(self) -> None:
        """Send a ping now and wait for its pong."""
        self.stop()
        self._sent += 1
        self._waiting = True
        if self._timeout:
            self._timer = self._loop.call_later(self._timeout, self._connection.ping_timed_out)
        self._sent_at = time.monotonic()
        self._connection.send_ping(self._payload())

    def answered(self, payload: bytes) -> bool:
        """Whether a pong with this payload answers the last ping, for the first time."""
        if not self._waiting or payload != self._payload():
            return False
        self.stop()
        self._connection.ping_answered(time.monotonic() - self._sent_at)
        self._timer = self._loop.call_later(self._interval, self.ping)
        return True

    def stop(self) -> None:
        """Send no more pings and wait for no pong."""
        self._waiting = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _payload(self) -> bytes:
        return self._sent.to_bytes(4, "big")
