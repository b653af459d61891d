"""The newest events, each with an id that a client can name when it comes back."""

import asyncio
import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    id: str  # opaque to clients
    text: str


class GoneError(Exception):
    """What the client saw last is no longer here: it has to load the state anew."""


# --8<-- [start:feed]
class Feed:
    def __init__(self, kept: int = 1000) -> None:
        self._kept = kept
        self._epoch = secrets.token_hex(4)  # numbers begin again when the process does
        self._events: list[Event] = []
        self._dropped = 0
        self._news = asyncio.Event()

    def publish(self, text: str) -> Event:
        number = self._dropped + len(self._events) + 1
        event = Event(f"{self._epoch}-{number}", text)
        self._events.append(event)
        if len(self._events) > self._kept:
            del self._events[0]
            self._dropped += 1
        news, self._news = self._news, asyncio.Event()
        news.set()  # wakes all who wait
        return event

    def since(self, after: str | None) -> list[Event]:
        """The events after an id; without one, all that are kept."""
        if after is None:
            return list(self._events)
        epoch, _, number = after.rpartition("-")
        if epoch != self._epoch or not number.isdecimal():
            raise GoneError
        seen = int(number) - self._dropped
        if not 0 <= seen <= len(self._events):
            raise GoneError
        return self._events[seen:]

    async def wait(self, after: str | None) -> list[Event]:
        """The events after an id, as soon as there is one."""
        while not (events := self.since(after)):
            await self._news.wait()
        return events


# --8<-- [end:feed]
