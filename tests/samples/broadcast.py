"""The contract of broadcast servers (docs/about/writing.md) as checks, which raise AssertionError.

200 clients, of which 50 read nothing; the messages are as long as the server accepts, and more than
any queue may hold.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import psutil

from tests.samples.contract import failed, failed_with, stopped
from tests.samples.programs import Program, Running, free_port, run_client, running_server
from tests.samples.wire import BINARY, CLOSE, PING, PONG, TEXT, Frame, Peer, WireError

TOKEN, ORIGIN = "a-secret", "https://app.example.com"
# The other cookie is none by RFC 6265, and browsers send it; it must not hide the session.
COOKIE = f'Cookie: theme={{"dark": 1}}; session={TOKEN}'
SETTINGS = {"TOKEN": TOKEN, "ORIGIN": ORIGIN}
READERS, IDLE = 150, 50  # clients that read all, and clients that read nothing
BYTES = 10 << 20  # sent to each client, far above what sockets and queues hold
NEWCOMERS = 25  # clients that connect one after another
BURST = 16  # messages that a queue must be able to hold
MEMORY = 200 << 20  # bytes that the server may grow by; 50 backlogs of 10 MiB are 500 MiB
PROGRESS = 20.0  # seconds until a burst has reached every reader
CUT = 20.0  # seconds until a client that reads nothing is gone


@contextlib.contextmanager
def running(program: Program, **settings: str) -> Iterator[tuple[Running, int]]:
    """Start the server with a token and an origin; gives the process and the port."""
    with running_server(program, **SETTINGS, **settings) as started:
        yield started


def sends_to_all(program: Program) -> None:
    """Text arrives as text and binary as binary, at everyone, the sender included, in order."""
    with running(program) as (_, port), contextlib.ExitStack() as stack:
        first, *others = (stack.enter_context(_joined(port)) for _ in range(3))
        sent = [Frame(TEXT, "é✓".encode()), Frame(BINARY, b"\x00\xff"), Frame(TEXT, b"")]
        for frame in sent:
            first.send(frame.opcode, frame.payload)
        for peer in (first, *others):
            assert [peer.receive_message() for _ in sent] == sent
        first.close(1000)
        failed_with(first, 1000)
        others[0].send(TEXT, b"one has left")
        for peer in others:
            assert peer.receive_message() == Frame(TEXT, b"one has left")
            peer.send(PING, b"payload")
            assert peer.receive() == Frame(PONG, b"payload")


def admits_who_has_the_token(program: Program) -> None:
    """401 without the session cookie, 403 for a page of another origin, 101 otherwise."""
    with running(program) as (_, port):
        for cookie in (None, "Cookie: session=", f"Cookie: session={TOKEN}x", "Cookie: other=a"):
            _refused(port, 401, *([cookie] if cookie else []))
        for origin in ("https://evil.example", "null", ORIGIN + ".evil.example"):
            _refused(port, 403, COOKIE, f"Origin: {origin}")
        for headers in ((COOKIE,), (COOKIE, f"Origin: {ORIGIN}")):
            with Peer.connect(port, *headers) as peer:
                peer.send(TEXT, b"in")
                assert peer.receive_message() == Frame(TEXT, b"in")
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            plain.sendall(
                f"GET / HTTP/1.1\r\nHost: localhost\r\n{COOKIE}\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            answer = plain.recv(1024)
            assert b" 101 " not in answer, "101 to a request that asks for no upgrade"


def limits_clients(program: Program) -> None:
    """503 when ``MAX_CLIENTS`` are connected; a place that gets free can be taken."""
    with running(program, MAX_CLIENTS="2") as (_, port), _joined(port) as kept:
        with _joined(port) as leaving:
            _refused(port, 503, COOKIE)
            leaving.close(1000)
            failed_with(leaving, 1000)
        with _admitted(port) as late:
            kept.send(TEXT, b"both")
            assert late.receive_message() == Frame(TEXT, b"both")


def limits_clients_who_come_at_once(program: Program) -> None:
    """Of 16 who ask at the same time, 4 get the 4 places, and 12 get 503."""

    def attempt(_: int) -> Peer | str:
        try:
            return Peer.connect(port, COOKIE)
        except WireError as refused:
            return str(refused)

    with (
        running(program, MAX_CLIENTS="4") as (_, port),
        ThreadPoolExecutor(16) as threads,
        contextlib.ExitStack() as stack,
    ):
        results = list(threads.map(attempt, range(16)))
        admitted = [stack.enter_context(each) for each in results if isinstance(each, Peer)]
        assert len(admitted) == 4, f"admitted {len(admitted)} where there are 4 places"
        for result in results:
            assert isinstance(result, Peer) or "HTTP/1.1 503 " in result, result


def joins_before_it_answers(program: Program) -> None:
    """Who has read the 101, or of ``joins_late`` a pong, gets what anyone sends from then on.

    The sender has its own message back before the newcomer sends one too. So a server that let the
    newcomer in late passes on the newcomer's message first; how long it took makes no difference.
    """
    late = program.sample.joins_late
    with running(program) as (_, port), _joined(port) as sender:
        for number in range(NEWCOMERS):
            first, second = Frame(TEXT, b"%d" % number), Frame(TEXT, b"and I")
            with _joined(port) if late else Peer.connect(port, COOKIE) as newcomer:
                sender.send(TEXT, first.payload)
                assert sender.receive_message() == first
                newcomer.send(TEXT, second.payload)
                got = newcomer.receive_message()
                assert got == first, f"newcomer {number} got {got} and missed what was sent before"
                assert newcomer.receive_message() == sender.receive_message() == second


def limits_messages(program: Program) -> None:
    """The longest message reaches all; one byte more ends the sender with 1009 and no one else."""
    limit = program.sample.max_size
    assert limit is not None
    with running(program) as (_, port), _joined(port) as other:
        with Peer.connect(port, COOKIE) as peer:
            peer.send(BINARY, b"\x01" * limit)
            assert peer.receive_message() == Frame(BINARY, b"\x01" * limit)
            peer.send(BINARY, b"\x01" * (limit + 1))
            failed_with(peer, 1009)
        assert other.receive_message() == Frame(BINARY, b"\x01" * limit)
        other.send(TEXT, b"still here")
        assert other.receive_message() == Frame(TEXT, b"still here")


def keeps_broken_text_to_itself(program: Program) -> None:
    """Text that is not UTF-8 ends its sender with 1007; each receiver would have closed."""
    with running(program) as (_, port), _joined(port) as other:
        with Peer.connect(port, COOKIE) as peer:
            peer.send(TEXT, b"\xc3\x28")
            failed_with(peer, 1007)
        other.send(TEXT, b"still here")
        assert other.receive_message() == Frame(TEXT, b"still here")


def survives_who_reads_nothing(program: Program) -> None:
    """Of 200 clients 50 read nothing: they are cut, the others lose nothing, memory is bounded."""
    with running(program) as (server, port), contextlib.ExitStack() as stack:
        idle = [stack.enter_context(_joined(port, buffer=4096)) for _ in range(IDLE)]
        process = psutil.Process(server.process.pid)
        before = _memory(process)
        messages = asyncio.run(_broadcast(program, port, process, before))
        for peer in idle:
            _was_cut(peer, messages)
        with Peer.connect(port, COOKIE) as late:
            late.send(TEXT, b"others are served")
            assert late.receive_message() == Frame(TEXT, b"others are served")


def stops_on_sigterm(program: Program) -> None:
    """SIGTERM closes each client with 1001 and exits 0, though one of them reads nothing."""
    limit = program.sample.max_size
    assert limit is not None
    with running(program) as (server, port), contextlib.ExitStack() as stack:
        stack.enter_context(_joined(port, buffer=4096))
        peers = [stack.enter_context(_joined(port)) for _ in range(3)]
        for _ in range(BURST):
            peers[0].send(BINARY, b"\x01" * limit)
        for peer in peers:
            for _ in range(BURST):
                assert peer.receive_message() == Frame(BINARY, b"\x01" * limit)
        server.process.terminate()
        for peer in peers:
            failed_with(peer, 1001)
        stopped(server, told=True)


def stops_with_a_full_queue(program: Program) -> None:
    """SIGTERM ends the server in time while a client that reads nothing is being cut."""
    limit = program.sample.max_size
    assert limit is not None
    with running(program) as (server, port), _joined(port, buffer=4096):
        with Peer.connect(port, COOKIE) as peer:
            for _ in range(BYTES // limit):
                peer.send(BINARY, b"\x01" * limit)
                assert peer.receive_message().opcode == BINARY
            server.process.terminate()
            failed_with(peer, 1001)
        stopped(server, told=True)


def stops_though_a_handshake_is_slow(program: Program) -> None:
    """Who sends the other half of a request after SIGTERM does not stay, nor who never does."""
    with (
        running(program) as (server, port),
        _joined(port) as peer,
        socket.create_connection(("127.0.0.1", port), timeout=10) as slow,
        socket.create_connection(("127.0.0.1", port), timeout=10) as never,
    ):
        for half in (slow, never):
            half.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\n{COOKIE}\r\n".encode())
        with _joined(port):  # the server has accepted the slow ones before
            pass
        server.process.terminate()
        assert peer.receive_message().close_code == 1001
        with contextlib.suppress(ConnectionError):
            slow.sendall(
                b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            while slow.recv(1024):  # refused, closed or cut
                pass
        peer.send(CLOSE, (1001).to_bytes(2))
        stopped(server, told=True)


def names_a_busy_port(program: Program) -> None:
    """Where the port is taken, the program says so and exits non-zero."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed(run_client(program, str(taken.getsockname()[1]), **SETTINGS))


def wants_its_settings(program: Program) -> None:
    """Without the port, the token or the origin it says how to call it and exits non-zero."""
    port = str(free_port())
    for arguments, settings in (
        ((), SETTINGS),
        ((port,), {"ORIGIN": ORIGIN}),
        ((port,), {"TOKEN": "", "ORIGIN": ORIGIN}),
        ((port,), {"TOKEN": TOKEN}),
    ):
        result = run_client(program, *arguments, **settings)
        failed(result)
        assert "usage" in result.err.lower(), result.err


CHECKS = [
    sends_to_all,
    admits_who_has_the_token,
    limits_clients,
    limits_clients_who_come_at_once,
    joins_before_it_answers,
    limits_messages,
    keeps_broken_text_to_itself,
    survives_who_reads_nothing,
    stops_on_sigterm,
    stops_with_a_full_queue,
    stops_though_a_handshake_is_slow,
    names_a_busy_port,
    wants_its_settings,
]


def _refused(port: int, status: int, *headers: str) -> None:
    try:
        with Peer.connect(port, *headers):
            raise AssertionError(f"admitted {headers}, which deserve {status}")
    except WireError as error:
        assert f"HTTP/1.1 {status} " in str(error), f"{error}, not {status}, to {headers}"


def _joined(port: int, *, buffer: int | None = None) -> Peer:
    """Connect, and wait until the server reads: one that ``joins_late`` has sent its 101 before."""
    peer = Peer.connect(port, COOKIE, buffer=buffer)
    peer.send(PING, b"in?")
    assert peer.receive() == Frame(PONG, b"in?")
    return peer


def _admitted(port: int) -> Peer:
    """Connect as soon as the server knows that a client has gone."""
    until = time.monotonic() + PROGRESS
    while True:
        try:
            return _joined(port)
        except WireError:
            if time.monotonic() > until:
                raise


async def _broadcast(
    program: Program, port: int, process: psutil.Process, before: int
) -> list[Frame]:
    """Send bursts through the readers in turn; each reader must get each message. Returns all."""
    size = program.sample.max_size
    assert size is not None
    sent: list[Frame] = []
    async with _readers(port) as readers:
        while len(sent) * size < BYTES:
            numbers = range(len(sent), len(sent) + BURST)
            burst = [
                Frame(TEXT if n % 2 else BINARY, f"{n:08} ".encode() * (size // 9)) for n in numbers
            ]
            sender = readers[len(sent) // BURST % len(readers)]
            for frame in burst:
                if frame.opcode == TEXT:
                    await sender.send_str(frame.payload.decode())
                else:
                    await sender.send_bytes(frame.payload)
            try:
                async with asyncio.timeout(PROGRESS):
                    got = await asyncio.gather(*(_receive(reader, BURST) for reader in readers))
            except TimeoutError:
                late = f"messages {numbers.start} to {numbers.stop}"
                raise AssertionError(f"{late} did not reach all readers") from None
            sent += burst
            for number, frames in enumerate(got):
                assert frames == burst, f"reader {number} got {[f.payload[:9] for f in frames]}"
            grown = _memory(process) - before
            assert grown < MEMORY, (
                f"the server grew by {grown >> 20} MiB after {len(sent)} messages"
            )
    return sent


@contextlib.asynccontextmanager
async def _readers(port: int) -> AsyncIterator[list[aiohttp.ClientWebSocketResponse]]:
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        contextlib.AsyncExitStack() as stack,
    ):
        name, _, value = COOKIE.partition(": ")
        readers = [
            await stack.enter_async_context(
                session.ws_connect(f"ws://127.0.0.1:{port}/", headers={name: value}, autoping=False)
            )
            for _ in range(READERS)
        ]
        for reader in readers:  # in the room, as _joined() waits for
            await reader.ping(b"in?")
            pong = await reader.receive(timeout=PROGRESS)
            assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"in?"), pong
        yield readers


async def _receive(reader: aiohttp.ClientWebSocketResponse, count: int) -> list[Frame]:
    frames: list[Frame] = []
    while len(frames) < count:
        message = await reader.receive()
        if message.type is aiohttp.WSMsgType.PING:
            await reader.pong(message.data)
        elif message.type is aiohttp.WSMsgType.TEXT:
            frames.append(Frame(TEXT, message.data.encode()))
        elif message.type is aiohttp.WSMsgType.BINARY:
            frames.append(Frame(BINARY, message.data))
        else:
            raise AssertionError(f"a client that reads was cut with {reader.close_code}")
    return frames


def _was_cut(peer: Peer, messages: list[Frame]) -> None:
    """What the client finds when it reads at last: the first messages, then the end."""
    peer.sock.settimeout(CUT)
    got: list[Frame] = []
    with contextlib.suppress(WireError, ConnectionResetError):  # without a close frame
        while (frame := peer.receive()).opcode != CLOSE:
            got.append(frame)
            assert len(got) < len(messages), "a client that reads nothing was kept"
        assert frame.close_code == 1013, f"cut with {frame.close_code}"
    assert got == messages[: len(got)], "a client that reads nothing got others' messages"


def _memory(process: psutil.Process) -> int:
    """The resident bytes of the server and what it started."""
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))
