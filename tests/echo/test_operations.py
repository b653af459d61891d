"""The server in operation: its counts, its log, its workers, its certificate and its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import trustme
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK
from websockets.sync.client import ClientConnection, connect

from echo_demo.settings import Settings
from echo_demo.tls import Certificate, CertificateError
from tests.echo import test_process
from tests.echo.plain import get, number
from tests.echo.raw import (
    CLOSE,
    RawClient,
    frame,
    request,
)
from tests.echo.test_limits import eventually, served
from tests.echo.test_process import run
from tests.tls import for_threads


def test_metrics_count_what_happened() -> None:
    with served(ping_interval=0.01) as server:
        with connect(server.url) as client:
            client.send("Hello")
            assert client.recv() == "Hello"
            eventually(lambda: number(get(server, "/metrics"), "echo_ping_seconds_count") > 0)
            assert number(get(server, "/metrics"), 'echo_messages_total{direction="in"}') == 1
        with RawClient(server) as raw:
            raw.open()
            raw.send(frame(CLOSE, b"\x0f\xa1"))
            raw.frames()
        eventually(lambda: not server.connections())
        text = get(server, "/metrics")
        assert number(text, "echo_connections") == 0
        assert number(text, "echo_connections_opened_total") == 2
        assert number(text, 'echo_messages_total{direction="out"}') == 1
        assert number(text, 'echo_closes_total{by="client",code="1000"}') == 1
        assert number(text, 'echo_closes_total{by="client",code="4000-4999"}') == 1


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command and the address it names, `wss:` ones included."""
    with test_process.process(*arguments) as running:
        assert running.stdout is not None
        yield running, running.stdout.readline().split()[3]


def test_the_log_has_a_line_for_each_connection_and_no_payload() -> None:
    with process("--log", "on") as (running, address):
        with connect(f"{address}demo?secret=1", user_agent_header="secret") as client:
            client.send("secret")
            client.recv()
            client.close(4000, "secret")
        running.send_signal(signal.SIGTERM)
        _, errors = running.communicate(timeout=20)
    (line,) = errors.splitlines()
    entry = json.loads(line)
    assert "secret" not in line
    assert (entry["client"], entry["path"], entry["code"], entry["by"]) == (
        "127.0.0.1",
        "/demo",
        4000,
        "client",
    )
    assert (entry["messages_in"], entry["messages_out"]) == (1, 1)


def test_a_log_that_nobody_reads_holds_up_nothing() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)
    command = [*test_process.COMMAND, "--port", "0", "--log", "on"]
    with subprocess.Popen(
        command,
        cwd=test_process.ROOT,
        env=test_process.ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=writing,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            address = running.stdout.readline().split()[3]
            assert _accepts(address, 3)
            running.terminate()
            assert running.wait(timeout=20) == 0
        finally:
            running.kill()
            os.close(reading)
            os.close(writing)


def test_draining_refuses_new_and_closes_old_bit_by_bit() -> None:
    # The longer time is for a machine that stood still for the shorter one.
    assert any(_drains(seconds) for seconds in (1, 5))


def _drains(seconds: int) -> bool:
    with process("--drain-time", str(seconds)) as (running, address), ExitStack() as stack:
        port = int(address.split(":")[2].rstrip("/"))
        clients = [stack.enter_context(connect(address)) for _ in range(20 * seconds)]
        running.send_signal(signal.SIGTERM)
        with pytest.raises(Exception, match="1001"):
            clients[0].recv(timeout=20)
        # The last is still served after the first was told to go.
        in_time = _refused_while_draining(port) and _still_served(clients[-1])
        for client in clients:
            with pytest.raises(Exception, match="1001"):
                client.recv(timeout=20)
        assert running.wait(timeout=20) == 0
        return in_time


def _refused_while_draining(port: int) -> bool:
    health = b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"
    with suppress(ConnectionError):
        for sent in (health, request()):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as late:
                late.sendall(sent)
                if not late.recv(65536).startswith(b"HTTP/1.1 503 "):
                    return False
        return True
    return False


def _still_served(client: ClientConnection) -> bool:
    with suppress(ConnectionClosed):
        client.send("Hello")
        return client.recv(timeout=20) == "Hello"
    return False


def test_workers_share_a_port_and_their_counts_and_are_replaced() -> None:
    with process("--workers", "3") as (running, address), ExitStack() as stack:
        url = f"http{address[2:]}metrics"
        clients = [stack.enter_context(connect(address)) for _ in range(24)]
        for client in clients:
            client.send("Hello")
            assert client.recv(timeout=20) == "Hello"

        def messages() -> float:
            with urllib.request.urlopen(url) as answer:
                return number(answer.read().decode(), 'echo_messages_total{direction="in"}')

        eventually(lambda: messages() == 24)
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        assert len(children) == 3
        os.kill(int(children[0]), signal.SIGKILL)
        assert running.stderr is not None
        assert running.stderr.readline() == "echo-demo: worker 0 ended with -9\n"
        eventually(lambda: _accepts(address, 24))
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=20) == 0


def _accepts(address: str, times: int) -> bool:
    for _ in range(times):
        with connect(address) as client:
            client.send("again")
            assert client.recv(timeout=20) == "again"
    return True


def test_workers_end_with_their_supervisor() -> None:
    with process("--workers", "2") as (running, address), connect(address) as client:
        running.kill()
        with pytest.raises(ConnectionClosedOK) as closed:
            client.recv(timeout=20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        port = int(address.split(":")[2].rstrip("/"))
        eventually(lambda: _refused(port))


def _refused(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def test_workers_find_a_busy_port() -> None:
    with process("--workers", "2") as (_, address):
        port = address.split(":")[2].rstrip("/")
        done = run("--workers", "2", "--port", port)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "in use" in done.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_all_ipv6_addresses_are_no_ipv4_ones(workers: str) -> None:
    # Another program may listen at IPv4's port of that number, not at all three.
    assert any(_ipv6_alone(workers) for _ in range(3))


def _ipv6_alone(workers: str) -> bool:
    with process("--host", "::", "--workers", workers) as (_, address):
        port = int(address.rpartition(":")[2].rstrip("/"))
        with connect(f"ws://[::1]:{port}/") as client:
            client.send("Hello")
            assert client.recv(timeout=20) == "Hello"
        return _refused(port)


def test_tls_and_a_new_certificate_without_an_interruption(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = for_threads(ssl.create_default_context())
    authority.configure_trust(context)
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"

    def issue() -> int:
        issued = authority.issue_cert("127.0.0.1")
        issued.private_key_pem.write_to_path(str(key))
        cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        found = ssl._ssl._test_decode_cert(str(cert))  # type: ignore[attr-defined]
        return int(found["serialNumber"], 16)

    def served_serial() -> int:
        with connect(address, ssl=context) as client:
            found = client.socket.getpeercert()  # type: ignore[attr-defined]
            client.send("Hello")
            assert client.recv(timeout=20) == "Hello"
            return int(found["serialNumber"], 16)

    first = issue()
    with process("--cert", str(cert), "--key", str(key)) as (running, address):
        assert address.startswith("wss://")
        with urllib.request.urlopen(f"https{address[3:]}", context=context) as page:
            assert f'new WebSocket("{address}")' in page.read().decode()
        with connect(address, ssl=context) as old:
            assert served_serial() == first
            second = issue()
            running.send_signal(signal.SIGHUP)
            eventually(lambda: served_serial() == second)
            key.write_text("broken")
            running.send_signal(signal.SIGHUP)
            assert running.stderr is not None
            assert "the old certificate stays in use" in running.stderr.readline()
            assert served_serial() == second
            old.send("still here")
            assert old.recv(timeout=20) == "still here"
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=20) == 0


def test_files_that_change_while_they_are_read_again_are_an_error_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert = tmp_path / "cert.pem"
    issued = trustme.CA().issue_cert("127.0.0.1")
    cert.write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    certificate = Certificate(Settings(cert=str(cert)))
    monkeypatch.setattr(certificate, "_read", lambda: cert.write_text("half"))
    with pytest.raises(CertificateError, match=r"cert\.pem"):
        certificate.reload()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_certificate_that_can_not_be_used_is_one_line(tmp_path: Path, workers: str) -> None:
    (tmp_path / "broken.pem").write_text("broken")
    for name in ("missing.pem", "broken.pem"):
        done = run("--port", "0", "--workers", workers, "--cert", str(tmp_path / name))
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert name in done.stderr


def test_a_tls_handshake_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    cert = tmp_path / "cert.pem"
    issued = trustme.CA().issue_cert("127.0.0.1")
    cert.write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    with process("--cert", str(cert), "--open-timeout", "0.2") as (running, address):
        port = int(address.split(":")[2].rstrip("/"))
        # Nothing, half of a record, and what is not TLS.
        for sent in (b"", b"\x16\x03\x01\x02\x00\x01", request()):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                client.sendall(sent)
                with suppress(ConnectionResetError):
                    while client.recv(65536):
                        pass
        running.send_signal(signal.SIGTERM)
        out, errors = running.communicate(timeout=20)
        assert (running.returncode, out, errors) == (0, "", "")


def test_workers_drain_under_load() -> None:
    arguments = ("--workers", "2", "--drain-time", "0.5", "--close-timeout", "5")
    with process(*arguments) as (running, address), ExitStack() as stack:
        clients = [stack.enter_context(connect(address)) for _ in range(20)]
        for round_ in range(3):
            for client in clients:
                client.send(f"before {round_}")
        running.send_signal(signal.SIGTERM)
        for client in clients:
            # What was sent before is still answered, then comes the end.
            assert [client.recv(timeout=20) for _ in range(3)] == [f"before {n}" for n in range(3)]
            with pytest.raises(Exception, match="1001"):
                client.recv(timeout=20)
        out, errors = running.communicate(timeout=20)
        assert (running.returncode, out, errors) == (0, "", "")
