"""Every message comes back as it was sent, whatever client sends it and however."""

from __future__ import annotations

from collections.abc import Iterator

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_sync

from echo_demo.background import BackgroundServer
from tests.echo import raw
from tests.echo.raw import BINARY, CLOSE, DEFLATE, TEXT, RawClient, frame, message

MESSAGES = [
    pytest.param("Hello", id="text"),
    pytest.param(b"\x00\xff\x80", id="binary"),
    pytest.param("", id="empty text"),
    pytest.param(b"", id="empty binary"),
    pytest.param("a" * 125, id="125"),
    pytest.param("b" * 126, id="126"),
    pytest.param(bytes(range(256)) * 256, id="65536"),
    pytest.param("c" * 65535, id="65535"),
    pytest.param("ä€𝄞\u0000\ufeff\U0010ffff", id="unicode"),
]
PATHS = ["/", "/demo", "/?name=value"]


@pytest.mark.parametrize("sent", MESSAGES)
@pytest.mark.parametrize("path", PATHS)
async def test_websockets_client(server: BackgroundServer, path: str, sent: str | bytes) -> None:
    async with connect(server.url + path) as client:
        await client.send(sent)
        assert await client.recv() == sent


@pytest.mark.parametrize("sent", MESSAGES)
@pytest.mark.parametrize("compress", [0, 15], ids=["plain", "compressed"])
async def test_aiohttp_client(server: BackgroundServer, compress: int, sent: str | bytes) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(server.url, compress=compress) as client,
    ):
        if isinstance(sent, str):
            await client.send_str(sent)
            assert await client.receive_str() == sent
        else:
            await client.send_bytes(sent)
            assert await client.receive_bytes() == sent


async def test_fragments_come_back_as_one_message(server: BackgroundServer) -> None:
    async with connect(server.url) as client:
        # The euro sign is cut apart on the wire.
        await client.send(["a", "", "€", "b"], text=True)
        assert await client.recv() == "a€b"
    with RawClient(server) as wire:
        wire.open()
        wire.send(b"".join(message(TEXT, "€".encode(), [1, 2], compressed=False, mask=b"mask")))
        echo = wire.frame()
        assert (echo.opcode, echo.fin, echo.payload) == (TEXT, True, "€".encode())


def test_messages_before_a_close_in_one_segment_are_echoed(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open()
        client.send(frame(TEXT, b"1") + frame(BINARY, b"2") + frame(CLOSE, b"\x03\xe8"))
        frames = client.frames()
        assert [(f.opcode, f.payload) for f in frames] == [
            (TEXT, b"1"),
            (BINARY, b"2"),
            (CLOSE, b"\x03\xe8"),
        ]


def test_messages_before_a_protocol_error_are_echoed(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open()
        client.send(frame(TEXT, b"1") + frame(3, b"reserved opcode"))
        echo, close = client.frames()
        assert echo.payload == b"1"
        assert close.close_code == 1002


def test_messages_behind_the_request_in_one_segment_are_echoed(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.send(raw.request("/") + frame(TEXT, b"early"))
        assert client.response().startswith(b"HTTP/1.1 101 ")
        assert client.frame().payload == b"early"


def test_a_request_that_arrives_byte_by_byte(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        for byte in raw.request("/") + frame(TEXT, b"slow"):
            client.send(bytes([byte]))
        assert client.response().startswith(b"HTTP/1.1 101 ")
        assert client.frame().payload == b"slow"


def test_compression_starts_at_the_threshold(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        response = client.open("/", DEFLATE)
        assert b"permessage-deflate; server_no_context_takeover" in response
        for size, compressed in ((255, False), (256, True), (70000, True)):
            client.send(frame(TEXT, b"x" * size))
            echo = client.frame()
            assert (echo.rsv == 4, echo.payload) == (compressed, b"x" * size)
            assert len(echo.wire) < 400


def test_no_compression_without_an_offer(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        assert b"Extensions" not in client.open()
        client.send(frame(TEXT, b"x" * 1000))
        assert client.frame().rsv == 0


# One client for many examples: what one leaves behind would show in the next.
@pytest.fixture(scope="module", params=[None, "deflate"], ids=["plain", "compressed"])
def client(request: pytest.FixtureRequest, server: BackgroundServer) -> Iterator[ClientConnection]:
    with connect_sync(server.url, compression=request.param) as connection:
        yield connection


@settings(deadline=None)
@given(
    text=st.booleans(),
    sizes=st.lists(st.sampled_from([0, 1, 125, 126, 255, 256, 4095, 4097, 65536]), max_size=4),
    content=st.binary(min_size=1, max_size=64),
    as_fragments=st.booleans(),
)
def test_identity(
    client: ClientConnection, text: bool, sizes: list[int], content: bytes, as_fragments: bool
) -> None:
    parts = [(content * (size // len(content) + 1))[:size] for size in sizes] or [content]
    if text:
        strings = [part.decode("latin-1") for part in parts]
        client.send(strings if as_fragments else "".join(strings))
        assert client.recv() == "".join(strings)
    else:
        client.send(parts if as_fragments else b"".join(parts))
        assert client.recv() == b"".join(parts)
