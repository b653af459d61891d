"""Reports say exactly what was on the wire, where the specification says."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo_demo.background import BackgroundServer
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
    frame,
    message,
    request,
)
from tests.echo.reports import Session, shown


def follow(client: RawClient, session: Session) -> None:
    """Read the session to the end of the stream."""
    for received in client.frames():
        session.read(received)


def start(client: RawClient, *headers: str) -> Session:
    response = client.open("/demo", REPORTS, *headers)
    assert b"\r\nSec-WebSocket-Protocol: v1.report.websocket.org\r\n" in response
    return Session(client.sent)


PAYLOAD = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([125, 126, 256, 257, 5000, 65536]).map(lambda size: b"ab" * (size // 2)),
)
MESSAGE = st.fixed_dictionaries(
    {
        "opcode": st.sampled_from([TEXT, BINARY]),
        "payload": PAYLOAD,
        "cuts": st.lists(st.integers(0, 70000), max_size=3),
        "compressed": st.booleans(),
        "mask": st.binary(min_size=4, max_size=4),
        # Where to put pings: in front of the frames with these numbers.
        "pings": st.lists(st.integers(0, 4), max_size=2),
    }
)


@pytest.mark.parametrize("deflate", [False, True], ids=["plain", "compressed"])
@settings(deadline=None)
@given(
    messages=st.lists(MESSAGE, max_size=5),
    segments=st.lists(st.integers(1, 9000), max_size=6),
    early=st.booleans(),
    close=st.sampled_from([b"", b"\x03\xe8", b"\x0f\xa0bye"]),
)
def test_a_whole_session(
    server: BackgroundServer,
    deflate: bool,
    messages: list[dict[str, object]],
    segments: list[int],
    early: bool,
    close: bytes,
) -> None:
    frames: list[bytes] = []
    expected: list[tuple[object, bytes]] = []
    pings = 0
    for each in messages:
        opcode, payload, mask = each["opcode"], each["payload"], each["mask"]
        assert isinstance(opcode, int)
        assert isinstance(payload, bytes)
        assert isinstance(mask, bytes)
        cuts, places = each["cuts"], each["pings"]
        assert isinstance(cuts, list)
        assert isinstance(places, list)
        if opcode == TEXT:
            payload = payload.decode("latin-1").encode()
        expected.append((opcode, payload))
        compressed = deflate and bool(each["compressed"])
        for index, wire in enumerate(
            message(opcode, payload, cuts, compressed=compressed, mask=mask)
        ):
            if index in places:
                pings += 1
                frames.append(frame(PING, b"p%d" % pings, mask=mask))
            frames.append(wire)
    frames.append(frame(CLOSE, close))
    stream = b"".join(frames)

    with RawClient(server) as client:
        head = request("/demo", REPORTS, *([DEFLATE] if deflate else []))
        pieces = []
        position = 0
        for size in segments:
            pieces.append(stream[position : position + size])
            position += size
        pieces.append(stream[position:])
        if early:
            client.send(head + pieces.pop(0))
        else:
            client.send(head)
        client.response()
        session = Session(len(head))
        for piece in pieces:
            client.send(piece)
        follow(client, session)

        assert [(echo.opcode, echo.payload) for echo in session.echoes] == expected
        session.check_end()
        incoming = session.frames("in")
        assert len(incoming) == len(frames)
        for report, wire in zip(incoming, frames, strict=True):
            assert shown(report) == wire[: len(shown(report))]
            assert len(report["header"]) // 2 + report["length"] == len(wire)
        pongs = [other for other in session.others if other.opcode == PONG]
        assert [pong.payload for pong in pongs] == [b"p%d" % (n + 1) for n in range(pings)]
        last = session.of_type("totals")[-1]
        assert last["in"]["bytes"] == client.sent
        assert session.others[-1].payload == close


def test_hello_says_what_was_agreed(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        # A header in Latin-1 and an order and case of its own come back byte for byte.
        response = client.open("/demo?x=%20", REPORTS, "X-ODD:  caf\xe9 ", DEFLATE)
        session = Session(client.sent)
        hello = session.read(client.frame())
        assert hello is not None
        assert hello["request"].encode("latin-1") == request(
            "/demo?x=%20", REPORTS, "X-ODD:  caf\xe9 ", DEFLATE
        )
        assert hello["response"].encode("latin-1") == response
        assert hello["compression"] == {
            "server_no_context_takeover": True,
            "client_no_context_takeover": False,
            "server_max_window_bits": 12,
            "client_max_window_bits": 11,
        }
        assert (hello["ping_interval"], hello["max_size"]) == (5, 1_048_576)
        totals = session.read(client.frame())
        assert totals is not None
        assert totals["in"]["bytes"] == client.sent
        assert (totals["out"]["reports"], totals["type"]) == (1, "totals")


def test_a_window_that_is_not_negotiated_is_15_bits(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        offer = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover"
        session = start(client, offer)
        hello = session.read(client.frame())
        assert hello is not None
        assert hello["compression"] == {
            "server_no_context_takeover": True,
            "client_no_context_takeover": True,
            "server_max_window_bits": 12,
            "client_max_window_bits": 15,
        }


def test_the_first_ping_comes_at_once_and_its_answer_is_timed(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        session = start(client)
        while not session.others:
            session.read(client.frame())
        (ping,) = session.others
        assert ping.opcode == PING
        # Neither an unasked pong nor a second answer is a round trip.
        answers = [frame(PONG, b"unasked"), frame(PONG, ping.payload), frame(PONG, ping.payload)]
        client.send(b"".join(answers) + frame(CLOSE))
        follow(client, session)
        session.check_end()
        (rtt,) = session.of_type("rtt")
        assert (rtt["ping"], rtt["pong"]) == (1, 3)
        assert session.of_type("totals")[-1]["in"]["frames"]["pong"] == 3


def test_no_pings_are_announced_where_none_come(server: BackgroundServer) -> None:
    """A pong would wait behind a held message."""
    with RawClient(server) as client:
        client.open("/delay/1", REPORTS)
        hello = Session(client.sent).read(client.frame())
        assert hello is not None
        assert hello["ping_interval"] is None


def test_pings_go_on() -> None:
    with (
        BackgroundServer(Settings(port=0, report_ping_interval=0.01)) as server,
        RawClient(server) as client,
    ):
        session = start(client)
        while len(session.of_type("rtt")) < 3:
            received = client.frame()
            session.read(received)
            if received.opcode == PING:
                client.send(frame(PONG, received.payload))
        assert session.reports[0]["ping_interval"] == 0.01


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/demo", []),
        ("/demo", ["Sec-WebSocket-Protocol: chat, v2.report.websocket.org"]),
        ("/", [REPORTS]),
    ],
)
def test_no_reports_unless_negotiated(
    server: BackgroundServer, path: str, headers: list[str]
) -> None:
    with RawClient(server) as client:
        assert b"Sec-WebSocket-Protocol" not in client.open(path, *headers)
        client.send(frame(TEXT, b"plain") + frame(CLOSE))
        echo, close = client.frames()
        assert (echo.payload, close.opcode) == (b"plain", CLOSE)


def test_reports_are_selected_among_other_subprotocols(server: BackgroundServer) -> None:
    with RawClient(server) as client:
        response = client.open(
            "/demo", "Sec-WebSocket-Protocol: chat", REPORTS.replace(": ", ": superchat,")
        )
        assert b"\r\nSec-WebSocket-Protocol: v1.report.websocket.org\r\n" in response


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        pytest.param(frame(3, b"x"), 1002, id="reserved opcode"),
        pytest.param(frame(TEXT, b"x", rsv=4), 1002, id="RSV1 without compression"),
        pytest.param(frame(TEXT, b"x", mask=None), 1002, id="unmasked"),
        pytest.param(frame(CONTINUATION, b"x"), 1002, id="continuation without start"),
        pytest.param(frame(PING, b"x", fin=False), 1002, id="fragmented ping"),
        pytest.param(frame(CLOSE, b"x"), 1002, id="close payload of one byte"),
        pytest.param(frame(TEXT, b"\xff"), 1007, id="bad UTF-8"),
        pytest.param(b"\x81\xff" + (2**20 + 1).to_bytes(8, "big"), 1009, id="too large"),
    ],
)
def test_a_frame_that_breaks_the_protocol_is_not_reported(
    server: BackgroundServer, broken: bytes, code: int
) -> None:
    with RawClient(server) as client:
        session = start(client)
        good = frame(TEXT, b"good")
        client.send(good + broken + frame(TEXT, b"not looked at"))
        follow(client, session)
        session.check_end()
        assert [shown(report) for report in session.frames("in")] == [good]
        assert [echo.payload for echo in session.echoes] == [b"good"]
        assert session.others[-1].close_code == code


def test_the_server_close_is_reported_and_the_reply_is_not() -> None:
    with BackgroundServer(Settings(port=0)) as server, RawClient(server) as client:
        session = start(client)
        while len(session.of_type("totals")) < 2:
            session.read(client.frame())
        server_stopped = _stop_in_thread(server)
        while not session.others or session.others[-1].opcode != CLOSE:
            session.read(client.frame())
        assert (session.others[-1].close_code, session.others[-1].close_reason) == (
            1001,
            "server shutting down",
        )
        client.send(frame(TEXT, b"too late") + frame(PING) + frame(CLOSE, b"\x03\xe9"))
        after = client.frames()
        # A pong is allowed behind a close frame, a message is not.
        assert [received.opcode for received in after] == [PONG]
        session.check_end()
        client.socket.close()
        server_stopped.join()


def test_nothing_of_one_connection_reaches_another(server: BackgroundServer) -> None:
    marks = [b"mark of the first", b"mark of the second"]
    with RawClient(server) as first, RawClient(server) as second:
        clients = (first, second)
        for client, mark in zip(clients, marks, strict=True):
            client.open("/demo", REPORTS, f"X-Mark: {mark.decode()}")
        for _ in range(50):
            for client, mark in zip(clients, marks, strict=True):
                client.send(frame(TEXT, mark, mask=bytes(4)))
        seen = []
        for client in clients:
            client.send(frame(CLOSE))
            seen.append(b"".join(received.wire for received in client.frames()))
    for own, other, stream in zip(marks, reversed(marks), seen, strict=True):
        # 50 echoes and one header; the report of a frame has its bytes as hexadecimal digits.
        assert stream.count(own) == 51
        assert stream.count(own.hex().encode()) == 100
        assert other not in stream
        assert other.hex().encode() not in stream


def _stop_in_thread(server: BackgroundServer) -> threading.Thread:
    thread = threading.Thread(target=server.stop)
    thread.start()
    return thread
