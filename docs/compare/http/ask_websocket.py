"""Asks for articles on a WebSocket, then is told: ``python ask_websocket.py URL tea``."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException


# --8<-- [start:ask]
class RefusedError(Exception):
    """The server answered with an error."""


class LostError(Exception):
    """The connection ended: whether the question arrived, nobody knows."""


class Asker:
    """Questions and answers on one connection, and what the server says unasked."""

    def __init__(self, connection: ClientConnection) -> None:
        self.changes: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._connection = connection
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.ended: LostError | None = None
        self._reading = asyncio.create_task(self._read())

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send a question and wait for the answer with its number."""
        if self.ended is not None:
            raise self.ended
        number = next(self._numbers)
        question = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(5):
                await self._connection.send(json.dumps(question))
                return await answer
        finally:
            del self._waiting[number]

    async def _read(self) -> None:
        """Give each message to who waits for it, until the connection ends."""
        try:
            async for text in self._connection:
                self._sort(json.loads(text))
            self.ended = LostError("the server closed the connection")
        except (WebSocketException, ValueError, LookupError) as error:
            self.ended = LostError(f"{type(error).__name__}: {error}")
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self.ended)
        self.changes.put_nowait({})  # who waits for a change is to see the end

    def _sort(self, message: dict[str, Any]) -> None:
        if message.get("method") == "changed":
            self.changes.put_nowait(message["params"])
        elif (answer := self._waiting.get(message["id"])) is not None and not answer.done():
            if "error" in message:
                answer.set_exception(RefusedError(message["error"]["message"]))
            else:
                answer.set_result(message["result"])


# --8<-- [end:ask]
async def main(url: str, *names: str) -> None:
    """Ask for all at once, then print each change of the first."""
    async with connect(url, close_timeout=2) as connection:
        asker = Asker(connection)
        for article in await asyncio.gather(*(asker.ask("get", name=name) for name in names)):
            print("{name}: {count}".format(**article), flush=True)
        while article := await asker.changes.get():
            if article["name"] == names[0]:
                print("changed: {name}: {count}".format(**article), flush=True)
        raise asker.ended or LostError()


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
    except (OSError, WebSocketException, RefusedError, LostError) as error:
        sys.exit(f"ask_websocket.py: {type(error).__name__}: {error}")
