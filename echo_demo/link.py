"""One TCP connection: what leaves it, its timers, and how it ends."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from websockets.frames import CloseCode, Frame
from websockets.protocol import CONNECTING, OPEN, SEND_EOF

from .extensions import Compression
from .handshake import EchoProtocol
from .keepalive import Keepalive
from .report import Reporter
from .shared import Shared
from .traffic import Traffic


class Link(asyncio.Protocol):
    """The sending half of a connection, which knows nothing of what it receives."""

    __slots__ = (
        "_active",
        "_cause",
        "_encoders",
        "_keepalive",
        "_paused",
        "_pending",
        "_protocol",
        "_reporter",
        "_seen",
        "_shared",
        "_timer",
        "_transport",
        "client",
        "traffic",
    )

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None
        self._keepalive: Keepalive | None = None
        self._reporter: Reporter | None = None
        # Bytes that wait, unparsed, until the client reads what it was sent, or for the next turn.
        # While there are any, nothing is read.
        self._pending = b""
        self._paused = False
        self._encoders: Sequence[Compression] = ()
        self._protocol = EchoProtocol(shared.settings, shared.extensions)
        self.traffic = Traffic()
        # How many messages there were when the sweep last looked, and when they had changed.
        self._seen = 0
        self._active = self.traffic.accepted
        self._cause = ""
        self.client = ""

    # What the keepalive, the sweep and the server call.

    def send_ping(self, payload: bytes) -> None:
        """Send a ping now."""
        if self._protocol.state is OPEN:
            self._protocol.send_ping(payload)
            self._send((), False, self._protocol.data_to_send())

    def ping_answered(self, seconds: float) -> None:
        """Count the round trip of a ping."""
        self._shared.metrics.round_trip(seconds)

    def ping_timed_out(self) -> None:
        """Fail the connection as the library does: 1011."""
        self._protocol.fail(CloseCode.INTERNAL_ERROR, "keepalive ping timeout")
        self._send((), False, self._protocol.data_to_send())

    def active(self, now: float) -> float:
        """When the last message was seen, to the precision of the calls of this method."""
        seen = self.traffic.messages_in + self.traffic.messages_out
        if seen != self._seen:
            self._seen, self._active = seen, now
        return self._active

    def close(self, code: int, reason: str) -> None:
        """Start the closing handshake."""
        if self._protocol.state is OPEN:
            self._protocol.send_close(code, reason)
            self._after(self._shared.settings.close_timeout, self.abort)
            self._send((), False, self._protocol.data_to_send())

    def shut_down(self) -> None:
        """Start the closing handshake with 1001, or drop a connection still in its handshake."""
        if self._protocol.state is CONNECTING:
            self._transport.close()
        self.close(CloseCode.GOING_AWAY, "server shutting down")

    def abort(self) -> None:
        """Drop the TCP connection at once."""
        self._transport.abort()

    # Output.

    def _send(self, received: Sequence[Frame], answered: bool, frames: list[bytes]) -> None:
        """Send frames, with reports where the connection has them."""
        if self._reporter is not None:
            frames = self._reporter.annotate(received, answered, frames)
        else:
            for wire in frames:
                if wire:
                    self.traffic.sent(wire)
        self._write(frames)

    def _write(self, writes: list[bytes]) -> None:
        if not writes or self._transport.is_closing():
            return
        data = writes[0] if len(writes) == 1 else b"".join(writes)
        if data:
            self._transport.write(data)
        if writes[-1] == SEND_EOF:
            self._end()

    def _end(self) -> None:
        """Half-close, and wait a while for the client to close (RFC 6455 section 7.1.1)."""
        if self._keepalive is not None:
            self._keepalive.stop()
        self._after(self._shared.settings.close_timeout, self.abort)
        # What still comes is discarded, so no backpressure: the client's end of stream is in it.
        self._pending = b""
        self._paused = False
        if not self._transport.can_write_eof():
            # TLS has no half-closed state here: closing waits for the other side's own end.
            self._transport.close()
        else:
            # The client may have reset the connection; then reading ends it.
            with suppress(OSError):
                self._transport.write_eof()
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _ended(self) -> tuple[int, str]:
        """The close code that came first, and who sent it; 1006 where none came."""
        protocol = self._protocol
        if protocol.close_sent is not None and not protocol.close_rcvd_then_sent:
            return protocol.close_sent.code, "server"
        if protocol.close_rcvd is not None:
            return protocol.close_rcvd.code, "client"
        return CloseCode.ABNORMAL_CLOSURE, "client"

    def _summary(self) -> dict[str, Any]:
        """The connection in the log: nothing that the client has written."""
        traffic, plan = self.traffic, self._protocol.plan
        # Without a WebSocket connection nothing was closed in its way.
        opened = plan is not None and not self._cause
        code, sender = self._ended() if opened else (None, None)
        return {
            "client": self.client,
            "path": plan.behaviour.template if plan is not None else None,
            "refused": self._cause or None,
            "seconds": round(time.monotonic() - traffic.accepted, 3),
            "code": code,
            "by": sender,
            "reports": self._reporter is not None,
            "compression": bool(self._encoders),
            "messages_in": traffic.messages_in,
            "messages_out": traffic.messages_out,
            "bytes_in": traffic.bytes_in,
            "bytes_out": traffic.bytes_out,
        }

    def _after(self, seconds: float, callback: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._shared.loop.call_later(seconds, callback)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
