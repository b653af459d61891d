"""What the server sends by itself, what it leaves out, and how fast it reads."""

import json
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from websockets.frames import BINARY, CLOSE, PONG, TEXT, Frame
from websockets.protocol import OPEN, SEND_EOF

from ..behaving import BehavingConnection
from ..handshake import Handshake

# Messages, and bytes, that are made before others have their turn.
_BATCH = 64
_BATCH_BYTES = 65_536

_PATTERN = "0123456789"


class Streaming(BehavingConnection):
    """Sends numbered messages, no faster than the client reads them."""

    __slots__ = ("_number", "_stalled")

    def begin(self, handshake: Handshake) -> None:
        """Send the first messages."""
        self._number = 0
        self._stalled = False
        self._produce()

    def release(self, why: str) -> None:
        """Go on where the client's slowness had stopped the stream."""
        super().release(why)
        if self._stalled and "writing" not in self._held:
            self._stalled = False
            self.later(0, self._produce)

    def _produce(self) -> None:
        count, interval = self.values["count"], self.values.get("interval", 0)
        size = self.values.get("size", 0)
        batch = 1 if interval else max(1, min(_BATCH, _BATCH_BYTES // max(size, 1)))
        for _ in range(batch):
            if self._number == count:
                self.close(1000, f"{count} messages sent")
                return
            if self._protocol.state is not OPEN:
                return
            if "writing" in self._held:
                self._stalled = True
                return
            self._number += 1
            self.push(str(self._number).ljust(size, "."))
        self.later(interval / 1000, self._produce)


class OneMessage(BehavingConnection):
    """Sends one message of a size, then echoes."""

    __slots__ = ()

    def begin(self, handshake: Handshake) -> None:
        """Send it."""
        size = self.values["size"]
        data = (_PATTERN * (size // len(_PATTERN) + 1))[:size].encode()
        opcode = BINARY if self.values.get("type") == "binary" else TEXT
        self._send((), False, self.frames(Frame(opcode, data)))


class Pinging(BehavingConnection):
    """Sends pings, and tells the round trip of each in a message."""

    __slots__ = ("_answered",)

    def begin(self, handshake: Handshake) -> None:
        """Send the first ping; the next follows an interval after its pong."""
        self._answered = 0
        assert self._keepalive is not None
        self._keepalive.ping()

    def ping_answered(self, seconds: float) -> None:
        """Tell the client how long it took."""
        super().ping_answered(seconds)
        self._answered += 1
        self.push(json.dumps({"ping": self._answered, "ms": round(seconds * 1000, 3)}))

    def _ping_interval(self) -> float:
        return cast(int, self.values["interval"]) / 1000


class WithoutPongs(BehavingConnection):
    """Echoes, and leaves pings unanswered."""

    __slots__ = ()

    def _send(self, received: Sequence[Frame], answered: bool, frames: list[bytes]) -> None:
        kept = [wire for wire in frames if not wire or wire[0] & 0x0F != PONG]
        super()._send(received, answered, kept)


class Silent(BehavingConnection):
    """Reads everything and answers nothing, not even a ping or a close frame."""

    __slots__ = ()

    def received(self, message: Frame, out: list[bytes]) -> None:
        """Leave it unanswered."""

    def _send(self, received: Sequence[Frame], answered: bool, frames: list[bytes]) -> None:
        # What the server says of its own accord goes out: a limit met, its own end.
        if self._protocol.close_rcvd is not None and self._protocol.close_rcvd_then_sent:
            frames = [wire for wire in frames if wire != SEND_EOF and wire[0] & 0x0F != CLOSE]
            self._after(self._shared.settings.close_timeout, self.abort)
        super()._send(received, answered, [w for w in frames if not w or w[0] & 0x0F != PONG])

    def _ping_interval(self) -> float:
        return 0


class Slow(BehavingConnection):
    """Reads a number of bytes in a second, and no more."""

    __slots__ = ("_backlog", "_over", "_reading")

    def begin(self, handshake: Handshake) -> None:
        """Take little from the network at a time, so that the rest waits with the client."""
        self._backlog = b""
        self._over = self._reading = False
        peer: socket.socket = self._transport.get_extra_info("socket")
        with suppress(OSError):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def data_received(self, data: bytes) -> None:
        """Keep what has arrived, and read it bit by bit."""
        if self._over:
            super().data_received(data)
            return
        self._backlog += data
        if not self._transport.is_closing():
            self._transport.pause_reading()
        if not self._reading:
            self._reading = True
            self._read()

    def _read(self) -> None:
        rate: int = self.values["rate"]
        if not self._backlog:
            self._reading = False
            self._read_on()
            return
        size = min(len(self._backlog), max(1, rate // 20))
        if self._pending or self._paused:
            # What was read before is not yet answered.
            self.later(0.05, self._read)
            return
        piece, self._backlog = self._backlog[:size], self._backlog[size:]
        self.later(size / rate, self._read)
        super().data_received(piece)

    def _read_on(self) -> None:
        if not self._backlog:
            super()._read_on()

    def _ping_interval(self) -> float:
        # The pong would wait behind what is read slowly.
        return 0

    def _end(self) -> None:
        self._over, self._backlog = True, b""
        super()._end()


class TokenFirst(BehavingConnection):
    """Wants a token as the first message, and echoes after it."""

    __slots__ = ("_known", "_patience")

    def begin(self, handshake: Handshake) -> None:
        """Wait for the token."""
        self._known: bool | None = None
        self._patience = self._shared.settings.open_timeout
        self.later(self._patience, self._expire)

    def received(self, message: Frame, out: list[bytes]) -> None:
        """Compare the first message; echo the others where it was the token."""
        if self._known:
            super().received(message, out)
        elif self._known is None:
            token = self.values["token"].encode()
            self._known = message.opcode is TEXT and bytes(message.data) == token
            if self._known:
                out += self.frames(Frame(TEXT, b"authenticated"))
            else:
                # Behind the answers to what came with it.
                self.later(0, self._refuse)

    def _refuse(self) -> None:
        self.close(1008, "the first message was not the token")

    def _expire(self) -> None:
        if self._known is None:
            self.close(1008, f"no token within {self._patience:g} seconds")


class ShowingHandshake(BehavingConnection):
    """Sends the request as JSON, then echoes."""

    __slots__ = ()

    def begin(self, handshake: Handshake) -> None:
        """Send it: each byte as the character of its value, as ISO-8859-1 has it."""
        lines = bytes(handshake.head).decode("iso-8859-1").split("\r\n")[:-2]
        headers = [line.partition(":") for line in lines[1:]]
        self.push(
            json.dumps(
                {
                    "request": lines[0],
                    "headers": [[name, value.strip(" \t")] for name, _, value in headers],
                    "client": self.client,
                    "subprotocol": self._protocol.subprotocol,
                    "compression": bool(self._encoders),
                }
            )
        )
