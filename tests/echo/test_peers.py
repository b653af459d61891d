"""Clients that others wrote, each with its own idea of the protocol, against the echo at `/`."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import shutil
import socket
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import aiohttp
import picows
import pytest
import wsproto
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    Ping,
    Pong,
    Request,
    TextMessage,
)
from wsproto.extensions import Extension, PerMessageDeflate

from echo_demo.background import BackgroundServer
from tests.echo.node_packages import node_packages
from tests.echo.raw import TIMEOUT, request
from tests.echo.test_limits import served

Payload = str | bytes

# Around every size at which a frame's header or the server's way with it changes; text with
# characters of one to four bytes; and what does not compress.
MESSAGES: list[Payload] = [
    "",
    "Hello",
    "h\u00e9 \u20ac \U0001f50c \x00",
    b"",
    bytes(range(256)),
    *(b"x" * size for size in (125, 126, 255, 256, 65535, 65536)),
    "abcdefgh \u20ac" * 30_000,
    random.Random(1).randbytes(300_000),
]


@dataclass
class Seen:
    """What a client saw: the echoes, whether compression was agreed, and how it ended."""

    echoes: list[Payload]
    compressed: bool
    close_code: int | None
    pong: bytes | None = None


Peer = Callable[[str, bool], Awaitable[Seen]]


async def aiohttp_peer(address: str, compress: bool) -> Seen:
    echoes: list[Payload] = []
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(address, compress=15 if compress else 0, max_msg_size=0) as client,
    ):
        for message in MESSAGES:
            if isinstance(message, str):
                await client.send_str(message)
            else:
                await client.send_bytes(message)
            echoes.append((await client.receive(TIMEOUT)).data)
        await client.close(code=4000, message=b"done")
        return Seen(echoes, bool(client.compress), client.close_code)


class _PicowsListener(picows.WSListener):
    def __init__(self) -> None:
        self.frames: asyncio.Queue[tuple[picows.WSMsgType, bytes]] = asyncio.Queue()

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        self.frames.put_nowait((frame.msg_type, frame.get_payload_as_bytes()))


async def picows_peer(address: str, compress: bool) -> Seen:
    assert not compress, "it has no compression"
    transport, listener = await picows.ws_connect(_PicowsListener, address)
    frames = cast(_PicowsListener, listener).frames
    echoes: list[Payload] = []
    for message in MESSAGES:
        data = message.encode() if isinstance(message, str) else message
        text = isinstance(message, str)
        transport.send(picows.WSMsgType.TEXT if text else picows.WSMsgType.BINARY, data)
        kind, payload = await asyncio.wait_for(frames.get(), TIMEOUT)
        echoes.append(payload.decode() if kind == picows.WSMsgType.TEXT else payload)
    transport.send_ping(b"are you there")
    kind, pong = await asyncio.wait_for(frames.get(), TIMEOUT)
    assert kind == picows.WSMsgType.PONG
    transport.send_close(cast(picows.WSCloseCode, 4000), b"done")
    kind, close = await asyncio.wait_for(frames.get(), TIMEOUT)
    assert kind == picows.WSMsgType.CLOSE
    transport.disconnect()
    await transport.wait_disconnected()
    return Seen(echoes, False, int.from_bytes(close[:2], "big"), pong)


class _Wsproto:
    """wsproto does no input or output: this is the socket around it."""

    def __init__(self, address: str, compress: bool) -> None:
        host, _, port = address.removeprefix("ws://").rstrip("/").partition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=TIMEOUT)
        self._protocol = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self.extension = PerMessageDeflate()
        offered: list[Extension] = [self.extension] if compress else []
        self.send(Request(host=f"{host}:{port}", target="/", extensions=offered))

    def send(self, event: Event) -> None:
        self._socket.sendall(self._protocol.send(event))

    def events(self) -> list[Event]:
        self._protocol.receive_data(self._socket.recv(65536) or None)
        return list(self._protocol.events())

    def message(self) -> Payload:
        parts: list[Payload] = []
        while True:
            for event in self.events():
                assert isinstance(event, Message), event
                parts.append(event.data)
                if event.message_finished:
                    if isinstance(event, TextMessage):
                        return "".join(cast(list[str], parts))
                    return b"".join(bytes(part) for part in cast(list[bytes], parts))

    def one(self) -> Event:
        while not (events := self.events()):
            pass
        (event,) = events
        return event

    def close(self) -> None:
        self._socket.close()


async def wsproto_peer(address: str, compress: bool) -> Seen:
    return await asyncio.to_thread(_wsproto_peer, address, compress)


def _wsproto_peer(address: str, compress: bool) -> Seen:
    client = _Wsproto(address, compress)
    accepted = client.one()
    assert isinstance(accepted, AcceptConnection)
    echoes: list[Payload] = []
    for message in MESSAGES:
        client.send(TextMessage(message) if isinstance(message, str) else BytesMessage(message))
        echoes.append(client.message())
    client.send(Ping(b"are you there"))
    pong = client.one()
    assert isinstance(pong, Pong)
    client.send(CloseConnection(4000, "done"))
    close = client.one()
    assert isinstance(close, CloseConnection)
    client.close()
    return Seen(echoes, bool(accepted.extensions), close.code, bytes(pong.payload))


@pytest.mark.parametrize(
    ("peer", "compress"),
    [
        (aiohttp_peer, False),
        (aiohttp_peer, True),
        (picows_peer, False),
        (wsproto_peer, False),
        (wsproto_peer, True),
    ],
)
async def test_python_clients(server: BackgroundServer, peer: Peer, compress: bool) -> None:
    seen = await peer(f"{server.url}/", compress)
    assert seen.echoes == MESSAGES
    assert seen.compressed == compress
    assert seen.close_code == 4000
    assert seen.pong in (None, b"are you there")


@pytest.mark.parametrize("library", ["ws", "undici"])
def test_node_clients(server: BackgroundServer, library: str) -> None:
    folder = node_packages()
    listed = [
        ["text", base64.b64encode(message.encode()).decode()]
        if isinstance(message, str)
        else ["binary", base64.b64encode(message).decode()]
        for message in MESSAGES
    ]
    done = subprocess.run(
        ["node", "peer.mjs", library, f"{server.url}/"],
        cwd=folder,
        input=json.dumps(listed),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["echoes"] == listed
    assert "permessage-deflate" in seen["extensions"]
    assert (seen["code"], seen["reason"], seen["wasClean"]) == (4000, "done", True)
    assert seen.get("pong") == ("are you there" if library == "ws" else None)


def test_curl() -> None:
    # Debian 12's curl 7.88 is built without WebSocket: what it can do is the handshake, and print
    # what comes after it. Newer ones speak ws: addresses.
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    with served(idle_timeout=0.1, close_timeout=0.1) as server:
        headers = [line.decode() for line in request().split(b"\r\n")[1:] if line]
        command = ["curl", "--include", "--no-progress-meter", "--http1.1", "--max-time", "20"]
        for header in headers:
            command += ["--header", header]
        command.append(f"http://{server.host}:{server.port}/")
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    head, _, frames = done.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    assert frames == b"\x88\x1c\x03\xe8no message for 0.1 seconds"
