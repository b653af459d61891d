"""The contract of resilient clients (docs/about/writing.md) as checks, which raise AssertionError.

A client counts its pauses in seconds whose length the environment gives, ``UNIT_MS``.
"""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.samples import peers
from tests.samples.contract import failed, stopped
from tests.samples.programs import Program, Running, run_client
from tests.samples.wire import CLOSE, PING, PONG, TEXT, Peer

UNIT = 20  # milliseconds that stand for a second
LINE = re.compile(r"lost: (?P<reason>.+); attempt (?P<attempt>\d+) in (?P<pause>\d+) ms")
LONGEST = 60  # seconds of the longest pause that grows
PATIENCE = 30.0  # seconds until a line must have been printed

# What the echo server does at this path, and what the client must say of it.
LOSSES = {
    "/drop?after=1": ".",
    "/close/1011?after=1": r"\b1011\b|Internal",
    "/close/1012?after=1": r"\b1012\b|ServiceRestart",
    "/close/1013?after=1": r"\b1013\b|TryAgainLater",
    "/reject/503": r"\b503\b",
    "/no-pong": "(?i)p[io]ng",
    "/silent": "(?i)p[io]ng",
}
FINAL = {
    "/close/1008?after=1": r"\b1008\b|PolicyViolation",
    "/reject/401": r"\b401\b",
    "/reject/403": r"\b403\b",
    "/reject/404": r"\b404\b",
}


@dataclass(frozen=True)
class Loss:
    """What a client said when it lost a connection; ``pause`` in milliseconds."""

    reason: str
    attempt: int
    pause: int


@contextlib.contextmanager
def listening(program: Program, url: str, unit: int = UNIT) -> Iterator[Running]:
    """Run the client until the block is left."""
    running = Running(program.command(url), program.folder, UNIT_MS=str(unit))
    try:
        yield running
    finally:
        running.end()


def losses(running: Running, count: int) -> list[Loss]:
    """Return the next losses that the client reports."""
    found = []
    for line in running.errors_with("lost: ", count, within=PATIENCE):
        match = LINE.fullmatch(line)
        assert match, f"not `lost: REASON; attempt N in M ms`: {line!r}"
        found.append(Loss(match["reason"], int(match["attempt"]), int(match["pause"])))
    return found


def connects_again(program: Program, server: str, path: str) -> None:
    """After each kind of loss it says why, waits in the range for it, and tries again."""
    code = re.search(r"101[23]", path)
    with listening(program, server.rstrip("/") + path) as running:
        found = losses(running, 3)
        # On a machine that stalls a connection may last so long that it is good.
        while [loss.attempt for loss in found[-3:]] != [1, 2, 3] and len(found) < 12:
            found += losses(running, 1)
        stopped(running)
    assert [loss.attempt for loss in found[-3:]] == [1, 2, 3], found
    for loss in found:
        assert re.search(LOSSES[path], loss.reason), loss
        if code:
            least, most = {"1012": (5, 30), "1013": (30, 60)}[code[0]]
        else:
            least, most = 0, 2 ** (loss.attempt - 1)
        assert least * UNIT - 1 <= loss.pause <= most * UNIT + 1, loss


def gives_up(program: Program, server: str, path: str) -> None:
    """Where the next attempt would end the same way it says why and exits non-zero."""
    result = run_client(program, server.rstrip("/") + path, UNIT_MS=str(UNIT))
    assert "lost: " not in result.err, result.err
    failed(result)
    assert re.search(FINAL[path], result.err), result.err


def tries_once_where_it_is_refused(program: Program) -> None:
    """A refusal with 403 is met once."""
    with peers.server(peers.refusing) as record:
        failed(run_client(program, record.url, UNIT_MS=str(UNIT)))
    assert record.connections == 1


def ends_when_the_server_is_done(program: Program) -> None:
    """1000 says that nothing follows: the client exits 0."""

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        peer.send(TEXT, b"the last message")
        peer.close(1000)
        record.close_code = peer.receive_message().close_code

    with peers.server(script) as record:
        result = run_client(program, record.url, UNIT_MS=str(UNIT))
    assert result.status == 0, result.err
    assert result.out == "the last message\n"
    assert record.connections == 1
    assert record.close_code == 1000


def waits_exponentially_with_full_jitter(program: Program) -> None:
    """Each pause is anything from 0 to 1, 2, 4 ... 60 seconds, and it is kept."""
    unit, count = 2, 60
    tried: list[float] = []

    def script(sock: socket.socket, record: peers.Record) -> None:
        tried.append(time.monotonic())
        answer = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        Peer.accept(sock, answer).wait_for_end()

    with peers.server(script) as record, listening(program, record.url, unit) as running:
        found = losses(running, count)
        stopped(running)
    assert [loss.attempt for loss in found] == list(range(1, count + 1))
    for loss in found:
        most = min(2 ** (loss.attempt - 1), LONGEST) * unit
        assert loss.pause <= most + 1, f"{loss} is longer than {most} ms"
    shares = [loss.pause / (LONGEST * unit) for loss in found if 2 ** (loss.attempt - 1) > LONGEST]
    # By chance alone each would fail once in ten million runs.
    assert min(shares) < 0.25, f"no short pauses: not full jitter, {sorted(shares)}"
    assert max(shares) > 0.75, f"no long pauses: {sorted(shares)}"
    for loss, before, after in zip(found, tried, tried[1:], strict=False):
        assert (after - before) * 1000 >= loss.pause - 2, f"{loss} was not waited for"


def starts_over_after_a_good_connection(program: Program) -> None:
    """It pings every 20 seconds; after 60 a connection is good, a shorter one is not."""
    unit = 60  # a pong is late after ten of them: on a busy machine more than ten of `UNIT`
    good: list[int] = []  # the connection that was

    def script(sock: socket.socket, record: peers.Record) -> None:
        if record.connections <= 3:
            answer = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            Peer.accept(sock, answer).wait_for_end()
            return
        peer = Peer.accept(sock)
        if not good:  # 80 seconds, of which the client's own pings tell
            for _ in range(4):
                ping = peer.receive()
                assert ping.opcode == PING, f"{ping}: this machine stalled, the pong was late"
                peer.send(PONG, ping.payload)
            good.append(record.connections)

    with peers.server(script) as record, listening(program, record.url, unit) as running:
        found = losses(running, 4)
        while not good and len(found) < 8:  # who gets no pong in time leaves and comes again
            found += losses(running, 1)
        assert good, f"{found}: {record.errors}"
        found += losses(running, good[0] + 2 - len(found))
        stopped(running)
    attempts = [loss.attempt for loss in found]
    assert (attempts[:3], attempts[good[0] - 1 :]) == ([1, 2, 3], [1, 2, 3]), found
    assert len(record.errors) == good[0] - 4, record.errors


def prints_messages_and_closes(program: Program) -> None:
    """Each text is a line; SIGTERM closes with 1000 and ends with status 0."""

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        peer.send(TEXT, f"connection {record.connections} ✓".encode())
        if record.connections == 1:  # not a bare end: right before it the JDK's client loses texts
            peer.close(1011)
            peer.receive_message()
            return
        record.close_code = peer.receive_message().close_code
        peer.send(CLOSE, record.close_code.to_bytes(2))

    with peers.server(script) as record, listening(program, record.url, 1000) as running:
        for number in (1, 2):
            assert running.line(within=PATIENCE) == f"connection {number} ✓"
        stopped(running)
    assert record.close_code == 1000, f"closed with {record.close_code}"
    assert not record.errors, record.errors
    said = [line for line in "".join(running.errors).splitlines() if line == "connected"]
    assert len(said) == 2, running.errors


def stops_while_it_waits(program: Program) -> None:
    """SIGTERM ends a pause at once, with status 0."""

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        peer.close(1013)
        peer.receive()

    with peers.server(script) as record, listening(program, record.url, 1000) as running:
        (loss,) = losses(running, 1)
        before = time.monotonic()
        stopped(running)
    assert 30_000 <= loss.pause <= 60_000, loss
    assert time.monotonic() - before < loss.pause / 1000, "the pause was waited for"


def fails_a_text_that_is_not_utf_8(program: Program) -> None:
    """It prints nothing of it, and leaves (RFC 6455 section 8.1)."""

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        peer.send(TEXT, b"\xc3\x28")
        peer.receive_message()  # a close frame, or the end

    with peers.server(script) as record, listening(program, record.url) as running:
        losses(running, 1)
        stopped(running)
        assert running.lines.get(timeout=PATIENCE) is None, "it printed what is no text"


def wants_the_address_of_a_websocket(program: Program) -> None:
    """Another scheme is no loss that a second attempt could mend."""
    result = run_client(program, "htp://127.0.0.1:1/", UNIT_MS=str(UNIT))
    assert "lost: " not in result.err, result.err
    failed(result)


CHECKS = [
    tries_once_where_it_is_refused,
    ends_when_the_server_is_done,
    waits_exponentially_with_full_jitter,
    starts_over_after_a_good_connection,
    prints_messages_and_closes,
    stops_while_it_waits,
    fails_a_text_that_is_not_utf_8,
    wants_the_address_of_a_websocket,
]
