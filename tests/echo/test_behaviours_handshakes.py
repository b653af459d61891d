"""Behaviours in the opening handshake, and what the server wants before it echoes."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.echo.behaviours import echoes, refusal
from tests.echo.raw import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    RawClient,
    frame,
)
from tests.echo.test_limits import eventually


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (200, "HTTP/1.1 200 OK"),
        (401, "WWW-Authenticate: Basic"),
        (403, "HTTP/1.1 403 Forbidden"),
        (426, "Sec-WebSocket-Version: 13"),
        (426, "Connection: Upgrade, close"),
        (429, "Retry-After: 5"),
        (499, "HTTP/1.1 499 "),
        (503, "Retry-After: 5"),
        (599, "Content-Type: text/plain"),
    ],
)
def test_refuses_with_the_status_of_the_path(client: RawClient, status: int, line: str) -> None:
    got, head, body = refusal(client, f"/reject/{status}")
    assert got == status
    assert line in head
    assert str(status) in body
    assert f"Content-Length: {len(body)}" in head


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(client: RawClient, status: int) -> None:
    got, head, _ = refusal(client, f"/redirect/{status}")
    assert got == status
    assert "\r\nLocation: ../" in head


def test_subprotocols(server: BackgroundServer) -> None:
    for offered, selected in [("a, b.c", True), ("a", False)]:
        with RawClient(server) as client:
            head = client.open("/subprotocol/b.c", f"Sec-WebSocket-Protocol: {offered}")
            assert (b"\r\nSec-WebSocket-Protocol: b.c\r\n" in head) is selected
            assert echoes(client)


def test_shows_the_request(client: RawClient) -> None:
    client.open("/handshake", "X-Odd:  caf\u00e9 ", "X-Odd: 2")
    told = json.loads(client.frame().payload)
    assert told["request"] == "GET /handshake HTTP/1.1"
    assert [value for name, value in told["headers"] if name == "X-Odd"] == ["café", "2"]
    assert told["client"] == "127.0.0.1"
    assert echoes(client)


def basic(text: str) -> str:
    return "Authorization: Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("path", "right", "wrong", "status", "challenge"),
    [
        ("/auth/basic/al/p%2Fw", basic("al:p/w"), basic("al:pw"), 401, "Basic realm"),
        ("/auth/basic/al/%C3%A9", basic("al:é"), "Authorization: Basic ???", 401, "Basic realm"),
        ("/auth/bearer/t-1", "Authorization: bearer t-1", "Authorization: Bearer t", 401, "Bearer"),
        ("/auth/bearer/t-1", "Authorization: Bearer t-1", "X: y", 401, "Bearer"),
        ("/auth/cookie/s/1", "Cookie: a=b; s=1", "Cookie: as=1; s=12", 403, ""),
    ],
)
def test_credentials(
    server: BackgroundServer, path: str, right: str, wrong: str, status: int, challenge: str
) -> None:
    with RawClient(server) as client:
        client.open(path, right)
        assert echoes(client)
    with RawClient(server) as client:
        got, head, _ = refusal(client, path, wrong)
        assert got == status
        assert challenge in head


def test_a_token_as_the_first_message(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open("/auth/first-message/t%201")
        client.send(frame(TEXT, b"t 1") + frame(TEXT, b"t 1"))
        assert [client.frame().payload for _ in range(2)] == [b"authenticated", b"t 1"]
    with RawClient(server) as client:
        client.open("/auth/first-message/t")
        client.send(frame(BINARY, b"t") + frame(TEXT, b"t"))
        close = client.frame()
        assert (close.close_code, close.close_reason) == (
            1008,
            "the first message was not the token",
        )


def test_a_wrong_token_is_not_mended_by_the_next_message(client: RawClient) -> None:
    client.open("/auth/first-message/t")
    client.send(frame(PING, b"?") + frame(TEXT, b"wrong") + frame(TEXT, b"t") + frame(TEXT, b"x"))
    assert [client.frame().opcode for _ in range(2)] == [PONG, CLOSE]
    client.send(frame(CLOSE, b"\x03\xf0"))
    assert client.frames() == []


def test_a_token_in_time() -> None:
    def reason() -> str:
        # The handshake has the same time, which may be too little for a busy machine.
        with RawClient(server) as client, suppress(ConnectionError, AssertionError):
            client.open("/auth/first-message/t")
            return client.frame().close_reason
        return ""

    with BackgroundServer(Settings(port=0, open_timeout=0.2)) as server:
        eventually(lambda: reason() == "no token within 0.2 seconds")
