"""One feed of text messages, for everybody who follows it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from itertools import islice

# The position of the first message: positions have the same number of digits all the time.
FIRST = 1_000_000


class Feed:
    """The last messages; a subscriber's position is the next one that it wants.

    Args:
        keep: how many messages are kept for those who come back.
    """

    def __init__(self, keep: int = 100_000) -> None:
        self._messages: deque[str] = deque(maxlen=keep)
        self._news = asyncio.Event()
        self.end = FIRST
        """The position after the last message."""
        self.over = False

    def publish(self, text: str) -> None:
        """Add a message, and wake everybody who waits for one."""
        self._messages.append(text)
        self.end += 1
        self._wake()

    def close(self) -> None:
        """End the feed: nobody waits any longer."""
        self.over = True
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def since(self, position: int) -> list[str]:
        """The messages from a position on, if there are any; those that are too old are gone."""
        oldest = self.end - len(self._messages)
        return list(islice(self._messages, max(0, position - oldest), None))

    async def wait(self, position: int) -> list[str]:
        """The messages from a position on, as soon as there is one; none where the feed ends."""
        while position >= self.end and not self.over:
            await self._news.wait()
        return self.since(position)

    async def follow(self, position: int) -> AsyncIterator[tuple[int, str]]:
        """Each message from a position on, with its own, until the feed ends."""
        while messages := await self.wait(position):
            # What was sent while one was handed over is found by the next round.
            position = self.end - len(messages)
            for text in messages:
                yield position, text
                position += 1
