"""Behaviours: which there are, what their parameters may be, and how these compose."""

from __future__ import annotations

import time

import pytest

from echo_demo.background import BackgroundServer
from tests.echo.behaviours import refusal, whole
from tests.echo.raw import (
    DEFLATE,
    TEXT,
    RawClient,
    frame,
    request,
)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/delay/60001", "from 0 to 60000"),
        ("/delay/1.5", "whole number"),
        ("/fragment/0", "from 1 to 1048576"),
        ("/stream/0", "from 1 to 100000"),
        ("/stream/100000?size=168", "at most 16777216 bytes"),
        ("/message/1048577", "from 0 to 1048576"),
        ("/ping/99", "from 100 to 60000"),
        ("/slow/15", "from 16 to"),
        ("/compress/maybe", "off, on, no-context-takeover"),
        ("/invalid/none", "reserved-bit"),
        ("/reject/302", "from 400 to 599"),
        ("/reject/101", "from 400 to 599"),
        ("/reject/404?reason=x", "takes no query"),
        ("/redirect/304", "301, 302"),
        ("/subprotocol/a%20b", "letters"),
        ("/auth/basic/a%3Ab/c", "without ':'"),
        ("/auth/bearer/", "1 to 256"),
        ("/auth/cookie/a/b%3B", "without space"),
        ("/close/1000?reason=" + "a" * 124, "at most 123 bytes"),
        ("/close/1000?reason=a&reason=a", "given twice"),
        ("/close/1000?close=1001", "does not exist here"),
        ("/close/1000?rea%73on=a", "does not exist here"),
        ("/delay/5?delay=6", "does not exist here"),
        ("/drop?aftr=1", "does not exist here"),
        ("/?after=5", "go with close"),
        ("/?delay=x", "from 0 to 60000"),
        ("/demo?fragment=-1", "from 1 to"),
    ],
)
def test_values_out_of_range(client: RawClient, path: str, says: str) -> None:
    status, _, body = refusal(client, path)
    assert status == 400
    assert says in body


@pytest.mark.parametrize(
    "path",
    [
        "/close",
        "/close/1000/",
        "/Close/1000",
        "//close/1000",
        "/drop/",
        "/invalid",
        "/auth/basic/a",
    ],
)
def test_paths_that_do_not_exist(client: RawClient, path: str) -> None:
    status, _, body = refusal(client, path)
    assert status == 404
    assert "/auth/first-message/{token}" in body


def test_the_order_of_refusals(server: BackgroundServer) -> None:
    for old, new, status in [
        (b"GET ", b"HEAD ", 405),
        (b"HTTP/1.1", b"HTTP/1.0", 505),
        (b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 8", 426),
    ]:
        with RawClient(server) as client:
            client.send(request("/reject/503").replace(old, new, 1))
            assert client.rest().startswith(b"HTTP/1.1 %d " % status)


def test_parameters_compose(client: RawClient) -> None:
    path = "/auth/bearer/t?delay=60&fragment=2&close=4002&after=300&reason=over&compress=off"
    started = time.monotonic()
    # In one segment: the time to close may not pass between the two.
    client.send(request(path, "Authorization: Bearer t", DEFLATE) + frame(TEXT, b"abc"))
    assert client.response().startswith(b"HTTP/1.1 101 ")
    assert [f.payload for f in whole(client)] == [b"ab", b"c"]
    assert time.monotonic() - started >= 0.05
    close = client.frame()
    assert (close.close_code, close.close_reason) == (4002, "over")


def test_frames_behind_the_request(client: RawClient) -> None:
    client.send(request("/delay/1") + frame(TEXT, b"early"))
    client.response()
    assert client.frame().payload == b"early"
