"""Behaviours that end the connection."""

from __future__ import annotations

import time

import pytest

from tests.echo.behaviours import refusal
from tests.echo.raw import (
    CLOSE,
    TEXT,
    RawClient,
    frame,
    request,
)


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1014, 3000, 4999])
def test_closes_with_the_code_of_the_path(client: RawClient, code: int) -> None:
    client.open(f"/close/{code}?reason=caf%C3%A9+au%20lait")
    close = client.frame()
    assert (close.close_code, close.close_reason) == (code, "café au lait")
    client.send(frame(CLOSE, close.payload))
    assert client.frame_or_end() is None


def test_echoes_until_the_time_to_close(client: RawClient) -> None:
    started = time.monotonic()
    # In one segment: the time to close may not pass between the two.
    client.send(request("/close/4001?after=150") + frame(TEXT, b"in time"))
    assert client.response().startswith(b"HTTP/1.1 101 ")
    assert client.frame().payload == b"in time"
    assert client.frame().close_code == 4001
    assert time.monotonic() - started >= 0.14


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("1004", "reserved"),
        ("1005", "must not be sent"),
        ("1006", "must not be sent"),
        ("1015", "must not be sent"),
        ("999", "below 1000"),
        ("1016", "nobody has registered"),
        ("2999", "nobody has registered"),
        ("5000", "above 4999"),
        ("1000000000000", "1000-1003"),
        ("-1", "1000-1003"),
        ("+1000", "1000-1003"),
        ("1_000", "1000-1003"),
        ("%D9%A1%D9%A0%D9%A0%D9%A0", "1000-1003"),
        ("", "1000-1003"),
        ("%20", "1000-1003"),
        ("1000%", "hexadecimal"),
        ("%ff", "UTF-8"),
        ("1000%00", "1000-1003"),
    ],
)
def test_codes_that_may_not_be_sent(client: RawClient, code: str, why: str) -> None:
    status, _, body = refusal(client, f"/close/{code}")
    assert status == 400
    assert why in body
    assert "reason is a text" in body


@pytest.mark.parametrize("after", ["", "?after=50"])
def test_drops_without_a_close_frame(client: RawClient, after: str) -> None:
    client.open(f"/drop{after}")
    with pytest.raises(ConnectionResetError):
        client.frames()
