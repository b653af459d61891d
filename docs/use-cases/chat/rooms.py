"""A room: numbered messages, kept for a while, and who is in it. In memory: for one process."""

# --8<-- [start:publish]
import asyncio
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

KEEP = 500  # messages that a room keeps
HISTORY = 50  # messages that somebody new gets
TYPING = 4.0  # seconds that a sign of typing holds

Message = dict[str, Any]


class EndError(Exception):
    """Ends a client's connection, with a close code and a reason."""


def said(key: str, name: str, text: str) -> Message:
    """A message that has no number yet."""
    at = round(time.time() * 1000)
    return {"type": "message", "key": key, "name": name, "text": text, "at": at}


class Room:
    def __init__(self, name: str) -> None:
        self.name = name
        self.epoch = secrets.token_hex(8)  # whose numbers these are: others after a restart
        self.last = 0
        self.kept: deque[Message] = deque(maxlen=KEEP)
        self.guests: dict[object, tuple[str, float]] = {}  # a name, and until when they type
        self.people: list[Message] = []
        self.news = asyncio.Event()

    async def publish(self, key: str, name: str, text: str) -> None:
        """Give a message the next number. One that was published before keeps its own."""
        if not any((kept["key"], kept["name"]) == (key, name) for kept in self.kept):
            self.add(said(key, name, text) | {"id": self.last + 1})

    def add(self, message: Message) -> None:
        self.last = message["id"]
        self.kept.append(message)
        self.wake()

    async def read(self) -> None:
        """Take in what other processes have published: here there are none."""

    def wake(self) -> None:
        """Let everybody who waits in ``follow`` look again."""
        self.news.set()
        self.news = asyncio.Event()

    # --8<-- [end:publish]

    # --8<-- [start:follow]
    async def follow(self, epoch: str, after: int) -> AsyncIterator[Message]:
        """What a client gets that has everything up to ``after``: history and news are one."""
        joined, people = "", None
        while True:
            dropped = self.last - len(self.kept)
            if joined != self.epoch:  # first of all, and when the numbers begin anew
                if epoch != self.epoch:  # it is new here, or from before a restart
                    after = max(0, self.last - HISTORY)
                joined = epoch = self.epoch
                yield {"type": "joined", "epoch": epoch, "after": after}
            elif after < dropped:  # so slow, or away so long, that it fell out of the history
                yield {"type": "gap", "missed": dropped - after}
                after = dropped
            elif after < self.last:
                yield self.kept[after - dropped]
                after += 1
            elif people is not self.people:
                people = self.people
                yield {"type": "people", "people": people}
            else:
                await self.news.wait()

    # --8<-- [end:follow]

    # --8<-- [start:people]
    def sees(self, guest: object, name: str, typing: float = 0) -> None:
        """Somebody is here, and types for so many seconds; or has stopped to."""
        self.guests[guest] = name, time.monotonic() + typing
        self.changed()
        asyncio.get_running_loop().call_later(typing + 0.1, self.changed)

    def leaves(self, guest: object) -> None:
        del self.guests[guest]
        self.changed()

    def here(self) -> list[tuple[str, bool]]:
        """The name of each connection, and whether somebody types there."""
        now = time.monotonic()
        return [(name, until > now) for name, until in self.guests.values()]

    def changed(self) -> None:
        """Tell everyone who is here, if that is not what they know."""
        names = dict(sorted(self.here()))  # each once: the last, so with typing if there is any
        people = [{"name": name, "typing": typing} for name, typing in names.items()]
        if people != self.people:
            self.people = people
            self.wake()


# --8<-- [end:people]
