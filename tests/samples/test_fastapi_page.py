"""What /frameworks/fastapi/ says of FastAPI under Uvicorn, asked by real clients.

Its samples beside server.py are client.py and test_server.py.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, free_port, running_server

HERE = Path(__file__).parent
FOLDER = DOCS / "frameworks" / "fastapi"
PAGE = FOLDER.with_suffix(".md").read_text("utf-8")
LIMIT = 30.0
ORIGIN = "https://app.example.com"
SESSION = {"Cookie": "session=secret"}
SETTINGS = {"TOKEN": "secret", "ORIGINS": ORIGIN}
# A machine without a WebSocket library, as far as Python can tell.
WITHOUT = "import sys; sys.modules['websockets'] = sys.modules['wsproto'] = None"


@contextmanager
def uvicorn(
    folder: Path, *options: str, app: str = "fastapi_app:app", without_library: bool = False
) -> Iterator[tuple[int, Path]]:
    """Run tests/samples/fastapi_app.py or the page's server; gives port and file of the output."""
    port, log = free_port(), folder / f"log-{time.monotonic_ns()}"
    before = WITHOUT if without_library else "import sys"
    program = f"{before}; import uvicorn; sys.exit(uvicorn.main())"
    command = [sys.executable, "-c", program, app, "--port", str(port), *options]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--app-dir", str(FOLDER if app == "server:app" else HERE)],
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(log, "Uvicorn running", process)
            yield port, log
        finally:
            process.kill()
            process.wait()


def wait_for(log: Path, text: str, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until the log holds the text."""
    end = time.monotonic() + LIMIT
    while text not in log.read_text("utf-8"):
        assert time.monotonic() < end, f"no {text!r} in\n{log.read_text('utf-8')}"
        assert process is None or process.poll() is None, log.read_text("utf-8")
        time.sleep(0.02)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("odd")
    with uvicorn(folder, "--limit-concurrency", "3") as (port, log):
        yield f"ws://127.0.0.1:{port}", log


def outcome(url: str, send: str | bytes | None = None, **options: Any) -> str:
    """What a client sees: the status of a refusal, or the code and reason of the end."""
    try:
        with connect(url, ping_interval=None, **options) as websocket:
            if send is not None:
                websocket.send(send)
            try:
                return str(websocket.recv(timeout=LIMIT))
            except ConnectionClosed:
                return f"{websocket.close_code} {websocket.close_reason}".strip()
    except InvalidStatus as refused:
        body = bytes(refused.response.body or b"").decode()
        return f"HTTP {refused.response.status_code} {body}".strip()


ENDS = {
    "/open": "1000",
    "/nothing": "HTTP 403",
    "/number": "HTTP 403",
    "/close/before": "HTTP 403",
    "/exception/before": "HTTP 403",
    "/exception/after": "1008 log in",
    "/http/before": 'HTTP 401 {"detail":"log in"}',
    "/http/after": "1006",
    "/crash/before": "HTTP 500 Internal Server Error",
    "/crash/after": "1006",
    "/return/before": "HTTP 500 Internal Server Error",
    "/return/after": "1006",
    "/forgotten": "HTTP 500 Internal Server Error",
    "/after-close": "1000",
}


@pytest.mark.parametrize("library", ["websockets-sansio", "wsproto"])
def test_a_client_sees_what_the_table_says(library: str, tmp_path: Path) -> None:
    with uvicorn(tmp_path, "--ws", library) as (port, log):
        for path, expected in ENDS.items():
            assert outcome(f"ws://127.0.0.1:{port}{path}") == expected, path
        assert outcome(f"ws://127.0.0.1:{port}/text", send=b"\x00") == "1006"
        said = log.read_text("utf-8")
    for error in (
        "KeyError: 'text'",
        'WebSocketDisconnected: WebSocket is not connected. Need to call "accept" first.',
        'WebSocketDisconnected: Cannot call "send" once a close message has been sent.',
        "ASGI callable returned without completing handshake.",
        "RuntimeError: Expected ASGI message 'websocket.send' or 'websocket.close', "
        "but got 'websocket.http.response.start'.",
    ):
        assert error in said
        assert error.removeprefix("RuntimeError: ").removeprefix("WebSocketDisconnected: ") in PAGE


def test_http_s_helpers_stay_away(odd: tuple[str, Path]) -> None:
    url, log = odd
    assert outcome(f"{url}/open", origin="https://evil.example") == "1000"  # CORS allows another
    assert outcome(f"{url}/background") == "1000"
    with connect(f"{url}/dependency") as websocket:
        websocket.send("still open")
        wait_for(log, "dependency held")
        assert "dependency left" not in log.read_text("utf-8")
    wait_for(log, "dependency left")
    said = log.read_text("utf-8")
    assert "background task ran" not in said
    assert "middleware ran" not in said


def test_a_lost_line_looks_like_a_close_without_a_code(odd: tuple[str, Path]) -> None:
    url, log = odd
    with connect(f"{url}/code") as websocket:
        websocket.close(4001, "bye")
    wait_for(log, "disconnect 4001 'bye'")
    with raw(int(url.rpartition(":")[2]), "/code") as sock:
        assert sock.recv(4096).startswith(b"HTTP/1.1 101 ")
    wait_for(log, "disconnect 1005 ''")


def raw(port: int, path: str) -> socket.socket:
    """A connection without a library, which reads nothing and ends without a word."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(LIMIT)
    sock.connect(("127.0.0.1", port))
    sock.sendall(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Cookie: {SESSION['Cookie']}\r\n\r\n".encode()
    )
    return sock


def test_a_limit_of_concurrency_counts_connections_and_refuses_none(odd: tuple[str, Path]) -> None:
    url, _ = odd
    with connect(f"{url}/code"), connect(f"{url}/code"), connect(f"{url}/code"):
        assert outcome(f"{url}/open") == "1000"
        assert httpx.get(url.replace("ws:", "http:"), trust_env=False).status_code == 503


def test_who_does_not_receive_hears_no_pong(tmp_path: Path) -> None:
    # A server of its own: on a busy machine, others would be too late as well.
    with uvicorn(tmp_path, "--ws-ping-interval", "1", "--ws-ping-timeout", "1") as (port, _):
        seen = outcome(f"ws://127.0.0.1:{port}/deaf", send="a message")
    assert seen == "1011 keepalive ping timeout"
    assert "1011 keepalive ping timeout" in PAGE.replace("`", "")


def test_without_a_library_the_page_s_message_and_404(tmp_path: Path) -> None:
    found = re.search(r'```text title="[^"]*log[^"]*"\n(.*?)```', PAGE, re.S)
    assert found
    shown = found[1].splitlines()
    with uvicorn(tmp_path, app="server:app", without_library=True) as (port, log):
        assert outcome(f"ws://127.0.0.1:{port}/").startswith("HTTP 404")
        wait_for(log, '"GET / HTTP/1.1" 404 Not Found')
        said = log.read_text("utf-8")
    assert len(shown) == 2
    for line in shown:
        assert line in said
    with (
        pytest.raises(AssertionError, match="import of websockets halted"),
        uvicorn(tmp_path, "--ws", "websockets-sansio", without_library=True),
    ):
        pass  # it does not start


@pytest.fixture(scope="module")
def samples(programs: Build) -> dict[str, Program]:
    return programs(load(FOLDER / "samples.toml"))


def join(port: int, **headers: str) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{port}/room", additional_headers={**SESSION, **headers})


def test_the_room_refuses_and_cuts_who_is_slow(samples: dict[str, Program]) -> None:
    with running_server(samples["server.py"], MAX_CLIENTS="2", **SETTINGS) as (_, port):
        url = f"ws://127.0.0.1:{port}/room"
        for headers, status in (
            ({}, 401),
            ({"Cookie": "session=other"}, 401),
            ({**SESSION, "Origin": "https://evil.example"}, 403),
            ({**SESSION, "Origin": "null"}, 403),
        ):
            assert outcome(url, additional_headers=headers).startswith(f"HTTP {status}")
        with raw(port, "/room") as idle, join(port, Origin=ORIGIN) as first:
            assert idle.recv(1) == b"H"  # its place is taken
            assert outcome(url, additional_headers=SESSION).startswith("HTTP 503")
            first.send("who is in?")
            assert first.recv(LIMIT) == "who is in?"
            for number in range(200):  # 12 MB, which no buffer of a loopback line holds
                first.send(bytes([number]) * 60_000)
                assert first.recv(LIMIT) == bytes([number]) * 60_000
            end = time.monotonic() + LIMIT
            while True:  # the idle one's place is free again
                try:
                    with join(port) as second:
                        first.send("hello")
                        assert (first.recv(LIMIT), second.recv(LIMIT)) == ("hello", "hello")
                    break
                except InvalidStatus:
                    assert time.monotonic() < end
                    time.sleep(0.1)


def test_its_tests_pass(samples: dict[str, Program]) -> None:
    program = samples["test_server.py"]
    done = subprocess.run(
        program.command("-W", "ignore", "-c", os.devnull, "--rootdir", "."),
        cwd=program.folder,
        capture_output=True,
        text=True,
        timeout=6 * LIMIT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_the_versions_are_those_of_the_page() -> None:
    for name in ("fastapi", "uvicorn", "websockets"):
        assert f"{name}=={version(name)}" in PAGE
