"""A connection that does something else than echo, or echoes in another way."""

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from websockets.frames import CONT, TEXT, Frame
from websockets.protocol import OPEN

from .behaviours.behaviour import Plan
from .connection import Connection
from .handshake import Handshake
from .link import Link

MOST_FRAGMENTS = 4096
"""The most frames that one message is split into; smaller pieces become larger ones."""

# Echoes that wait for their time; more stop the reading.
_MOST_WAITING = 256


class BehavingConnection(Connection):
    """Takes the place of a connection when it opens, with everything that connection has.

    What all behaviours share is here: echoes that are delayed, echoes in fragments, and a close
    after a time.
    """

    __slots__ = ("_held", "_timers", "_waiting", "_waiting_bytes", "values")

    def __init__(self, connection: Connection, plan: Plan) -> None:
        # Not the base's: this is the same connection, and goes on with what it has.
        for name in (*Link.__slots__, *Connection.__slots__):
            setattr(self, name, getattr(connection, name))
        self.values = plan.values
        # Why nothing is parsed, beside what the base knows.
        self._held: set[str] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._waiting: deque[tuple[float, list[bytes]]] = deque()
        self._waiting_bytes = 0

    # For behaviours.

    def begin(self, handshake: Handshake) -> None:
        """The connection is open, and the response is on its way."""

    def received(self, message: Frame, out: list[bytes]) -> None:
        """A message is complete: add frames to what is sent now."""
        frames = self.frames(message)
        delay = self.values.get("delay", 0)
        if not delay:
            out += frames
            return
        if not self._waiting:
            self.later(delay / 1000, self._release)
        self._waiting.append((time.monotonic() + delay / 1000, frames))
        self._waiting_bytes += sum(map(len, frames))
        most = self._shared.settings.write_queue
        if self._waiting_bytes > most or len(self._waiting) > _MOST_WAITING:
            self.hold("delay")

    def frames(self, message: Frame) -> list[bytes]:
        """The frames of a message, compressed as a whole and then split."""
        for extension in self._encoders:
            message = extension.encode(message)
        data, size = bytes(message.data), len(message.data)
        piece = max(self.values.get("fragment") or size or 1, -(-size // MOST_FRAGMENTS))
        starts = range(0, size, piece) or (0,)
        frames = [
            Frame(
                message.opcode if start == 0 else CONT,
                data[start : start + piece],
                fin=start + piece >= size,
            ).serialize(mask=False)
            for start in starts
        ]
        if message.rsv1:
            # The library writes this bit for extensions alone.
            frames[0] = bytes((frames[0][0] | 0x40,)) + frames[0][1:]
        return frames

    def push(self, text: str) -> None:
        """Send a text message now."""
        if self._protocol.state is OPEN:
            self._send((), False, self.frames(Frame(TEXT, text.encode())))

    def push_raw(self, data: bytes) -> None:
        """Send bytes that no library would."""
        self.traffic.bytes_out += len(data)
        self._write([data])

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after a time, unless the connection ends before."""

        def run() -> None:
            self._timers.discard(handle)
            callback()

        handle = self._shared.loop.call_later(seconds, run)
        self._timers.add(handle)

    def hold(self, why: str) -> None:
        """Parse and read nothing more until `release` is called with the same word."""
        self._held.add(why)
        super().pause_writing()

    def release(self, why: str) -> None:
        """Go on, unless something else holds."""
        self._held.discard(why)
        if not self._held and self._paused:
            super().resume_writing()

    def reset(self) -> None:
        """End the TCP connection with a reset: nothing that waits is sent."""
        peer = self._transport.get_extra_info("socket")
        # Linger for no time at all makes the kernel send RST instead of FIN.
        with suppress(OSError):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.abort()

    # What asyncio and the base call.

    def pause_writing(self) -> None:
        """The client does not read fast enough."""
        self.hold("writing")

    def resume_writing(self) -> None:
        """The client has read."""
        self.release("writing")

    def connection_lost(self, exc: Exception | None) -> None:
        """The TCP connection is gone."""
        self._stop()
        super().connection_lost(exc)

    def _open(self, handshake: Handshake, writes: list[bytes]) -> None:
        super()._open(handshake, writes)
        self.begin(handshake)
        if "close" in self.values:
            seconds = self.values.get("after", 0) / 1000
            self.later(seconds, self._close_now)

    def _close_now(self) -> None:
        self.close(self.values["close"], self.values.get("reason", ""))

    def _ping_interval(self) -> float:
        # A pong that waits behind a held message would look like none.
        return 0 if self.values.get("delay") else super()._ping_interval()

    def _echo(self, frame: Frame, out: list[bytes]) -> None:
        whole = self._whole(frame)
        if whole is not None:
            self.traffic.messages_in += 1
            self.received(whole, out)

    def _release(self) -> None:
        now, frames = time.monotonic(), list[bytes]()
        while self._waiting and self._waiting[0][0] <= now:
            frames += self._waiting.popleft()[1]
        self._waiting_bytes -= sum(map(len, frames))
        if self._waiting:
            self.later(self._waiting[0][0] - now, self._release)
        if frames and self._protocol.state is OPEN:
            self._send((), False, frames)
        if self._waiting_bytes <= self._shared.settings.write_queue:
            self.release("delay")

    def _end(self) -> None:
        self._stop()
        super()._end()

    def _stop(self) -> None:
        for handle in self._timers:
            handle.cancel()
        self._timers.clear()
        self._waiting.clear()
        self._held.clear()
