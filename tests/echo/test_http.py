"""What the port answers to requests that open no WebSocket connection."""

from __future__ import annotations

import asyncio
import http.client
import json

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from echo_demo.background import BackgroundServer
from echo_demo.behaviours.catalog import registry
from echo_demo.handshake import EchoProtocol, Handshake
from echo_demo.settings import Settings
from echo_demo.shared import Shared
from tests.echo.plain import get, number
from tests.echo.raw import PING, RawClient, frame, request
from tests.echo.test_limits import eventually


def ask(
    server: BackgroundServer, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        response = connection.getresponse()
        return response, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/demo", "/demo?query"])
def test_the_page_says_how_to_connect(server: BackgroundServer, path: str) -> None:
    response, text = ask(server, path)
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    address = f"ws://127.0.0.1:{server.port}{path.partition('?')[0]}"
    assert f'new WebSocket("{address}")' in text
    for known in ("/ ", "/demo ", "/healthz", "v1.report.websocket.org"):
        assert known in text


def test_the_page_behind_a_proxy_with_tls(server: BackgroundServer) -> None:
    _, text = ask(server, "/", Host="example.com", X_Forwarded_Proto="https")
    assert 'new WebSocket("wss://example.com/")' in text


def test_health(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open()
        response, text = ask(server, "/healthz")
        assert json.loads(text)["status"] == "ok"
        assert json.loads(text)["connections"] >= 1
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz"])
def test_an_offer_of_http2_is_ignored(server: BackgroundServer, path: str) -> None:
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2_Settings": "AAMA"}
    response, _ = ask(server, path, **offer)
    assert response.status == 200


@pytest.mark.parametrize("path", ["/", "/healthz", "/none"])
def test_head_is_get_without_a_body(server: BackgroundServer, path: str) -> None:
    got, text = ask(server, path)
    head, nothing = ask(server, path, "HEAD")
    assert (head.status, nothing) == (got.status, "")
    if path != "/healthz":
        assert head.headers["Content-Length"] == str(len(text.encode()))


def test_unknown_paths(server: BackgroundServer) -> None:
    response, text = ask(server, "/none")
    assert response.status == 404
    assert "/demo" in text
    assert "/healthz" in text


@pytest.mark.parametrize("path", ["/none", "/healthz", "/demo/", "//"])
def test_unknown_paths_in_the_handshake(server: BackgroundServer, path: str) -> None:
    with RawClient(server) as client:
        client.send(request(path))
        head, _, body = client.rest().partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 404 ")
        assert b"/demo" in body


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE"])
def test_other_methods(server: BackgroundServer, method: str) -> None:
    response, _ = ask(server, "/", method)
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


def test_a_post_with_a_body(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        assert client.rest().startswith(b"HTTP/1.1 405 ")


# What is replaced in a request, by what, and the status that refuses the result.
LARGE_HEADS = [
    (b"GET / ", b"GET /" + b"a" * 9000 + b" ", 414),
    (b"Host: ", b"Long: " + b"a" * 9000 + b"\r\nHost: ", 431),
    (b"Host: ", b"A: b\r\n" * 200 + b"Host: ", 431),
    # Each line is within the library's limits, and their number is.
    (b"Host: ", (b"A: " + b"b" * 1000 + b"\r\n") * 100 + b"Host: ", 431),
]


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (b"GET ", b"POST ", 405),
        (b"HTTP/1.1", b"HTTP/1.0", 505),
        (b"Upgrade: websocket", b"Upgrade: h2c", 426),
        (b"Upgrade: websocket\r\n", b"", 426),
        (b"Connection: Upgrade\r\n", b"", 426),
        (b"Host: 127.0.0.1:8765\r\n", b"", 400),
        (b"Host: ", b"Host: a\r\nHost: ", 400),
        (b"Upgrade: ", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUpgrade: ", 400),
        (b"Upgrade: ", b" folded\r\nUpgrade: ", 400),
        (b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"", 400),
        (b"Sec-WebSocket-Key: dGhl", b"Sec-WebSocket-Key: ", 400),
        (b"Host: ", b"Host : ", 400),
        (b"Host: ", b"Host ", 400),
        (b"Host: ", b"Content-Length: 5\r\nHost: ", 400),
        *LARGE_HEADS,
    ],
)
def test_handshakes_that_are_wrong(
    server: BackgroundServer, old: bytes, new: bytes, status: int
) -> None:
    with RawClient(server) as client:
        wrong = request("/").replace(old, new, 1)
        assert wrong != request("/")
        client.send(wrong)
        answer = client.rest()
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer
        assert b"Traceback" not in answer


@pytest.mark.parametrize(("old", "new", "status"), LARGE_HEADS)
def test_large_heads_are_counted(
    server: BackgroundServer, old: bytes, new: bytes, status: int
) -> None:
    def counted() -> float:
        return number(get(server, "/metrics"), 'echo_refusals_total{cause="header-size"}')

    before = counted()
    with RawClient(server) as client:
        client.send(request("/").replace(old, new, 1))
        assert client.rest().startswith(b"HTTP/1.1 %d " % status)
    eventually(lambda: counted() == before + 1)


@pytest.mark.parametrize("version", ["", "8", "12", "013", "13, 8"])
def test_another_version_is_told_the_one_that_exists(
    server: BackgroundServer, version: str
) -> None:
    line = f"Sec-WebSocket-Version: {version}\r\n".encode() if version else b""
    with RawClient(server) as client:
        client.send(request("/").replace(b"Sec-WebSocket-Version: 13\r\n", line))
        head = client.response()
        assert head.startswith(b"HTTP/1.1 426 ")
        assert b"\r\nSec-WebSocket-Version: 13\r\n" in head
        assert b"\r\nUpgrade: websocket\r\n" in head
        assert b"\r\nConnection: Upgrade, close\r\n" in head


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("http://127.0.0.1:8765/demo", "/demo"),
        ("http://example.com", "/"),
        ("HTTPS://example.com?a=/b", "/"),
        ("/demo?a=http://b/c", "/demo"),
    ],
)
def test_targets(server: BackgroundServer, target: str, path: str) -> None:
    with RawClient(server) as client:
        client.open(target)
        assert server.connections()[-1].path == path


def test_a_head_request_for_a_websocket_gets_no_body(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.send(request("/").replace(b"GET", b"HEAD"))
        head, _, body = client.rest().partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 405 ")
        assert body == b""


def test_an_endless_request_ends_before_it_is_complete(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.send(b"GET / HTTP/1.1\r\n" + (b"A: " + b"b" * 1000 + b"\r\n") * 17)
        assert client.response().startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\r\n\r\n",
        b"hello\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS greeting\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"\x00" * 20000,
        b"a" * 20000,
    ],
)
def test_what_is_no_http_is_answered_and_closed(server: BackgroundServer, garbage: bytes) -> None:
    with RawClient(server) as client:
        client.send(garbage)
        assert client.rest()[:10] in (b"HTTP/1.1 4", b"")


@hypothesis_settings(deadline=None)
@given(data=st.binary(max_size=300), opened=st.booleans())
def test_any_bytes_get_an_end(server: BackgroundServer, data: bytes, opened: bool) -> None:
    with RawClient(server) as client:
        if opened:
            client.open("/demo")
        client.send(data)
        client.socket.shutdown(1)
        client.rest()


@pytest.mark.parametrize("last", range(5))
async def test_frames_behind_a_request_are_left_alone_wherever_it_was_cut(last: int) -> None:
    head, behind = request("/"), frame(PING)
    shared = Shared(Settings(), asyncio.get_running_loop(), registry(Settings()))
    handshake = Handshake(EchoProtocol(Settings(), ()), shared)
    cut = len(head) - last
    writes, rest = handshake.receive(head[:cut])
    assert (bool(writes), rest) == (last == 0, b"")
    if last:
        writes, rest = handshake.receive(head[cut:] + behind)
        assert rest == behind
    assert writes[0].startswith(b"HTTP/1.1 101 ")
    assert (bytes(handshake.head), len(writes)) == (head, 1)
