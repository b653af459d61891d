"""Each behaviour as a client without a library sees it, byte for byte."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from echo_demo.background import BackgroundServer
from echo_demo.behaviours.invalid import FRAMES
from echo_demo.settings import Settings
from tests.echo.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    DEFLATE,
    PING,
    PONG,
    REPORTS,
    TEXT,
    RawClient,
    Received,
    frame,
    inflate,
    request,
)


@pytest.fixture
def client(server: BackgroundServer) -> Iterator[RawClient]:
    with RawClient(server) as connected:
        yield connected


def refusal(client: RawClient, path: str, *headers: str) -> tuple[int, str, str]:
    """The status of a refused handshake, its head and its body."""
    client.send(request(path, *headers))
    head, _, body = client.rest().partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.decode(), body.decode()


def echoes(client: RawClient, payload: bytes = b"still here") -> bool:
    client.send(frame(TEXT, payload))
    return client.frame().payload == payload


def until_close(client: RawClient) -> list[Received]:
    frames = [client.frame()]
    while frames[-1].opcode != CLOSE:
        frames.append(client.frame())
    return frames


def still(server: BackgroundServer) -> int:
    """How many messages were sent to the newest connection, once it gets no more."""
    seen = [-1]
    while seen[-20:] != [seen[-1]] * 20:
        seen.append(server.connections()[-1].totals["out"]["messages"])
        time.sleep(0.01)
    return seen[-1]


def whole(client: RawClient) -> list[Received]:
    frames = [client.frame()]
    while not frames[-1].fin:
        frames.append(client.frame())
    return frames


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1014, 3000, 4999])
def test_closes_with_the_code_of_the_path(client: RawClient, code: int) -> None:
    client.open(f"/close/{code}?reason=caf%C3%A9+au%20lait")
    close = client.frame()
    assert (close.close_code, close.close_reason) == (code, "café au lait")
    client.send(frame(CLOSE, close.payload))
    assert client.frame_or_end() is None


def test_echoes_until_the_time_to_close(client: RawClient) -> None:
    started = time.monotonic()
    client.open("/close/4001?after=150")
    assert echoes(client)
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


@pytest.mark.parametrize("after", ["", "?after=50"])
def test_drops_without_a_close_frame(client: RawClient, after: str) -> None:
    client.open(f"/drop{after}")
    with pytest.raises(ConnectionResetError):
        client.frames()


def test_delays_in_order(client: RawClient) -> None:
    client.open("/delay/120")
    started = time.monotonic()
    client.send(frame(TEXT, b"one") + frame(BINARY, b"two"))
    assert [client.frame().payload for _ in range(2)] == [b"one", b"two"]
    assert time.monotonic() - started >= 0.11


def test_delayed_echoes_have_a_bound(client: RawClient) -> None:
    client.open("/delay/400")
    for number in range(1000):
        client.send(frame(TEXT, b"%d" % number))
    assert [client.frame().payload for _ in range(1000)] == [b"%d" % n for n in range(1000)]


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


def test_the_order_of_refusals(server: BackgroundServer) -> None:
    for old, new, status in [
        (b"GET ", b"HEAD ", 405),
        (b"HTTP/1.1", b"HTTP/1.0", 505),
        (b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 8", 426),
    ]:
        with RawClient(server) as client:
            client.send(request("/reject/503").replace(old, new, 1))
            assert client.rest().startswith(b"HTTP/1.1 %d " % status)


def test_fragments(client: RawClient) -> None:
    client.open("/fragment/2")
    client.send(frame(TEXT, "aé€".encode()))
    frames = whole(client)
    assert [f.opcode for f in frames] == [TEXT, CONTINUATION, CONTINUATION]
    assert b"".join(f.payload for f in frames) == "aé€".encode()
    client.send(frame(BINARY))
    assert [(f.opcode, f.payload) for f in whole(client)] == [(BINARY, b"")]


def test_more_fragments_than_there_are(client: RawClient) -> None:
    client.open("/fragment/1")
    client.send(frame(BINARY, bytes(1_000_000)))
    frames = whole(client)
    assert 4000 < len(frames) <= 4096
    assert sum(len(f.payload) for f in frames) == 1_000_000


def test_fragments_of_a_compressed_message(client: RawClient) -> None:
    client.open("/fragment/3?compress=no-context-takeover", DEFLATE)
    text = b"so much of the same " * 30
    for _ in range(2):
        client.send(frame(TEXT, text))
        frames = whole(client)
        assert len(frames) > 2
        assert [f.rsv for f in frames] == [4] + [0] * (len(frames) - 1)
        joined = b"".join(f.wire[len(f.header) :] for f in frames)
        assert len(joined) < 100
        assert inflate(joined) == text


def test_fragments_with_reports(client: RawClient) -> None:
    """Reports of all frames first: nothing may stand between the frames of a message."""
    client.open("/demo?fragment=2", REPORTS)
    client.send(frame(TEXT, b"Hello"))
    told: list[dict[str, Any]] = []
    while not told or told[-1].get("fin", False) is False or told[-1]["opcode"] > 2:
        received = client.frame()
        if received.opcode == TEXT:
            told.append(json.loads(received.payload))
        if told[-1].get("dir") == "in":
            told.append({})
    out = [t for t in told if t.get("dir") == "out" and t["opcode"] < 3]
    assert [(t["opcode"], t["payload"]) for t in out] == [(1, "4865"), (0, "6c6c"), (0, "6f")]
    assert [f.payload for f in whole(client)] == [b"He", b"ll", b"o"]
    totals = json.loads(client.frame().payload)
    assert totals["out"]["messages"] == 1
    assert totals["out"]["frames"]["continuation"] == 2


def test_streams(client: RawClient) -> None:
    client.open("/stream/150?size=5")
    frames = until_close(client)
    assert [f.payload for f in frames[:-1]] == [
        str(n).ljust(5, ".").encode() for n in range(1, 151)
    ]
    assert (frames[-1].close_code, frames[-1].close_reason) == (1000, "150 messages sent")


def test_streams_no_faster_than_asked(client: RawClient) -> None:
    started = time.monotonic()
    client.open("/stream/4?interval=50")
    assert len(until_close(client)) == 5
    assert time.monotonic() - started >= 0.19


def test_a_stream_waits_for_its_reader(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        client.open("/stream/512?size=32768")
        sent = still(server)
        assert 0 < sent < 512
        assert len(until_close(client)) == 513


@pytest.mark.parametrize(("kind", "opcode"), [("text", TEXT), ("binary", BINARY)])
@pytest.mark.parametrize("size", [0, 1, 126, 65536, 1_048_576])
def test_one_message_of_a_size(client: RawClient, kind: str, opcode: int, size: int) -> None:
    client.open(f"/message/{size}?type={kind}")
    message = client.frame()
    assert (message.opcode, len(message.payload)) == (opcode, size)
    assert echoes(client)


def test_pings_and_tells_the_round_trip(client: RawClient) -> None:
    client.open("/ping/100")
    for number in (1, 2):
        ping = client.frame()
        assert ping.opcode == PING
        client.send(frame(PONG, ping.payload))
        told = json.loads(client.frame().payload)
        assert told["ping"] == number
        assert 0 < told["ms"] < 20_000


def test_leaves_pings_unanswered(client: RawClient) -> None:
    client.open("/no-pong")
    client.send(frame(PING, b"?"))
    assert echoes(client)
    client.send(frame(PING, b"?") + frame(CLOSE, b"\x03\xe8"))
    assert client.frame().close_code == 1000


def test_silent_answers_nothing() -> None:
    settings = Settings(port=0, close_timeout=0.3)
    with BackgroundServer(settings) as server, RawClient(server) as client:
        client.open("/silent")
        client.send(frame(TEXT, b"?") + frame(PING, b"?") + frame(CLOSE, b"\x03\xe8"))
        with suppress(ConnectionResetError):
            assert client.rest() == b""


def test_silent_still_says_why_the_server_ends() -> None:
    settings = Settings(port=0, idle_timeout=0.2)
    with BackgroundServer(settings) as server, RawClient(server) as client:
        client.open("/silent")
        client.send(frame(TEXT, b"unanswered"))
        assert client.frame().close_reason == "no message for 0.2 seconds"


def test_reads_slowly(client: RawClient) -> None:
    client.open("/slow/2000")
    started = time.monotonic()
    client.send(frame(BINARY, bytes(1000)))
    assert len(client.frame().payload) == 1000
    assert time.monotonic() - started >= 0.4


def test_slow_reading_stops_the_sender(client: RawClient) -> None:
    client.open("/slow/1000")
    client.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.socket.sendall(frame(BINARY, bytes(1_000_000)) * 16)


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


def test_a_token_in_time() -> None:
    settings = Settings(port=0, open_timeout=0.2)
    with BackgroundServer(settings) as server, RawClient(server) as client:
        client.open("/auth/first-message/t")
        assert client.frame().close_reason == "no token within 0.2 seconds"


@pytest.mark.parametrize(
    ("mode", "agreed"),
    [("off", ()), ("on", (0, 0)), ("no-context-takeover", (1, 1))],
)
def test_compression(client: RawClient, mode: str, agreed: tuple[int, ...]) -> None:
    head = client.open(f"/compress/{mode}", DEFLATE)
    assert (b"permessage-deflate" in head) is bool(agreed)
    if agreed:
        sides = (b"server_no_context_takeover", b"client_no_context_takeover")
        assert tuple(int(side in head) for side in sides) == agreed
    client.send(frame(TEXT, b"short"))
    assert client.frame().rsv == (4 if agreed else 0)


def test_context_takeover_shows_in_the_size(client: RawClient) -> None:
    client.open("/compress/on", DEFLATE)
    text = bytes(range(33, 127))
    client.send(frame(TEXT, text) * 2)
    first, second = client.frame(), client.frame()
    assert len(second.wire) < len(first.wire) / 3


@pytest.mark.parametrize("what", FRAMES)
def test_invalid_frames(client: RawClient, what: str) -> None:
    client.open(f"/invalid/{what}")
    assert client.exactly(len(FRAMES[what])) == FRAMES[what]
    client.send(frame(CLOSE, b"\x03\xea"))
    assert client.frame().close_code == 1002


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("accept", b"\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"),
        ("extension", b"\r\nSec-WebSocket-Extensions: x-unrequested\r\n"),
        ("subprotocol", b"\r\nSec-WebSocket-Protocol: x-unrequested\r\n"),
    ],
)
def test_invalid_responses(client: RawClient, what: str, line: bytes) -> None:
    head = client.open(f"/invalid/{what}")
    assert line in head
    assert head.count(line.split(b":")[0]) == 1


def test_parameters_compose(client: RawClient) -> None:
    client.open(
        "/auth/bearer/t?delay=60&fragment=2&close=4002&after=300&reason=over&compress=off",
        "Authorization: Bearer t",
        DEFLATE,
    )
    started = time.monotonic()
    client.send(frame(TEXT, b"abc"))
    assert [f.payload for f in whole(client)] == [b"ab", b"c"]
    assert time.monotonic() - started >= 0.05
    close = client.frame()
    assert (close.close_code, close.close_reason) == (4002, "over")


def test_frames_behind_the_request(client: RawClient) -> None:
    client.send(request("/delay/1") + frame(TEXT, b"early"))
    client.response()
    assert client.frame().payload == b"early"
