"""One TCP connection: bytes between asyncio's transport and the library's protocol."""

import asyncio
import time
from collections import deque
from typing import cast

from websockets.frames import BINARY, CONT, PING, PONG, TEXT, CloseCode, Frame, Opcode
from websockets.protocol import OPEN

from .behaviours.behaviour import REPORT_SUBPROTOCOL
from .extensions import Compression, Utf8Check
from .handshake import Handshake
from .keepalive import Keepalive
from .limits import Clients, Rates
from .link import Link
from .proxies import address, group
from .report import Reporter
from .shared import Shared
from .short import between_messages, echo

# Incoming bytes are parsed in pieces of these sizes; with reports, frame by frame. Whatever the
# library makes of one piece is in memory at once, and compressed bytes may grow a thousandfold.
_STEP = 8192
_COMPRESSED_STEP = 4096

# Seconds for which one client's bytes are parsed before the others have their turn. A quarter MiB,
# which may arrive at once, holds 40,000 empty frames.
_TURN = 0.005


class Connection(Link):
    """The receiving half: the opening handshake, backpressure and the echo."""

    __slots__ = (
        "_fragments",
        "_group",
        "_handshake",
        "_message",
        "_message_opcode",
        "_rates",
        "_short",
        "_started",
        "_step",
        "_turn",
        "path",
    )

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        # The message of which fragments have arrived, and its type.
        self._message: bytearray | None = None
        self._message_opcode: Opcode = BINARY
        self._fragments = 0
        self._turn: asyncio.Handle | None = None
        self._step = _STEP
        # Messages from this size on do not take the short path, which is open to an echo alone.
        self._short = 0
        # None once the request is answered.
        self._handshake: Handshake | None = Handshake(self._protocol, shared)
        self._rates = Rates(shared.settings, self.traffic)
        # What the connection is counted under: its peer's group, and once open its client's.
        self._group = ""
        self.path = ""

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._started = time.time()
        self._transport = cast(asyncio.Transport, transport)
        shared, settings = self._shared, self._shared.settings
        self._transport.set_write_buffer_limits(settings.write_queue)
        peer = transport.get_extra_info("peername")
        peer_address = address(peer[0]) if peer else None
        self.client = str(peer_address)
        assert self._handshake is not None
        self._handshake.client = self.client
        self._group = group(self.client)
        shared.accepted.add(self)
        shared.idle.clear()
        pending = shared.clients.pending
        pending[self._group] += 1
        self._after(settings.open_timeout, self._open_timed_out)
        most = settings.max_connections_per_client
        if len(shared.accepted) - len(shared.opened) > settings.max_pending or (
            most and pending[self._group] > most and not shared.proxies.trusts(peer_address)
        ):
            self._cause = "pending-limit"
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived, of the handshake or of any number of frames."""
        if self._handshake is not None:
            data = self._greet(self._handshake, data)
        if self._paused or self._pending:
            self._pending += data
        elif data:
            self._parse(data)

    def eof_received(self) -> None:
        """The client sends no more; asyncio closes the transport once everything is written."""
        self._protocol.receive_eof()
        self._after(self._shared.settings.close_timeout, self.abort)
        self._write(self._protocol.data_to_send())

    def connection_lost(self, exc: Exception | None) -> None:
        """The TCP connection is gone."""
        self._cancel_timer()
        if self._turn is not None:
            self._turn.cancel()
        if self._keepalive is not None:
            self._keepalive.stop()
        shared = self._shared
        if self in shared.opened:
            del shared.opened[self]
            Clients.leave(shared.clients.opened, self._group)
            shared.metrics.closed(self, *self._ended())
        else:
            Clients.leave(shared.clients.pending, self._group)
            if self._cause:
                shared.metrics.refused(self._cause)
        shared.log(self._summary())
        shared.accepted.discard(self)
        if not shared.accepted:
            shared.idle.set()

    def pause_writing(self) -> None:
        """The client does not read fast enough: read nothing more of it."""
        self._paused = True
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The client has read: go on with what it had sent before."""
        self._paused = False
        self._go_on()

    # The opening handshake.

    def _greet(self, handshake: Handshake, data: bytes) -> bytes:
        """Read on in the request and answer it once complete; return the bytes behind it."""
        writes, rest = handshake.receive(data)
        self.traffic.bytes_in += len(data) - len(rest)
        if not writes:
            return b""
        self._handshake = None
        self.path, self.client = handshake.path, handshake.client
        self._cause = handshake.cause
        self.traffic.bytes_out += sum(map(len, writes))
        if self._protocol.state is not OPEN:
            self._write(writes)
            return b""
        plan = self._protocol.plan
        if plan is None or plan.plain:
            self._open(handshake, writes)
            return rest
        assert plan.behaviour.connection is not None, "the catalog names one for each"
        behaving = plan.behaviour.connection(self, plan)
        self._transport.set_protocol(behaving)
        self._shared.accepted.discard(self)
        self._shared.accepted.add(behaving)
        self._cancel_timer()
        behaving._open(handshake, writes)
        if rest:
            behaving.data_received(rest)
        return b""

    def _open(self, handshake: Handshake, writes: list[bytes]) -> None:
        protocol, shared = self._protocol, self._shared
        settings = shared.settings
        self._cancel_timer()
        Clients.leave(shared.clients.pending, self._group)
        self._group = group(self.client)
        shared.clients.opened[self._group] += 1
        shared.opened[self] = None
        shared.metrics.opened()
        self._encoders = [e for e in protocol.extensions if isinstance(e, Compression)]
        if self._encoders:
            self._step = _COMPRESSED_STEP
        protocol.extensions.insert(0, Utf8Check())
        plan = protocol.plan
        if plan and plan.behaviour.reports and protocol.subprotocol == REPORT_SUBPROTOCOL:
            self._reporter = Reporter(self.traffic)
            compression = self._encoders[0] if self._encoders else None
            writes += self._reporter.hello(
                settings.max_size,
                self._ping_interval(),
                self._started,
                bytes(handshake.head),
                handshake.sent,
                compression,
            )
        if type(self) is Connection and self._reporter is None:
            limits = (encoder.threshold for encoder in self._encoders)
            self._short = min((settings.max_size + 1, *limits))
        self._write(writes)
        interval = self._ping_interval()
        if interval:
            self._keepalive = Keepalive(self, shared.loop, interval, settings.ping_timeout)
            if self._reporter is not None:
                self._keepalive.ping()

    def _ping_interval(self) -> float:
        settings = self._shared.settings
        return settings.ping_interval if self._reporter is None else settings.report_ping_interval

    def _open_timed_out(self) -> None:
        writes: list[bytes] = []
        if self._handshake is not None:
            writes, self._cause = self._handshake.expire(), self._handshake.cause
        self._handshake = None
        if writes:
            self.traffic.bytes_out += sum(map(len, writes))
            self._write(writes)
        else:
            self._transport.close()

    # Frames.

    def _go_on(self) -> None:
        """Parse what has waited, and read again once nothing waits."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        if self._paused:
            return
        data, self._pending = self._pending, b""
        self._parse(data)
        if not self._paused and not self._pending:
            self._read_on()

    def _read_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _parse(self, data: bytes) -> None:
        """Hand bytes to the library in steps, as many as the client reads and its turn allows."""
        # Not the loop's time, which may stand still during a turn.
        position, size, limit = 0, len(data), time.monotonic() + _TURN
        while position < size:
            if self._paused:
                self._pending = data[position:]
                return
            if time.monotonic() > limit:
                self._pending = data[position:]
                self._turn = self._shared.loop.call_soon(self._go_on)
                if not self._transport.is_closing():
                    self._transport.pause_reading()
                return
            if self._short and between_messages(self._protocol):
                begin, position = position, self._echo_short(data, position)
                if position != begin:
                    continue
            if self._reporter is not None and not self._reporter.finished:
                end = self._reporter.scan(data, position)
            else:
                end = min(position + self._step, size)
            self._feed(data if end - position == size else data[position:end])
            position = end

    def _echo_short(self, data: bytes, position: int) -> int:
        """Echo whole messages past the library; return where the first other frame begins."""
        end, wire = echo(data, position, self._step, self._short, self.traffic)
        if end != position:
            reason = self._too_fast()
            self._write([wire])
            if reason:
                self._protocol.fail(CloseCode.POLICY_VIOLATION, reason)
                self._send((), False, self._protocol.data_to_send())
        return end

    def _too_fast(self) -> str:
        rates, traffic = self._rates, self.traffic
        if traffic.bytes_in > rates.byte_mark or traffic.requests() > rates.message_mark:
            return rates.passed(traffic)
        return ""

    def _feed(self, data: bytes) -> None:
        protocol, traffic = self._protocol, self.traffic
        traffic.bytes_in += len(data)
        # After the server's close frame no echo may follow.
        echoing = protocol.state is OPEN
        protocol.receive_data(data)
        frames = cast(list[Frame], protocol.events_received())
        # One pong for each ping, in their order, and last the close frame.
        queued = deque(protocol.data_to_send())
        answered = False
        out: list[bytes] = []
        for frame in frames:
            traffic.frames_in[frame.opcode] += 1
            if frame.opcode is PONG:
                answered = self._pong(frame)
            elif frame.opcode is PING:
                if echoing and queued:
                    out.append(queued.popleft())
            elif frame.opcode in (TEXT, BINARY, CONT):
                if self._fragments >= self._shared.settings.max_fragments:
                    self._fail_fragments()
                    break
                self._echo(frame, out)
        reason = self._too_fast()
        if reason:
            protocol.fail(CloseCode.POLICY_VIOLATION, reason)
        if not echoing:
            out.clear()
        # Answers leave in the order of what they answer; a close frame comes behind them.
        self._send(frames, answered, [*out, *queued, *protocol.data_to_send()])

    def _echo(self, frame: Frame, out: list[bytes]) -> None:
        """Add the echo that a frame completes, ready for the wire."""
        whole = self._whole(frame)
        if whole is not None:
            self.traffic.messages_in += 1
            out.append(whole.serialize(mask=False, extensions=self._encoders))

    def _whole(self, frame: Frame) -> Frame | None:
        """The message that a frame completes, as one frame."""
        opcode, data = frame.opcode, frame.data
        if opcode is CONT:
            assert self._message is not None, "the library refuses a continuation without a start"
            self._message += data
            self._fragments += 1
            if not frame.fin:
                return None
            opcode, data, self._message = self._message_opcode, self._message, None
            self._fragments = 0
        elif not frame.fin:
            self._message_opcode, self._message = opcode, bytearray(data)
            self._fragments = 1
            return None
        return Frame(opcode, data)

    def _fail_fragments(self) -> None:
        most = self._shared.settings.max_fragments
        self._protocol.fail(CloseCode.MESSAGE_TOO_BIG, f"more than {most} frames in a message")

    def _pong(self, frame: Frame) -> bool:
        return self._keepalive is not None and self._keepalive.answered(bytes(frame.data))
