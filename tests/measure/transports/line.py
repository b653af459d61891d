"""A line to a server: a TCP proxy that counts the bytes that pass and may hold them back.

What it counts is what TCP carries: no headers of TCP and IP, and no TLS, which none is used here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType

_CHUNK = 65_536
# Seconds without a byte after which a line is quiet, and for how long that is waited for.
_QUIET = 0.03
_LONGEST = 5.0


@dataclass(frozen=True)
class Count:
    """Bytes that have passed, by direction."""

    up: int = 0
    down: int = 0

    def __sub__(self, other: Count) -> Count:
        return Count(self.up - other.up, self.down - other.down)


class Line:
    """Listens on a free port and carries to `port`, each byte `delay` seconds later."""

    def __init__(self, port: int, delay: float = 0.0) -> None:
        self.port = 0
        self.count = Count()
        self._to, self._delay = port, delay
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Line:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def quiet(self) -> Count:
        """Wait until nothing passes any more; return the count."""
        async with asyncio.timeout(_LONGEST):
            while True:
                before = self.count
                await asyncio.sleep(_QUIET)
                if before == self.count:
                    return before

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        for source, sink, up in ((reader, back, 1), (there, writer, 0)):
            task = asyncio.create_task(self._carry(source, sink, up))
            self._tasks.add(task)

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, up: int
    ) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivery = asyncio.create_task(self._deliver(waiting, sink))
        try:
            while data := await source.read(_CHUNK):
                self.count = Count(
                    self.count.up + up * len(data), self.count.down + (1 - up) * len(data)
                )
                waiting.put_nowait((asyncio.get_running_loop().time() + self._delay, data))
            waiting.put_nowait((asyncio.get_running_loop().time() + self._delay, b""))
            await delivery
        except OSError:
            pass
        finally:
            delivery.cancel()
            sink.close()

    async def _deliver(
        self, waiting: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
    ) -> None:
        while True:
            due, data = await waiting.get()
            if (rest := due - asyncio.get_running_loop().time()) > 0:
                await asyncio.sleep(rest)
            if not data:
                return
            sink.write(data)
            await sink.drain()
