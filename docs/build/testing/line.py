"""A bad line: a TCP proxy whose faults a test switches on and off while it runs."""

# --8<-- [start:line]
import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


def reset(writer: StreamWriter) -> None:
    """End TCP with RST. Without this option `abort()` sends FIN where all was read."""
    linger = struct.pack("ii", 1, 0)  # on, 0 seconds
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


class Line:
    def __init__(self, to: str) -> None:
        self.to = to
        self.address = ""
        self.connections = 0
        self.delay = 0.0  # seconds by which everything is late
        self.flowing = asyncio.Event()  # clear it: TCP stays up and nothing arrives
        self.flowing.set()
        self.writers: set[StreamWriter] = set()

    def cut(self) -> None:
        """Reset all connections: no close frame, no FIN."""
        for writer in self.writers:
            reset(writer)

    async def accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        try:
            far = await asyncio.open_connection(*self.to.split(":"))
        except OSError:
            reset(writer)
            return
        pair = {writer, far[1]}
        self.writers |= pair
        await asyncio.gather(
            self.carry(reader, far[1]), self.carry(far[0], writer), return_exceptions=True
        )
        self.writers -= pair

    async def carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await asyncio.sleep(self.delay)
                await self.flowing.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def line(to: str) -> AsyncIterator[Line]:
    """Carry to the address ``to``, such as 127.0.0.1:8000, from a free port."""
    made = Line(to)
    async with await asyncio.start_server(made.accept, "127.0.0.1", 0) as server:
        made.address = "{}:{}".format(*server.sockets[0].getsockname())
        yield made
        made.flowing.set()
        made.cut()


# --8<-- [end:line]
