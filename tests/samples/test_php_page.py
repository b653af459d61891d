"""What /languages/php/ shows: in PSR-12, parsed, with the errors seen; and faults are found.

Its WebSocket.php, Client.php and Server.php are run by the four programs that require them.
"""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from websockets.sync.server import ServerConnection, serve

from tests.content.fences import blocks
from tests.deploy.programs import need
from tests.samples import broadcast, contract, peers, resilient
from tests.samples.conftest import Build
from tests.samples.faults import at
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, run_client, running_server
from tests.samples.wire import TEXT, Peer
from tests.tls import for_threads

FOLDER = DOCS / "languages" / "php"
PAGE = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
MANIFEST = load(FOLDER / "samples.toml")
SAMPLES = {sample.file: sample for sample in MANIFEST.samples}
Programs = dict[str, Program]

pytestmark = pytest.mark.skipif(not shutil.which("php"), reason="there is no PHP here")


@pytest.fixture
def built(programs: Build) -> Programs:
    return programs(MANIFEST)


def _output(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _style(*files: str, folder: Path) -> str:
    # A program is one file that declares and acts, and has no namespace.
    left_out = "PSR1.Files.SideEffects,PSR1.Classes.ClassDeclaration"
    command = [need("phpcs"), "-q", "--standard=PSR12", f"--exclude={left_out}", *files]
    return _output(*command, folder=folder)


def test_samples_are_in_psr_12() -> None:
    assert _style(*SAMPLES, folder=FOLDER) == ""


def test_the_style_would_be_missed(tmp_path: Path) -> None:
    (tmp_path / "ugly.php").write_text("<?php\nif(true){echo 1;}\n")
    assert "Expected 1 space" in _style("ugly.php", folder=tmp_path)


@pytest.mark.parametrize("file", SAMPLES)
def test_samples_parse(file: str) -> None:
    assert _output("php", "-l", file, folder=FOLDER).startswith("No syntax errors")


def test_the_library_s_program_parses(tmp_path: Path) -> None:
    written = [block for block in blocks(PAGE) if not block.includes]
    (block,) = [block for block in written if block.language == "php"]
    (tmp_path / "amp.php").write_text(block.text)
    assert _output("php", "-l", "amp.php", folder=tmp_path).startswith("No syntax errors")


@contextmanager
def secure_server(folder: Path) -> Iterator[tuple[int, Path]]:
    """An echo server for wss; gives its port and the certificate of its authority."""
    authority = trustme.CA()
    context = for_threads(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))

    def handle(websocket: ServerConnection) -> None:
        for message in websocket:
            websocket.send(message)

    with serve(handle, "127.0.0.1", 0, ssl=context) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1], folder / "authority.pem"
        finally:
            server.shutdown()
            thread.join()


def test_the_client_checks_a_certificate(tmp_path: Path) -> None:
    with secure_server(tmp_path) as (port, authority):
        url = f"wss://127.0.0.1:{port}/"
        trusting = ["php", "-d", f"openssl.cafile={authority}", "echo_client.php", url]
        assert _output(*trusting, folder=FOLDER).startswith("text: Hello, WebSocket! ✓\nbinary: ")
        said = _output("php", "echo_client.php", url, folder=FOLDER)
    assert f"Unable to connect to tls://127.0.0.1:{port}" in said


def test_the_server_answers_what_is_no_opening_handshake(built: Programs) -> None:
    wanted = {
        "POST / HTTP/1.1\r\nHost: a\r\n": "400",
        "GET / HTTP/1.1\r\n": "400",
        "GET / HTTP/1.1\r\nHost: a\r\n": "426",
        "GET / HTTP/1.1\r\nHost: a\r\n" + "x: y\r\n" * 3000: "431",
    }
    with running_server(built["echo_server.php"]) as (_, port):
        for request, status in wanted.items():
            with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
                sock.sendall(f"{request}\r\n".encode())
                head = Peer(sock, client=True, timeout=20).read_head()
            assert head.startswith(f"HTTP/1.1 {status} "), request


def php_says(code: str, *options: str) -> str:
    said = _output(
        "php", "-d", "display_errors=1", "-d", "log_errors=0", *options, "-r", code, folder=FOLDER
    )
    return said.replace("\n", " ")


def stranger_says(folder: Path) -> str:
    """What a client meets that does not know the server's authority."""
    with secure_server(folder) as (port, _):
        said = php_says(f"stream_socket_client('tls://127.0.0.1:{port}');")
    return said.replace(f":{port}", ":8765")


def client_says(built: Programs, script: peers.Script) -> str:
    with peers.server(script) as record:
        result = run_client(built["echo_client.php"], record.url)
    return result.err.removeprefix("echo_client.php: ").strip()


def server_says(built: Programs) -> str:
    with running_server(built["echo_server.php"]) as (running, port):
        with Peer.connect(port) as peer:
            peer.send(TEXT, b"x", masked=False)
            peer.receive_message()
        (line,) = running.errors_with("127.0.0.1:", 1, within=20)
    return line.partition(": ")[2]


MANY = (
    "for ($i = 0; $i < 1100; $i++) { $open[] = fopen('/dev/null', 'r'); }"
    "$read = [end($open)]; $write = $except = null; stream_select($read, $write, $except, 0);"
)
NONE = "$read = $write = []; $except = null; stream_select($read, $write, $except, 0);"
MESSAGES: list[Callable[[Programs], str]] = [
    lambda _: php_says("stream_socket_client('wss://example.com:443');"),
    lambda _: php_says("file_get_contents('ws://example.com/');"),
    lambda _: _output(
        "bash", "-c", 'ulimit -n 2048; php -d display_errors=1 -r "$1"', "-", MANY, folder=FOLDER
    ),
    lambda _: php_says(NONE),
    lambda _: php_says("pcntl_async_signals(true);", "-d", "disable_functions=pcntl_async_signals"),
    lambda built: stranger_says(built["echo_client.php"].folder),
    lambda built: client_says(built, peers.refusing),
    lambda built: client_says(built, peers.vanishing),
    server_says,
]


def test_the_messages_on_the_page_are_the_ones_seen(built: Programs) -> None:
    section = PAGE.split("{ #errors }", 1)[1].split("\n#", 1)[0]
    shown = re.findall(r"^`([^`]+)`\n:   ", section, re.MULTILINE)
    assert len(shown) == len(MESSAGES)
    for message, produce in zip(shown, MESSAGES, strict=True):
        assert message in produce(built)


# The file, the sound text, the broken text, the program, the check that must fail, what it says.
FAULTS: dict[str, tuple[str, str, str, str, Callable[[Program], None], str]] = {
    "no limit": (
        "WebSocket.php",
        "<= $this->maxSize;",
        "<= 1 << 30;",
        "echo_server.php",
        contract.server_limits_messages,
        "instead of a close frame",
    ),
    "text that is not UTF-8": (
        "WebSocket.php",
        "preg_match('//u', $message[1]) === 1",
        "true",
        "echo_server.php",
        contract.server_fails_broken_peers,
        "instead of a close frame",
    ),
    "another answer than the client's kind": (
        "echo_server.php",
        "send($kind, $payload)",
        "send(WebSocket::TEXT, $payload)",
        "echo_server.php",
        contract.server_echoes,
        "opcode 2 came back as 1",
    ),
    "another code at the end": (
        "Server.php",
        "close(1001, ",
        "close(1000, ",
        "echo_server.php",
        contract.server_stops_on_sigterm,
        "closed with 1000",
    ),
    "a client that trusts a wrong echo": (
        "echo_client.php",
        "!== [$kind, $payload]",
        "=== null",
        "echo_client.php",
        lambda program: contract.client_notices(program, peers.echoing(peers.wrong_binary)),
        "exit status 0 for a failure",
    ),
    "no jitter": (
        "resilient_client.php",
        "random_int($least * 1_000_000, $most * 1_000_000) / 1_000_000",
        "$most",
        "resilient_client.php",
        resilient.waits_exponentially_with_full_jitter,
        "no short pauses",
    ),
    "a second attempt after 1008": (
        "resilient_client.php",
        "$code === 1008",
        "$code === 1",
        "resilient_client.php",
        at("/close/1008?after=1", resilient.gives_up),
        "did not end within",
    ),
    "no authentication": (
        "broadcast_server.php",
        "!hash_equals($token, $session[1] ?? '')",
        "$token === ''",
        "broadcast_server.php",
        broadcast.admits_who_has_the_token,
        "which deserve 401",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, sound, broken, program, check, found = FAULTS[fault]
    if program == "resilient_client.php":
        monkeypatch.setattr("tests.samples.programs.CLIENT_LIMIT", 3.0)
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert text.count(sound) == 1, f"{sound!r} must stand once in {file}"
    (tmp_path / file).write_text(text.replace(sound, broken), encoding="utf-8")
    with pytest.raises((AssertionError, OSError), match=found):
        check(Program(SAMPLES[program], tmp_path))
