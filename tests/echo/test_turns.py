"""How one connection behaves towards its event loop, with a transport that only notes the calls."""

from __future__ import annotations

import asyncio
import errno
import logging

import pytest

from echo_demo.behaviours.catalog import registry
from echo_demo.connection import Connection
from echo_demo.server import new_event_loop
from echo_demo.settings import Settings
from echo_demo.shared import Shared
from tests.echo.raw import CLOSE, REPORTS, TEXT, frame, request

EMPTY = frame(TEXT)


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.reading = True
        self.reset = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        if self.reset:
            raise OSError(errno.ENOTCONN, "not connected")

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def abort(self) -> None:
        raise AssertionError("nothing here takes so long")


def opened(*headers: str) -> tuple[Connection, Transport]:
    settings = Settings(ping_interval=0, report_ping_interval=0, max_message_rate=0)
    connection = Connection(Shared(settings, asyncio.get_running_loop(), registry(settings)))
    transport = Transport()
    connection.connection_made(transport)
    connection.data_received(request("/demo", *headers))
    transport.written.clear()
    return connection, transport


async def read_again(transport: Transport) -> int:
    """Let the loop run until the connection reads again; return how often it ran."""
    turns = 0
    while not transport.reading:
        await asyncio.sleep(0)
        turns += 1
    return turns


@pytest.mark.parametrize("headers", [(), (REPORTS,)], ids=["plain", "reports"])
async def test_many_frames_at_once_leave_other_connections_their_turn(
    headers: tuple[str, ...],
) -> None:
    connection, transport = opened(*headers)
    sent = 3000 if headers else 40_000
    # Far more than a turn's time: the loop gets control back before all are echoed.
    connection.data_received(EMPTY * sent)
    assert 0 < connection.traffic.messages_out < sent
    assert not transport.reading
    assert await read_again(transport) > 1
    assert connection.traffic.messages_in == connection.traffic.messages_out == sent
    if not headers:
        assert transport.written == b"\x81\x00" * sent
    connection.connection_lost(None)


async def test_turns_and_backpressure_keep_the_order() -> None:
    connection, transport = opened()
    sent = [str(number).encode() for number in range(20_000)]
    connection.data_received(b"".join(frame(TEXT, text) for text in sent))
    # A transport may still deliver what it had read.
    connection.data_received(frame(TEXT, b"next"))
    connection.pause_writing()
    before = connection.traffic.messages_in
    for _ in range(5):
        await asyncio.sleep(0)
    assert connection.traffic.messages_in == before, "it went on for a client that does not read"
    connection.data_received(frame(TEXT, b"late"))
    connection.resume_writing()
    await read_again(transport)
    echoes = b"".join(bytes([0x81, len(text)]) + text for text in [*sent, b"next", b"late"])
    assert transport.written == echoes
    connection.connection_lost(None)


async def test_a_connection_that_is_lost_takes_no_more_turns() -> None:
    connection, transport = opened()
    connection.data_received(EMPTY * 40_000)
    connection.connection_lost(ConnectionResetError())
    before = connection.traffic.messages_in
    for _ in range(5):
        await asyncio.sleep(0)
    assert connection.traffic.messages_in == before
    assert not transport.reading


async def test_a_reset_before_the_half_close_is_no_error() -> None:
    connection, transport = opened()
    transport.reset = True
    connection.data_received(frame(CLOSE, b"\x03\xe8"))
    assert transport.written == b"\x88\x02\x03\xe8"
    connection.connection_lost(None)


def test_too_many_open_files_are_one_line(caplog: pytest.LogCaptureFixture) -> None:
    loop = new_event_loop()
    try:
        for _ in range(3):
            error = OSError(errno.EMFILE, "Too many open files")
            loop.call_exception_handler({"message": "accept", "exception": error})
        (record,) = caplog.records
        assert "Too many open files" in record.getMessage()
        assert (record.levelno, record.exc_info) == (logging.ERROR, None)
        # Anything else is a fault of the server and told in full.
        loop.call_exception_handler({"message": "fault", "exception": OSError(errno.EIO, "")})
        assert caplog.records[-1].exc_info
    finally:
        loop.close()
