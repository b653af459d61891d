"""Who is racing: what each way has cost, what it holds open, and the limits for all."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

from .feed import Feed
from .settings import Settings
from .wire import Count, Wire

WAYS = ("poll", "wait", "events", "socket")
# Bytes of an event, as in the measured tables.
EVENT_SIZE = 100
# Seconds of events that somebody who was cut off can still get.
KEPT = 120
# Requests of one way in a second; a race needs fewer.
REQUESTS = 20
# Connections of one way at a time: one, and those whose end has not been noticed yet.
OPEN = 3
# Seconds without a request after which a race that holds nothing open is forgotten.
_SILENCE = 20.0


class RefusedError(Exception):
    """A request is refused; the text says so to who sent it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def now() -> float:
    """The server's clock in milliseconds; where it begins says nothing."""
    return round(time.monotonic() * 1000, 2)


def _of_client(address: str) -> str:
    """What one client has as its address: of IPv6 the network of 64 bits."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) else address


@dataclass(slots=True)
class Way:
    """What one way of delivery has cost in a race."""

    requests: int = 0
    events: int = 0
    bytes: Count = field(default_factory=Count)
    open: list[Wire | None] = field(default_factory=list)
    """The connections on which requests of this way are being answered."""
    last: Wire | None = None
    """The connection of the last request, which may be idle by now."""
    allowed: float = REQUESTS
    at: float = field(default_factory=time.monotonic)

    def admit(self) -> None:
        """Take a request, or refuse what comes too fast: REQUESTS in a second, evened out."""
        at = time.monotonic()
        self.allowed = min(REQUESTS, self.allowed + (at - self.at) * REQUESTS)
        self.at = at
        if self.allowed < 1:
            raise RefusedError(429, f"More than {REQUESTS} requests in a second; ask less often")
        self.allowed -= 1
        self.requests += 1


class Race:
    """One reader's race."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.began = self.seen = time.monotonic()
        self.ways = {name: Way() for name in WAYS}

    @contextmanager
    def uses(self, name: str, wire: Wire | None) -> Iterator[None]:
        """A request of a way is being answered."""
        way = self.ways[name]
        if len(way.open) >= OPEN:
            raise RefusedError(429, f"This race has {OPEN} such connections open; close one first")
        way.admit()
        self.seen = time.monotonic()
        if wire is not None:
            wire.carries(way.bytes)
        way.open.append(wire)
        way.last = wire
        try:
            yield
        finally:
            way.open.remove(wire)

    def cut(self, own: Wire | None = None) -> list[str]:
        """Reset the connections of all ways but ``own``; return the ways that were in use."""
        used = [name for name, way in self.ways.items() if way.open]
        for way in self.ways.values():
            # An idle one may by now carry another race of the same browser.
            idle = [way.last] if way.last is not None and not way.last.busy else []
            for wire in (*way.open, *idle):
                if wire is not None and wire is not own:
                    wire.cut()
            way.last = None
        return used

    def report(self) -> dict[str, dict[str, int]]:
        """What each way has cost so far."""
        return {
            name: {
                "requests": way.requests,
                "events": way.events,
                "up": way.bytes.up,
                "down": way.bytes.down,
                "open": len(way.open),
            }
            for name, way in self.ways.items()
        }


class Races:
    """All races, and the feed they share; events are made while there is one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.feed = Feed(keep=round(KEPT * settings.rate))
        self._races: dict[str, Race] = {}
        self._pulse: asyncio.Task[None] | None = None

    def start(self, address: str) -> str:
        """Begin a race; return the token by which its requests are known."""
        self._forget()
        client = _of_client(address)
        if len(self._races) >= self._settings.max_races:
            raise RefusedError(
                503, "As many races as this server runs are on; try again in a minute"
            )
        of_client = sum(race.client == client for race in self._races.values())
        if of_client >= self._settings.max_races_per_client:
            raise RefusedError(429, "Your address runs as many races as it may; end one first")
        token = secrets.token_urlsafe(12)
        self._races[token] = Race(client)
        if self._pulse is None or self._pulse.done():
            self._pulse = asyncio.create_task(self._make_events())
        return token

    def of(self, token: str | None) -> Race:
        """The race of a token."""
        if token is None:
            raise RefusedError(400, "Which race? Add ?race= with the token that /start gave")
        if race := self._races.get(token):
            return race
        raise RefusedError(404, "This race is over; start another")

    def end(self, token: str | None, own: Wire | None = None) -> None:
        """End a race, and cut what it holds open, but for the connection of who asks."""
        self.of(token).cut(own)
        del self._races[str(token)]

    def close(self) -> None:
        """End all, as the server ends."""
        self.feed.close()
        if self._pulse is not None:
            self._pulse.cancel()

    def counts(self) -> dict[str, int]:
        """How much is going on."""
        ways = [way for race in self._races.values() for way in race.ways.values()]
        return {"races": len(self._races), "open": sum(len(way.open) for way in ways)}

    def _forget(self) -> None:
        at = time.monotonic()
        for token, race in list(self._races.items()):
            silent = at - race.seen > _SILENCE and not any(way.open for way in race.ways.values())
            if silent or at - race.began > self._settings.lifetime:
                self.end(token)

    async def _make_events(self) -> None:
        """Make events, at random moments: no way of asking falls into step with them."""
        while self._races:
            await asyncio.sleep(random.uniform(0.2, 1.8) / self._settings.rate)
            self._forget()
            head = f'{{"id":{self.feed.end},"made":{now():.2f},"text":"'
            self.feed.publish(f"{head:x<{EVENT_SIZE - 2}}" + '"}')
