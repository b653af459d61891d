"""A room: numbered messages, kept for a while, and who is in it. In memory: for one process."""

# --8<-- [start:publish]
import asyncio
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

KEEP = 500  # messages that a room keeps
TYPING = 4.0  # seconds that a sign of typing holds

Message = dict[str, Any]


class UnavailableError(Exception):
    """Not now; the text says why."""


@dataclass(eq=False)
class Guest:
    name: str
    typing_until: float = 0.0


class Room:
    def __init__(self, name: str) -> None:
        self.name = name
        self.epoch = secrets.token_hex(8)  # whose numbers these are: others after a restart
        self.last = 0
        self.kept: deque[Message] = deque(maxlen=KEEP)
        self.guests: set[Guest] = set()
        self.version = 0  # of who is here, and who types
        self._news = asyncio.Event()

    async def publish(self, key: str, name: str, text: str) -> None:
        """Give a message the next number. One that was published before keeps its own."""
        if not any((kept["key"], kept["name"]) == (key, name) for kept in self.kept):
            self.add(self.made(self.last + 1, key, name, text))

    @staticmethod
    def made(number: int, key: str, name: str, text: str) -> Message:
        at = round(time.time() * 1000)
        return {"type": "message", "id": number, "key": key, "name": name, "text": text, "at": at}

    def add(self, message: Message) -> None:
        self.last = message["id"]
        self.kept.append(message)
        self.wake()

    async def read(self) -> None:
        """Take in what other processes have published: here there are none."""

    def wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    # --8<-- [end:publish]

    # --8<-- [start:follow]
    async def follow(self, after: int) -> AsyncIterator[Message]:
        """What a client gets that has everything up to ``after``: history and news are one."""
        shown = -1
        while True:
            oldest = self.last - len(self.kept) + 1
            if after < oldest - 1:  # so slow, or away so long, that it fell out of the history
                missed, after = oldest - 1 - after, oldest - 1
                yield {"type": "gap", "missed": missed}
            elif after < self.last:
                after += 1
                yield self.kept[after - oldest]
            elif shown != self.version:
                shown = self.version
                yield {"type": "people", "people": self.people()}
            else:
                await self._news.wait()

    # --8<-- [end:follow]

    # --8<-- [start:people]
    def enter(self, name: str) -> Guest:
        guest = Guest(name)
        self.guests.add(guest)
        self.changed()
        return guest

    def leave(self, guest: Guest) -> None:
        self.guests.discard(guest)
        self.changed()

    def types(self, guest: Guest) -> None:
        now = time.monotonic()
        if guest.typing_until < now + TYPING / 2:  # however often a client says so
            guest.typing_until = now + TYPING
            self.changed()
            asyncio.get_running_loop().call_later(TYPING + 0.1, self.changed)

    def has_said(self, guest: Guest) -> None:
        if guest.typing_until > time.monotonic():
            guest.typing_until = 0.0
            self.changed()

    def changed(self) -> None:
        self.version += 1
        self.wake()

    def here(self) -> dict[str, bool]:
        """Who is here, each once however many connections they have, and whether they type."""
        now = time.monotonic()
        found: dict[str, bool] = {}
        for guest in self.guests:
            found[guest.name] = found.get(guest.name, False) or guest.typing_until > now
        return found

    def people(self) -> list[Message]:
        return [{"name": name, "typing": typing} for name, typing in sorted(self.here().items())]


# --8<-- [end:people]
