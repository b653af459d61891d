"""A client of the chat for tests: it says what it is told, and keeps what it hears."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.use_cases.apps import PATIENCE

Message = dict[str, Any]


@dataclass
class Talker:
    socket: ClientConnection
    messages: list[Message] = field(default_factory=list)
    people: list[Message] = field(default_factory=list)

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def say(self, text: str, key: str = "") -> str:
        key = key or str(uuid.uuid4())
        self.send(type="say", key=key, text=text)
        return key

    def hear(self) -> Message:
        """The next message, whatever its type."""
        message: Message = json.loads(self.socket.recv(PATIENCE))
        if message["type"] == "message":
            self.messages.append(message)
        if message["type"] == "people":
            self.people = message["people"]
        return message

    def hear_all(self, count: int) -> list[str]:
        """Hear until there are as many messages; return their texts."""
        while len(self.messages) < count:
            self.hear()
        return [message["text"] for message in self.messages]

    def sees(self, *names: str) -> None:
        """Hear until these, and no others, are here."""
        while sorted(names) != [one["name"] for one in self.people]:
            self.hear()


@contextmanager
def talking(
    url: str, name: str, room: str = "room", epoch: str = "", after: int = 0, **options: Any
) -> Iterator[Talker]:
    """Join a room until the block ends."""
    options = {"max_queue": None, "close_timeout": PATIENCE, **options}
    with connect(url, proxy=None, **options) as socket:
        talker = Talker(socket)
        talker.send(type="join", room=room, name=name, epoch=epoch, after=after)
        yield talker
