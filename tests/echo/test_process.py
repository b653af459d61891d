"""The server as a process of its own: its first line, its signals, its exit status."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.echo.raw import BINARY, TEXT, frame, request

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "error", "-m", "echo_demo"]
ENVIRONMENT = {name: text for name, text in os.environ.items() if not name.startswith("ECHO_")}


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, which is a refusal to start."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def address_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    line = running.stdout.readline()
    found = re.fullmatch(
        r"echo server on (ws://127\.0\.0\.1:(\d+)/) \(reports: ws://127\.0\.0\.1:\2/demo\)\n", line
    )
    assert found is not None, line
    return found[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_connections_and_ends_with_0(number: signal.Signals) -> None:
    with process() as running:
        address = address_of(running)
        with connect(address) as one, connect(f"{address}demo") as two:
            one.send("Hello")
            assert one.recv() == "Hello"
            running.send_signal(number)
            for client in (one, two):
                with pytest.raises(ConnectionClosed) as closed:
                    client.recv(timeout=20)
                assert closed.value.rcvd is not None
                assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
                    1001,
                    "server shutting down",
                )
        out, err = running.communicate(timeout=20)
        assert (running.returncode, out, err) == (0, "", "")


def test_a_signal_ends_it_though_a_client_does_not_answer() -> None:
    with process("--close-timeout", "0.2") as running:
        address = address_of(running)
        port = int(address.split(":")[2].rstrip("/"))
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            running.send_signal(signal.SIGTERM)
            assert client.recv(1) == b""
        out, err = running.communicate(timeout=20)
        assert (running.returncode, out, err) == (0, "", "")


def test_a_second_signal_ends_it_at_once() -> None:
    with process("--close-timeout", "3600") as running:
        address = address_of(running)
        port = int(address.split(":")[2].rstrip("/"))
        # A client that does not answer the server's close frame.
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(request("/"))
            assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
            running.send_signal(signal.SIGTERM)
            assert client.recv(65536)[:4] == b"\x88\x16\x03\xe9"
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=20) == 128 + signal.SIGINT


def test_a_busy_port_is_one_line_and_status_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = subprocess.run(
            [*COMMAND],
            cwd=ROOT,
            env=ENVIRONMENT | {"ECHO_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    for part in (f"127.0.0.1:{port}", "in use", "--port", "ECHO_PORT"):
        assert part in done.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "256.256.256.256", "a..b", "a" * 70])
def test_a_host_that_is_not_here_is_one_line_and_status_2(host: str) -> None:
    done = run("--port", "0", "--host", host)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.count(host) == 1


def test_a_value_of_two_lines_is_still_one_line() -> None:
    done = run("--port", "80\n81")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--port 80 81:" in done.stderr


@pytest.mark.parametrize("output", ["nobody reads it", "it is closed"])
def test_it_serves_though_its_first_line_can_not_be_printed(output: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [*COMMAND, "--port", "0"]
    if output == "it is closed":
        command = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    with subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=writing, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            os.close(writing)
            with connect(f"ws://127.0.0.1:{_port_of(running)}/") as client:
                client.send("Hello")
                assert client.recv(timeout=20) == "Hello"
            running.send_signal(signal.SIGTERM)
            _, err = running.communicate(timeout=20)
            assert (running.returncode, err) == (0, "")
        finally:
            running.kill()


def _port_of(running: subprocess.Popen[str]) -> int:
    """The port of a process that cannot print it, once it listens."""
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        assert running.poll() is None
        for found in psutil.Process(running.pid).net_connections("tcp4"):
            if found.status == psutil.CONN_LISTEN:
                return int(found.laddr.port)
    raise TimeoutError("it does not listen")


def test_a_hangup_before_it_serves_does_not_end_it() -> None:
    program = (
        "import os, signal\n"
        "import echo_demo.__main__ as command\n"
        "command._run = lambda settings: os.kill(os.getpid(), signal.SIGHUP) or 0\n"
        "raise SystemExit(command.main(['--port', '0']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=ENVIRONMENT, check=False)
    assert done.returncode == 0


def test_a_key_without_its_certificate_names_the_options() -> None:
    done = run("--key", "key.pem")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--key key.pem" in done.stderr
    assert "--cert" in done.stderr


def test_signals_while_messages_come_and_queues_are_full() -> None:
    arguments = ("--close-timeout", "0.5", "--drain-time", "0.2", "--max-byte-rate", "0")
    with process(*arguments) as running, ExitStack() as stack:
        port = int(address_of(running).split(":")[2].rstrip("/"))

        def opened() -> socket.socket:
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            client.sendall(request("/"))
            assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
            return client

        middle, queued = opened(), opened()
        # Half of a fragment; and echoes that nobody reads, until the server reads no more.
        middle.sendall(frame(TEXT, b"half", fin=False)[:-2])
        queued.settimeout(0.2)
        with pytest.raises(TimeoutError):
            while True:
                queued.sendall(frame(BINARY, bytes(65536)))
        running.send_signal(signal.SIGTERM)
        assert middle.recv(65536)[:4] == b"\x88\x16\x03\xe9"
        out, err = running.communicate(timeout=20)
        assert (running.returncode, out, err) == (0, "", "")
