"""The contract of samples (docs/about/writing.md) as checks, which raise AssertionError."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import aiohttp

from tests.samples import peers
from tests.samples.programs import Program, Result, Running, free_port, run_client, running_server
from tests.samples.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Frame, Peer, WireError

# Every server sample is sent these; é and ✓ take two and three bytes in UTF-8.
TEXTS = ["", "a", "é✓", "x" * 125, "x" * 126, "é" * 1000]


def client_echoes(program: Program) -> None:
    """The client sends text, then binary, closes with 1000, prints a line for each, exits 0."""
    with peers.server(peers.echoing()) as record:
        result = run_client(program, record.url)
    _succeeded(result)
    assert not record.errors, record.errors
    assert record.connections == 1
    assert [frame.opcode for frame in record.frames] == [TEXT, BINARY], record.frames
    assert all(frame.payload for frame in record.frames), record.frames
    record.frames[0].payload.decode()
    assert record.close_code == 1000, f"the client closed with {record.close_code}"


def client_echoes_with(program: Program, url: str) -> None:
    """The client succeeds against the server at ``url``."""
    _succeeded(run_client(program, url))


def client_notices(program: Program, script: peers.Script) -> None:
    """The client says what is wrong and exits non-zero where the server runs ``script``."""
    with peers.server(script) as record:
        result = run_client(program, record.url)
    assert record.connections >= 1, "the client did not connect"
    failed(result)


def client_notices_nothing_there(program: Program) -> None:
    """The client says what is wrong and exits non-zero where no server listens."""
    failed(run_client(program, f"ws://127.0.0.1:{free_port()}/"))


def wants_one_argument(program: Program) -> None:
    """Without its argument a program says how to call it and exits non-zero."""
    result = run_client(program)
    failed(result)
    assert "usage" in result.err.lower(), result.err


def server_echoes(program: Program) -> None:
    """Text comes back as text and binary as binary: empty, in all length forms, in fragments."""
    with running_server(program) as (_, port), Peer.connect(port) as peer:
        for text in TEXTS:
            _echoed(peer, TEXT, text.encode())
        for length in (0, 1, 125, 126, 1000):
            _echoed(peer, BINARY, bytes(i % 256 for i in range(length)))
        # A fragment may end inside a character (RFC 6455 section 5.6).
        check = "✓".encode()
        peer.send(TEXT, check[:1], fin=False)
        peer.send(PING, b"between fragments")
        assert peer.receive() == Frame(PONG, b"between fragments")
        peer.send(CONTINUATION, check[1:2], fin=False)
        peer.send(CONTINUATION, check[2:])
        assert peer.receive_message() == Frame(TEXT, check)


def server_echoes_to_another_library(program: Program) -> None:
    """A client that offers compression, as browsers do, gets its messages back."""

    async def exchange(port: int) -> None:
        url = f"ws://127.0.0.1:{port}/"
        async with (
            asyncio.timeout(30),
            aiohttp.ClientSession() as session,
            session.ws_connect(url, compress=15) as websocket,
        ):
            for text in TEXTS:
                await websocket.send_str(text)
                assert await websocket.receive_str() == text
            await websocket.send_bytes(b"\x00\xff" * 2000)
            assert await websocket.receive_bytes() == b"\x00\xff" * 2000
            await websocket.close(code=1000)
            assert websocket.close_code == 1000

    with running_server(program) as (_, port):
        asyncio.run(exchange(port))


def server_answers_ping(program: Program) -> None:
    """A pong carries the ping's payload (RFC 6455 section 5.5.3), empty and longest."""
    with running_server(program) as (_, port), Peer.connect(port) as peer:
        for payload in (b"", b"\x00ping\xff", bytes(range(125))):
            peer.send(PING, payload)
            assert peer.receive() == Frame(PONG, payload)


def server_limits_messages(program: Program) -> None:
    """A message of the stated limit is echoed; one byte more fails the connection with 1009."""
    limit = program.sample.max_size
    assert limit is not None
    with running_server(program) as (_, port):
        with Peer.connect(port) as peer:
            _echoed(peer, BINARY, b"\x01" * limit)
            peer.send(BINARY, b"\x01" * (limit + 1))
            failed_with(peer, 1009)
        with Peer.connect(port) as peer:  # the limit is on the message, not on its frames
            peer.send(TEXT, b"x" * limit, fin=False)
            peer.send(CONTINUATION, b"x")
            failed_with(peer, 1009)
        with Peer.connect(port) as peer:
            _echoed(peer, TEXT, b"others are served")


def server_closes_with_the_client(program: Program) -> None:
    """A close frame is answered with the same code, and the TCP connection ends."""
    with running_server(program) as (_, port), Peer.connect(port) as peer:
        peer.close(1000)
        failed_with(peer, 1000)


def server_stops_on_sigterm(program: Program) -> None:
    """SIGTERM closes each connection with 1001 or the manifest's code, and the program exits 0."""
    code = program.sample.stop_code
    with running_server(program) as (running, port), contextlib.ExitStack() as stack:
        open_peers = [stack.enter_context(Peer.connect(port)) for _ in range(2)]
        for peer in open_peers:
            _echoed(peer, TEXT, b"open")
        running.process.terminate()
        for peer in open_peers:
            frame = peer.receive_message()
            assert frame.opcode == CLOSE, frame
            assert frame.close_code == code, f"closed with {frame.close_code}"
            peer.send(CLOSE, frame.payload)
            peer.wait_for_end()
        stopped(running, told=True)
    with running_server(program) as (running, _):
        stopped(running)  # without a connection


def server_stops_though_a_client_reads_nothing(program: Program) -> None:
    """A client that sends and never reads its echoes does not hold up the end."""
    with running_server(program) as (running, port), Peer.connect(port, buffer=4096) as peer:
        peer.sock.settimeout(0.5)
        with contextlib.suppress(TimeoutError):  # when all buffers are full
            while True:
                peer.send(BINARY, bytes(50_000))
        stopped(running)


def server_stops_though_a_handshake_is_slow(program: Program) -> None:
    """Who has sent half of a request gets no frames, and does not hold up the end.

    One sends the other half then, another one never.
    """
    with (
        running_server(program) as (running, port),
        Peer.connect(port) as peer,
        socket.create_connection(("127.0.0.1", port), timeout=10) as slow,
        socket.create_connection(("127.0.0.1", port), timeout=10) as never,
    ):
        _echoed(peer, TEXT, b"open")  # 101 may be sent before the server knows the peer
        for half in (slow, never):
            half.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        with Peer.connect(port) as later:  # the server has accepted the slow one before
            _echoed(later, TEXT, b"open")
        running.process.terminate()
        frame = peer.receive_message()
        assert frame.opcode == CLOSE, frame
        with contextlib.suppress(ConnectionError):
            slow.sendall(
                b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            answer = slow.recv(1024)
            assert answer[:5] in (b"", b"HTTP/"), f"answered with {answer!r}"
        peer.send(CLOSE, frame.payload)
        stopped(running, told=True)


def server_fails_broken_peers(program: Program) -> None:
    """Unmasked frames and invalid UTF-8 fail the connection: 1002 and 1007.

    Sections 5.1 and 8.1 require the end; that the peer is told the code is this contract's wish.
    A library that ends TCP on an unmasked frame without a word, or takes it, is named in the
    manifest.
    """
    with running_server(program) as (_, port):
        with Peer.connect(port) as peer:
            peer.send(TEXT, b"not masked", masked=False)
            if program.sample.mute_on_unmasked:
                _ended_without_a_word(peer)
            elif program.sample.takes_unmasked:
                assert peer.receive_message().opcode == TEXT, "the manifest says that it is taken"
            else:
                failed_with(peer, 1002)
        with Peer.connect(port) as peer:
            peer.send(TEXT, b"\xc3\x28")
            failed_with(peer, 1007)
        with Peer.connect(port) as peer:
            _echoed(peer, TEXT, b"others are served")


def server_names_a_busy_port(program: Program) -> None:
    """Where the port is taken, the program says so and exits non-zero."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed(run_client(program, str(taken.getsockname()[1])))


CLIENT_LIES = [peers.wrong_text, peers.wrong_binary, peers.text_as_binary]
CLIENT_FAULTS = [peers.silent, peers.mute, peers.refusing, peers.breaking, peers.vanishing]
SERVER_CHECKS = [
    server_echoes,
    server_echoes_to_another_library,
    server_answers_ping,
    server_limits_messages,
    server_closes_with_the_client,
    server_stops_on_sigterm,
    server_stops_though_a_client_reads_nothing,
    server_stops_though_a_handshake_is_slow,
    server_fails_broken_peers,
    server_names_a_busy_port,
    wants_one_argument,
]


def _succeeded(result: Result) -> None:
    assert result.status == 0, f"exit status {result.status}: {result.err}"
    assert result.err == "", result.err
    kinds = [line.split(":")[0] for line in result.out.splitlines()]
    assert kinds == ["text", "binary"], f"one line for each message, please: {result.out!r}"


def failed(result: Result) -> None:
    """The program ended with a reason and a status that tells it."""
    assert result.status > 0, f"exit status {result.status} for a failure"
    lines = result.err.splitlines()
    assert lines, "no reason on standard error"
    assert len(lines) <= 3, f"a reason is a line or two, not:\n{result.err}"


def stopped(running: Running, *, told: bool = False) -> None:
    """The program ends with status 0 on SIGTERM."""
    status = running.stop(told=told)
    assert status == 0, f"exit status {status} after SIGTERM"


def _echoed(peer: Peer, opcode: int, payload: bytes) -> None:
    peer.send(opcode, payload)
    answer = peer.receive_message()
    assert answer.opcode == opcode, f"opcode {opcode} came back as {answer.opcode}"
    assert answer.payload == payload, f"{payload[:40]!r} came back as {answer.payload[:40]!r}"


def _ended_without_a_word(peer: Peer) -> None:
    try:
        frame = peer.receive_message()
    except ConnectionResetError:
        return
    except WireError as error:
        assert "ended the TCP connection" in str(error), error
        return
    raise AssertionError(f"{frame} though the manifest says that nothing comes")


def failed_with(peer: Peer, code: int) -> None:
    """The next message is a close frame with this code, and the TCP connection ends."""
    frame = peer.receive_message()
    assert frame.opcode == CLOSE, f"{frame.opcode} instead of a close frame"
    assert frame.close_code == code, f"closed with {frame.close_code} instead of {code}"
    if code != 1000:
        with contextlib.suppress(OSError):  # the server may have ended the connection already
            peer.send(CLOSE, frame.payload)
    peer.wait_for_end()
