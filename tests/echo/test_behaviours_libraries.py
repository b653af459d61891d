"""What two client libraries make of the behaviours, and that the log never shows a real path."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from echo_demo.background import BackgroundServer
from echo_demo.behaviours.invalid import FRAMES, HEADERS
from echo_demo.settings import Settings


@pytest.mark.parametrize("what", FRAMES)
def test_websockets_fails_what_is_invalid(server: BackgroundServer, what: str) -> None:
    with connect(f"{server.url}/invalid/{what}", compression=None) as client:
        if what in ("padded-length", "close-1005"):
            # It reads a length in a longer form than needed, and reports a code nobody may send.
            return
        with pytest.raises(ConnectionClosedError) as raised:
            client.recv(timeout=20)
        assert raised.value.sent is not None
        assert raised.value.sent.code in (1002, 1007, 1009)


@pytest.mark.parametrize("what", HEADERS)
def test_websockets_refuses_what_is_invalid(server: BackgroundServer, what: str) -> None:
    with pytest.raises(InvalidHandshake):
        connect(f"{server.url}/invalid/{what}")


def test_websockets_follows_a_redirect(server: BackgroundServer) -> None:
    with connect(f"{server.url}/redirect/307") as client:
        client.send("arrived")
        assert client.recv(timeout=20) == "arrived"


def test_websockets_sends_the_user_of_an_address(server: BackgroundServer) -> None:
    address = f"ws://al:p@127.0.0.1:{server.port}/auth/basic/al/p"
    with connect(address) as client:
        client.send("in")
        assert client.recv(timeout=20) == "in"
    with pytest.raises(InvalidStatus) as raised:
        connect(address.replace("al:p@", ""))
    assert raised.value.response.status_code == 401


async def test_aiohttp(server: BackgroundServer) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{server.url}/reject/429")
        assert refused.value.status == 429
        assert refused.value.headers is not None
        assert refused.value.headers["Retry-After"] == "5"
        async with session.ws_connect(f"{server.url}/fragment/100", compress=15) as client:
            text = "so much of the same " * 1000
            await client.send_str(text)
            assert await client.receive_str() == text
        async with session.ws_connect(f"{server.url}/close/4321?reason=over") as client:
            message = await client.receive()
            assert (message.data, message.extra) == (4321, "over")


def test_the_log_holds_the_pattern_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[dict[str, Any]] = []
    log: Callable[[dict[str, Any]], None] = lines.append
    monkeypatch.setattr("echo_demo.log.nothing", log)
    with BackgroundServer(Settings(port=0)) as server:
        with pytest.raises(InvalidStatus):
            connect(f"{server.url}/auth/bearer/very-secret")
        # Tokens travel as subprotocols too.
        secret = Subprotocol("very-secret")
        with connect(f"{server.url}/subprotocol/very-secret", subprotocols=[secret]) as client:
            assert client.subprotocol == secret
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz?very-secret"):
            pass
    told = {line["path"]: (line["refused"], line["code"], line["by"]) for line in lines}
    assert told == {
        "/auth/bearer/{token}": ("other", None, None),
        "/subprotocol/{name}": (None, 1000, "client"),
        None: (None, None, None),
    }
    assert "secret" not in json.dumps(lines)
