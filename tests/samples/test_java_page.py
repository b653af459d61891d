"""What /languages/java/ shows: formatted by google-java-format, and with the errors seen."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.samples import peers
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, Running, free_port, run_client, running_server
from tests.samples.wire import TEXT, Peer

FOLDER = DOCS / "languages" / "java"
FILES = sorted(FOLDER.glob("*.java"))
PAGE = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
# The newest that runs on Java 17.
FORMATTER = "com.google.googlejavaformat:google-java-format:1.28.0:jar:all-deps"
JAVAC = ["javac", "--release", "17", "-encoding", "UTF-8"]
Programs = dict[str, Program]

pytestmark = pytest.mark.skipif(
    not shutil.which("javac") or not shutil.which("mvn"), reason="there is no JDK with Maven here"
)


@pytest.fixture
def built(programs: Build) -> Programs:
    return programs(load(FOLDER / "samples.toml"))


def _output(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def formatter(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("formatter")
    copy = ["dependency:copy", f"-Dartifact={FORMATTER}", f"-DoutputDirectory={folder}"]
    said = _output("mvn", "--quiet", "--batch-mode", *copy, folder=FOLDER)
    (jar,) = folder.glob("*.jar")
    assert jar, said
    return ["java", "-jar", str(jar), "--dry-run"]


def test_samples_are_formatted(formatter: list[str]) -> None:
    assert _output(*formatter, *(file.name for file in FILES), folder=FOLDER) == ""


def test_the_formatter_would_complain(formatter: list[str], tmp_path: Path) -> None:
    (tmp_path / "Ugly.java").write_text("class Ugly {int n=1;}\n")
    assert _output(*formatter, "Ugly.java", folder=tmp_path) == "Ugly.java\n"


def _pasted(file: str) -> str:
    """What a reader gets who pastes the page's blocks of ``file`` in their order."""
    text = (FOLDER / file).read_text(encoding="utf-8")
    parts = []
    for name in re.findall(rf'^--8<-- "languages/java/{file}:(.+)"$', PAGE, re.MULTILINE):
        inside = re.split(rf"^ *// --8<-- \[start:{name}\]\n", text, flags=re.MULTILINE)[1]
        parts.append(re.split(rf"^ *// --8<-- \[end:{name}\]\n", inside, flags=re.MULTILINE)[0])
    return "\n".join(parts)


def test_pasted_blocks_print_what_the_page_says(built: Programs, tmp_path: Path) -> None:
    samples = {name: built[name].sample for name in ("EchoClient.java", "EchoServer.java")}
    for name in samples:
        (tmp_path / name).write_text(_pasted(name), "utf-8")
    shutil.copytree(built["EchoServer.java"].folder / "lib", tmp_path / "lib")
    said = _output(*JAVAC, "-cp", "lib/*", "-d", "classes", *samples, folder=tmp_path)
    assert said == "", said
    server, client = (
        Program(samples[f"Echo{name}.java"], tmp_path) for name in ("Server", "Client")
    )
    with running_server(server) as (_, port):
        printed = run_client(client, f"ws://127.0.0.1:{port}/").out
    assert f"It prints:\n\n```text\n{printed}```\n" in PAGE


def test_the_server_compresses_and_the_client_offers_nothing(built: Programs) -> None:
    with (
        running_server(built["EchoServer.java"]) as (_, port),
        connect(f"ws://127.0.0.1:{port}/", proxy=None) as websocket,
    ):
        assert websocket.response is not None
        assert websocket.response.headers["Sec-WebSocket-Extensions"] == "permessage-deflate"
    offered = []

    def asking(sock: socket.socket, record: peers.Record) -> None:
        offered.append(Peer.accept(sock).headers.get("sec-websocket-extensions"))

    client_says(built, asking)
    assert offered == [None]


def answering(answer: str) -> peers.Script:
    def script(sock: socket.socket, record: peers.Record) -> None:
        Peer.accept(sock, answer).wait_for_end()

    return script


def client_says(built: Programs, script: peers.Script, scheme: str = "ws") -> str:
    with peers.server(script) as record:
        url = record.url.replace("ws:", f"{scheme}:")
        result = run_client(built["EchoClient.java"], url)
    return result.err.removeprefix("EchoClient: ").strip()


def nothing_there(built: Programs) -> str:
    result = run_client(built["EchoClient.java"], f"ws://127.0.0.1:{free_port()}/")
    return result.err.removeprefix("EchoClient: ").strip()


def status(code: str) -> str:
    return f"HTTP/1.1 {code}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def sending_twice(built: Programs) -> str:
    """What a second send meets that does not wait for the first."""
    folder = built["EchoClient.java"].folder
    text = (folder / "EchoClient.java").read_text(encoding="utf-8")
    sound = "within(socket.sendText(text, true));"
    assert text.count(sound) == 1
    broken = text.replace(sound, 'socket.sendText("x".repeat(50_000_000), true);\n    ' + sound)
    (folder / "twice").mkdir(exist_ok=True)
    (folder / "twice" / "EchoClient.java").write_text(broken, "utf-8")
    said = _output(*JAVAC, "-d", "twice", "twice/EchoClient.java", folder=folder)
    assert said == "", said
    ended = threading.Event()

    def reading_nothing(sock: socket.socket, record: peers.Record) -> None:
        Peer.accept(sock)
        ended.wait(timeout=20)

    with peers.server(reading_nothing) as record:
        error = _output("java", "-cp", "twice", "EchoClient", record.url, folder=folder)
        ended.set()
    return error.removeprefix("EchoClient: ").strip()


def text_before_a_bare_end(built: Programs) -> str:
    """A race in the JDK, lost in one of about ten tries, and more rarely on a busy machine."""

    def script(sock: socket.socket, record: peers.Record) -> None:
        Peer.accept(sock).send(TEXT, b"the last words")

    program = built["ResilientClient.java"]
    with peers.server(script) as record:
        running = Running(program.command(record.url), program.folder, UNIT_MS="1")
        try:
            for _ in range(3000):  # the first that is lost ends it
                (line,) = running.errors_with("lost: ", 1, within=20)
                if "InternalError" in line:
                    return line.removeprefix("lost: ").partition(";")[0]
        finally:
            running.end()
    return "no message was lost"


def server_says(built: Programs, payload: bytes, *, masked: bool = True) -> str:
    with running_server(built["EchoServer.java"]) as (running, port):
        with Peer.connect(port) as peer:
            peer.send(TEXT, payload, masked=masked)
            peer.receive_message()
        (line,) = running.errors_with("EchoServer: ", 1, within=30)
    return line.removeprefix("EchoServer: org.eclipse.jetty.websocket.api.exceptions.")


def compiler_says(built: Programs, source: str, *options: str) -> str:
    folder = built["EchoServer.java"].folder
    (folder / "Mistake.java").write_text(source)
    said = _output(*JAVAC, *options, "-d", "mistake", "Mistake.java", folder=folder)
    return said.splitlines()[0].partition(": ")[2]


BAD_ACCEPT = (
    "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
)
MESSAGES: list[Callable[[Programs], str]] = [
    nothing_there,
    lambda built: client_says(built, peers.refusing),
    lambda built: client_says(built, answering(status("200 OK"))),
    lambda built: client_says(built, answering(BAD_ACCEPT)),
    lambda built: client_says(built, peers.mute, "http"),
    lambda built: client_says(built, peers.vanishing),
    sending_twice,
    text_before_a_bare_end,
    lambda built: server_says(built, b"x" * 65_537),
    lambda built: server_says(built, b"x", masked=False),
    lambda built: compiler_says(built, (FOLDER / "EchoServer.java").read_text("utf-8")),
    lambda built: compiler_says(
        built, "class A extends org.eclipse.jetty.websocket.api.WebSocketAdapter {}", "-cp", "lib/*"
    ),
]


def test_the_messages_on_the_page_are_the_ones_seen(built: Programs) -> None:
    section = PAGE.split("{ #errors }", 1)[1].split("\n#", 1)[0]
    shown = re.findall(r"^`([^`]+)`\n:   ", section, re.MULTILINE)
    assert shown == [produce(built) for produce in MESSAGES]
