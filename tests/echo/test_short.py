"""The short path answers byte for byte as the library does, and leaves to it what it must."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.protocol import Protocol

from echo_demo import connection as connection_module
from echo_demo.behaviours.catalog import registry
from echo_demo.connection import Connection
from echo_demo.settings import Settings
from echo_demo.shared import Shared
from echo_demo.short import between_messages
from tests.echo.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    DEFLATE,
    PING,
    PONG,
    TEXT,
    deflate,
    frame,
    request,
)
from tests.echo.test_turns import Transport, read_again


def shared_by(**options: Any) -> Shared:
    chosen = Settings(ping_interval=0, **options)
    return Shared(chosen, asyncio.get_running_loop(), registry(chosen))


def echoed(
    chunks: list[bytes], *headers: str, short: bool = True, **options: Any
) -> tuple[bytes, dict[str, Any], int]:
    """What the server sends for some reads, its counts, and how many frames the library saw."""
    seen = 0

    async def run() -> tuple[bytes, dict[str, Any]]:
        connection, transport = Connection(shared_by(**options)), Transport()
        connection.connection_made(transport)
        connection.data_received(request("/", *headers))
        transport.written.clear()
        for chunk in chunks:
            connection.data_received(chunk)
            await read_again(transport)
        connection.connection_lost(None)
        totals = connection.traffic.totals()
        del totals["t"]
        return bytes(transport.written), totals

    def count(self: Protocol, received: Any) -> None:
        nonlocal seen
        seen += 1
        original(self, received)

    original = Protocol.recv_frame
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Protocol, "recv_frame", count)
        if not short:
            patch.setattr(connection_module, "between_messages", lambda protocol: False)
        return (*asyncio.run(run()), seen)


FRAMES = st.one_of(
    st.builds(frame, st.just(TEXT), st.text(max_size=200).map(str.encode)),
    st.builds(
        frame, st.just(BINARY), st.binary(max_size=300), mask=st.binary(min_size=4, max_size=4)
    ),
    st.builds(frame, st.sampled_from([PING, PONG]), st.binary(max_size=20)),
    st.builds(
        lambda a, b: (
            frame(TEXT, a, fin=False) + frame(PING, b"in between") + frame(CONTINUATION, b)
        ),
        st.binary(max_size=9).map(lambda data: data.hex().encode()),
        st.text(max_size=9).map(str.encode),
    ),
    st.builds(lambda data: frame(BINARY, deflate(data), rsv=4), st.binary(max_size=300)),
    st.sampled_from(
        [
            frame(BINARY, b"a" * 20_000),
            frame(BINARY, b"a" * 70_000),
            frame(TEXT, b"\xff"),
            frame(TEXT, b"unmasked", mask=None),
            frame(CLOSE, b"\x03\xe8"),
            frame(CONTINUATION, b"without a start"),
            frame(BINARY, rsv=2),
            frame(3),
            # 16 bits for a length that needs seven.
            b"\x82\xfe\x00\x05" + bytes(4) + b"12345",
        ]
    ),
)


@given(st.lists(FRAMES, max_size=12), st.lists(st.integers(0, 3000), max_size=6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_path_makes_no_difference(frames: list[bytes], cuts: list[int], compression: bool) -> None:
    stream = b"".join(frames)
    edges = sorted({0, *(cut for cut in cuts if cut < len(stream)), len(stream)})
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    headers = (DEFLATE,) if compression else ()
    with_it, without = (echoed(chunks, *headers, short=short) for short in (True, False))
    assert with_it[:2] == without[:2]


@pytest.mark.parametrize(
    ("data", "headers", "seen"),
    [
        (frame(TEXT, b"a") * 20 + frame(BINARY, b"b" * 65_535), (), 0),
        (frame(BINARY, b"a" * 65_536), (), 1),
        (frame(TEXT, b"a") + frame(PING) + frame(TEXT, b"b"), (), 2),
        (frame(TEXT, b"a" * 255), (DEFLATE,), 0),
        (frame(TEXT, b"a" * 256), (DEFLATE,), 1),
    ],
)
def test_what_the_library_is_spared(data: bytes, headers: tuple[str, ...], seen: int) -> None:
    assert echoed([data], *headers)[2] == seen


def test_rates_hold_on_the_short_path() -> None:
    eight = frame(TEXT, b"a") * 8
    sent, totals, seen = echoed([eight] * 2, max_message_rate=10)
    assert seen == 0
    reason = b"more than 10 messages per second"
    assert sent == b"\x81\x01a" * 16 + bytes([0x88, 2 + len(reason)]) + b"\x03\xf0" + reason
    assert totals["out"]["frames"]["close"] == 1


def test_size_limit_holds_on_the_short_path() -> None:
    sent, _, seen = echoed([frame(TEXT, b"a" * 100) + frame(TEXT, b"a" * 101)], max_size=100)
    assert seen == 0
    assert sent[:102] == b"\x81\x64" + b"a" * 100
    assert sent[102] == 0x88
    assert sent[104:106] == (1009).to_bytes(2, "big")


async def test_library_is_never_left_inside_a_frame() -> None:
    connection = Connection(shared_by())
    connection.connection_made(Transport())
    assert not between_messages(connection._protocol)
    connection.data_received(request("/"))
    assert between_messages(connection._protocol)
    whole = frame(TEXT, b"a" * 200, fin=False)
    for position in range(1, len(whole)):
        connection.data_received(whole[position - 1 : position])
        assert not between_messages(connection._protocol)
    connection.data_received(whole[-1:])
    assert not between_messages(connection._protocol), "a fragment is no message"
    connection.data_received(frame(CONTINUATION))
    assert between_messages(connection._protocol)
    connection.data_received(frame(CLOSE))
    assert not between_messages(connection._protocol)
    connection.connection_lost(None)
