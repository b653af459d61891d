"""What /languages/rust/ shows: formatted, without a word from Clippy, and with the errors seen."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples import peers
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, free_port, run_client, running_server
from tests.samples.wire import CLOSE, TEXT, Peer

FOLDER = DOCS / "languages" / "rust"
FILES = sorted(FOLDER.glob("*.rs"))
PAGE = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
Programs = dict[str, Program]

pytestmark = pytest.mark.skipif(not shutil.which("cargo"), reason="there is no Rust toolchain here")


@pytest.fixture
def built(programs: Build) -> Programs:
    return programs(load(FOLDER / "samples.toml"))


def _output(*command: str, folder: Path = FOLDER) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _compile(compiler: str, file: str, folder: Path, *options: str) -> str:
    """Check ``file`` against the libraries that were built for the samples; returns the output."""
    libraries = folder / "target" / "debug" / "deps"
    externs = [
        f"--extern={name}={next(libraries.glob(f'lib{name}-*.rlib'))}"
        for name in ("futures_util", "rand", "subtle", "tokio", "tokio_tungstenite")
    ]
    target = ["--edition=2024", "--emit=metadata", "--out-dir=checked"]
    return _output(
        compiler, *target, f"-Ldependency={libraries}", *externs, *options, file, folder=folder
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_sample_is_formatted(file: Path) -> None:
    assert _output("rustfmt", "--check", "--edition", "2024", file.name) == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_clippy_finds_nothing(built: Programs, file: Path) -> None:
    folder = built[file.name].folder
    assert _compile("clippy-driver", file.name, folder, "-Dwarnings", "-Wclippy::all") == ""


def test_they_would_complain(built: Programs) -> None:
    folder = built["echo_client.rs"].folder
    (folder / "ugly.rs").write_text("fn main() {let n = 1; if n == n {println!()}}\n")
    assert _output("rustfmt", "--check", "--edition", "2024", "ugly.rs", folder=folder)
    assert "clippy::eq_op" in _compile("clippy-driver", "ugly.rs", folder, "-Wclippy::all")


def answering(answer: str) -> peers.Script:
    def script(sock: socket.socket, record: peers.Record) -> None:
        Peer.accept(sock, answer).wait_for_end()

    return script


def too_long(sock: socket.socket, record: peers.Record) -> None:
    peer = Peer.accept(sock)
    peer.receive_message()
    peer.send(TEXT, b"x" * 65_537)
    peer.wait_for_end()


def client_says(built: Programs, script: peers.Script, scheme: str = "ws") -> str:
    with peers.server(script) as record:
        url = record.url.replace("ws:", f"{scheme}:")
        result = run_client(built["echo_client.rs"], url)
    return result.err.removeprefix("echo_client: ").strip()


def nothing_there(built: Programs) -> str:
    result = run_client(built["echo_client.rs"], f"ws://127.0.0.1:{free_port()}/")
    return result.err.removeprefix("echo_client: ").strip()


def status(code: str) -> str:
    return f"HTTP/1.1 {code}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def server_says(built: Programs, sent: bytes) -> str:
    """What the echo server logs of a connection that sends this; it must get no HTTP answer."""
    with running_server(built["echo_server.rs"]) as (running, port):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
            sock.sendall(sent)
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(1) == b""
        (line,) = running.errors_with("echo_server: 127.0.0.1:", 1, within=30)
    return re.sub(r"^echo_server: \S+: ", "", line)


def closing_twice(built: Programs) -> str:
    """What the client meets that goes on sending when the server's close frame has come."""

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        peer.receive_message()
        peer.send(CLOSE, b"\x03\xe8")
        peer.wait_for_end()

    folder = built["echo_client.rs"].folder
    text = (folder / "echo_client.rs").read_text(encoding="utf-8")
    sound = "if echo != message {"
    assert text.count(sound) == 1
    broken = text.replace(sound, "socket.send(message.clone()).await?;\n    " + sound)
    (folder / "closing_twice.rs").write_text(broken, encoding="utf-8")
    said = _compile("rustc", "closing_twice.rs", folder, "--emit=link")
    assert said == "", said
    with peers.server(script) as record:
        error = _output("checked/closing_twice", record.url, folder=folder)
    return error.removeprefix("echo_client: ").strip()


MESSAGES: list[Callable[[Programs], str]] = [
    nothing_there,
    lambda built: client_says(built, peers.refusing),
    lambda built: client_says(built, answering(status("200 OK"))),
    lambda built: client_says(built, peers.mute, "http"),
    lambda built: client_says(built, peers.mute, "wss"),
    lambda built: client_says(
        built,
        answering(
            "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: x\r\n\r\n"
        ),
    ),
    lambda built: client_says(built, peers.vanishing),
    lambda built: client_says(built, too_long),
    closing_twice,
    lambda built: server_says(built, b""),
    lambda built: server_says(built, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
]


def test_the_messages_on_the_page_are_the_ones_seen(built: Programs) -> None:
    section = PAGE.split("{ #errors }", 1)[1].split("\n#", 1)[0]
    found = re.findall(r"^`([^`]+)`\n:   ", section, re.MULTILINE)
    shown = [message for message in found if not message.startswith("error[")]
    assert shown == [produce(built) for produce in MESSAGES]


def _pasted(file: str) -> str:
    """What a reader gets who pastes the page's blocks of ``file`` in their order."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    parts = []
    for name in re.findall(rf'^--8<-- "languages/rust/{file}:(.+)"$', PAGE, re.MULTILINE):
        inside = text.split(f"// --8<-- [start:{name}]\n", 1)[1]
        parts.append(inside.split(f"// --8<-- [end:{name}]\n", 1)[0])
    return "\n".join(parts)


def test_pasted_blocks_print_what_the_page_says(built: Programs) -> None:
    folder = built["echo_client.rs"].folder
    for name in ("client", "server"):
        (folder / f"pasted_{name}.rs").write_text(_pasted(f"echo_{name}.rs"), "utf-8")
        said = _compile("rustc", f"pasted_{name}.rs", folder, "--emit=link")
        assert said == "", said
    server = replace(built["echo_server.rs"].sample, run=("checked/pasted_server",))
    with running_server(Program(server, folder)) as (_, port):
        printed = _output("checked/pasted_client", f"ws://127.0.0.1:{port}/", folder=folder)
    assert f"It prints:\n\n```text\n{printed}```\n" in PAGE


# What stands in a sample, what a reader writes instead, and what the compiler says of that.
MISTAKES = [
    ("use futures_util::{SinkExt, StreamExt};", "use futures_util::SinkExt;"),
    ('Message::text("Hello, WebSocket! ✓")', "Message::Text(String::new())"),
]


def test_the_compiler_s_messages_are_the_ones_seen(built: Programs) -> None:
    folder = built["echo_client.rs"].folder
    text = (folder / "echo_client.rs").read_text(encoding="utf-8")
    seen = []
    for number, (sound, broken) in enumerate(MISTAKES):
        assert text.count(sound) == 1
        (folder / f"mistake_{number}.rs").write_text(text.replace(sound, broken), "utf-8")
        said = _compile("rustc", f"mistake_{number}.rs", folder)
        errors = re.findall(r"^error\[.*", said, re.MULTILINE)
        seen.append(errors[0].replace("`", "'") if errors else said)
    assert seen == re.findall(r"^`(error\[.+)`\n:   ", PAGE, re.MULTILINE)
