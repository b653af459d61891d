"""What /languages/python/ says about `websockets` is so: defaults, behavior, versions."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import inspect
import pkgutil
import re
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import aiohttp
import aiohttp.web
import pytest
import trustme
import websockets
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.client import process_exception
from websockets.sync.client import connect as connect_thread
from websockets.version import version

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.samples import contract, peers
from tests.samples.conftest import Build
from tests.samples.manifest import load
from tests.samples.programs import Program, environment, run_client
from tests.samples.python_page import FOLDER, PAGE, echo, failure, pasted, rows
from tests.samples.wire import CONTINUATION, TEXT, Peer


def in_words(value: object, name: str) -> str:
    if isinstance(value, bool) or value is None:
        return f"`{value}`"
    if isinstance(value, str):
        return f'`"{value}"`'
    assert isinstance(value, int)
    if name in ("max_size", "write_limit"):
        return f"{value >> 20} MiB" if value >= 1 << 20 else f"{value >> 10} KiB"
    return str(value) if name == "max_queue" else f"{value} s"


@pytest.mark.parametrize("row", rows("defaults"), ids=lambda row: row[0])
def test_a_default_is_the_installed_version_s(row: list[str]) -> None:
    name = row[0].strip("`")
    sides: dict[str, Callable[..., object]] = {"client": connect, "server": serve}
    if only := re.match("(client|server) only", row[2]):
        sides = {only[1]: sides[only[1]]}
    for side, function in sides.items():
        parameter = inspect.signature(function).parameters[name]
        assert in_words(parameter.default, name) == row[1], f"{name} of the {side}"


def test_the_pinned_versions_are_the_tested_ones() -> None:
    assert f'"websockets=={version}"' in PAGE
    assert f"`websockets` {version} |" in PAGE
    assert f"`aiohttp` {aiohttp.__version__} |" in PAGE
    assert f"produced by {version} in a test" in PAGE


def test_aiohttp_differs_as_the_page_says() -> None:
    client = inspect.signature(aiohttp.ClientSession.ws_connect).parameters
    server = inspect.signature(aiohttp.web.WebSocketResponse).parameters
    assert client["heartbeat"].default is server["heartbeat"].default is None
    assert client["max_msg_size"].default == server["max_msg_size"].default == 4 << 20
    assert client["compress"].default == 0


@pytest.mark.parametrize("row", rows("legacy"), ids=lambda row: row[0])
def test_an_old_name_warns_and_a_new_one_does_not(row: list[str]) -> None:
    old, new = (f"websockets.{cell.strip('`')}" for cell in row)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert pkgutil.resolve_name(old)
    assert f"{old} is deprecated" in [str(found.message) for found in seen]
    assert {found.category for found in seen} == {DeprecationWarning}
    assert pkgutil.resolve_name(new)  # any warning is an error here


def test_a_server_answers_426_where_a_proxy_dropped_the_headers() -> None:
    def get(port: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/", headers={"Sec-WebSocket-Version": "13"})
            return connection.getresponse().status

    async def main() -> int:
        async with serve(echo, "127.0.0.1", 0) as server:
            return await asyncio.to_thread(get, server.sockets[0].getsockname()[1])

    assert asyncio.run(main()) == 426


def test_a_dead_line_is_noticed_after_three_waits() -> None:
    async def main(url: str) -> float:
        loop = asyncio.get_running_loop()
        start = loop.time()
        await failure(url, ping_interval=0.2, ping_timeout=0.2, close_timeout=0.6)
        return loop.time() - start

    with peers.server(peers.silent) as record:
        waited = asyncio.run(main(record.url))
    assert waited >= 1.0


def test_leaving_the_loop_of_connections_closes_with_1011() -> None:
    async def main(url: str) -> None:
        async for _ in connect(url):
            break

    with peers.server(peers.echoing()) as record:
        asyncio.run(main(record.url))
    assert record.close_code == 1011


def test_connections_that_end_are_replaced_at_once() -> None:
    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        peer.close(1012)
        peer.receive()

    async def main(url: str) -> None:
        seen = 0
        async with asyncio.timeout(30):  # with the backoff, twenty would take minutes
            async for websocket in connect(url):
                with contextlib.suppress(websockets.ConnectionClosed):
                    await websocket.recv()
                seen += 1
                if seen == 20:
                    return

    with peers.server(script) as record:
        asyncio.run(main(record.url))
    assert record.connections == 20


@pytest.mark.parametrize("origin", [None, "https://app.example.com"])
def test_origins_admit_what_they_list(origin: str | None) -> None:
    async def main() -> None:
        allowed = ["https://app.example.com", None]
        async with serve(echo, "127.0.0.1", 0, origins=allowed) as server:  # type: ignore[arg-type]
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            async with connect(url, origin=origin) as websocket:  # type: ignore[arg-type]
                await websocket.send("a")
                assert await websocket.recv() == "a"
            refusal = await failure(url, origin="https://evil.example")
            assert refusal == "InvalidStatus: server rejected WebSocket connection: HTTP 403"

    asyncio.run(main())


@pytest.mark.parametrize(("count", "received"), [(4096, True), (4097, False)])
def test_fragments_are_limited(count: int, received: bool) -> None:
    assert "a message in more than 4,096 fragments fails with 1009" in PAGE

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        for number in range(count):
            peer.send(CONTINUATION if number else TEXT, b"x", fin=number == count - 1)
        record.close_code = peer.receive_message().close_code

    async def main(url: str) -> None:
        async with connect(url, close_timeout=0.5) as websocket:
            with contextlib.suppress(websockets.ConnectionClosed):
                assert await websocket.recv() == "x" * count

    with peers.server(script) as record:
        asyncio.run(main(record.url))
    assert record.close_code == (1000 if received else 1009)


@pytest.mark.parametrize(
    ("file", "check"),
    [
        ("echo_client.py", contract.client_echoes),
        ("echo_server.py", contract.server_stops_on_sigterm),
    ],
)
def test_the_blocks_pasted_in_order_are_the_program(
    file: str, check: Callable[[Program], None], tmp_path: Path
) -> None:
    sample = {sample.file: sample for sample in load(FOLDER / "samples.toml").samples}[file]
    (tmp_path / file).write_text(pasted(file), encoding="utf-8")
    check(Program(sample, tmp_path))


def test_a_host_s_name_and_a_certificate_are_retried() -> None:
    assert process_exception(socket.gaierror()) is None
    assert process_exception(ssl.SSLCertVerificationError()) is None


def test_the_block_that_keeps_tls_1_3_out_of_threads_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = re.findall(r"```python\n(context = ssl\.create.*?)```", PAGE, re.S)
    authority = trustme.CA()
    cert = tmp_path / "cert.pem"
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(cert))
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    use = 'websocket.send("Hello"); seen = websocket.recv(timeout=30), websocket.socket.version()'
    with BackgroundServer(Settings(port=0, cert=str(cert))) as server:
        address = f"wss://127.0.0.1:{server.port}/"
        names = {"ssl": ssl, "connect": connect_thread}
        exec(block.replace("wss://echo.example.com/", address).replace("...", use), names)
    assert names["seen"] == ("Hello", "TLSv1.2")


def test_send_of_the_threading_api_outlasts_the_ping_s_timeout() -> None:
    done = threading.Event()

    def script(sock: socket.socket, record: peers.Record) -> None:
        Peer.accept(sock)  # and never read
        done.wait()

    def send(url: str) -> None:
        with (
            contextlib.suppress(websockets.ConnectionClosed),
            connect_thread(url, ping_interval=0.1, ping_timeout=0.1, close_timeout=0.1) as client,
        ):
            while True:
                client.send(bytes(1 << 20))

    with peers.server(script) as record:
        thread = threading.Thread(target=send, args=[record.url])
        thread.start()
        try:
            thread.join(timeout=2)
            assert thread.is_alive()
        finally:
            done.set()
            thread.join()


def test_test_echo_py_passes(programs: Build) -> None:
    program = programs(load(FOLDER / "samples.toml"))["test_echo.py"]
    # As in a reader's environment: without the plugins that this repository's tests use.
    done = subprocess.run(
        program.command("-p", "no:cacheprovider", "--rootdir", "."),
        cwd=program.folder,
        env={**environment(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_output_on_the_page_is_the_output() -> None:
    with peers.server(peers.echoing()) as record:
        program = load(FOLDER / "samples.toml").samples[0]
        result = run_client(Program(program, FOLDER), record.url)
    assert f"```text\n{result.out}```" in PAGE


def test_close_waits_for_a_client_that_reads_nothing_longer_than_close_timeout() -> None:
    async def main() -> bool:
        ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def handler(websocket: websockets.ServerConnection) -> None:
            while not websocket.transport.get_write_buffer_size():
                websockets.broadcast([websocket], bytes(1 << 20))
            closing = asyncio.ensure_future(websocket.close())
            done, _ = await asyncio.wait([closing], timeout=1)
            websocket.transport.abort()
            await closing
            ended.set_result(bool(done))

        async with serve(handler, "127.0.0.1", 0, ping_interval=None, close_timeout=0.1) as server:
            port = server.sockets[0].getsockname()[1]
            with await asyncio.to_thread(Peer.connect, port):
                return await ended

    assert not asyncio.run(main())
