"""What /languages/csharp/ shows: parsed, with the errors seen; and faults are found.

The heartbeat of ResilientClient.cs needs .NET 9. It is taken out here; the rest keeps the contract.
"""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import tree_sitter_c_sharp
from tree_sitter import Language, Parser

from echo_demo.background import BackgroundServer
from tests.content.fences import blocks
from tests.samples import broadcast, contract, dotnet, peers, resilient
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, free_port, run_client
from tests.samples.wire import TEXT, Peer

FOLDER = DOCS / "languages" / "csharp"
PAGE = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
MANIFEST = load(FOLDER / "samples.toml")
SAMPLES = {sample.file: sample for sample in MANIFEST.samples}
NEEDS_NET_9 = "                socket.Options.KeepAliveTimeout = Seconds(10);\n"
RESILIENT = "ResilientClient.cs"
Programs = dict[str, Program]

pytestmark = pytest.mark.skipif(not shutil.which("mcs"), reason="Mono's compiler is not here")


def _program(folder: Path, file: str, change: Callable[[str], str] = lambda text: text) -> Program:
    text = (FOLDER / file).read_text(encoding="utf-8")
    (folder / file).write_text(change(text), encoding="utf-8")
    dotnet.compile_all([file.removesuffix(".cs")], folder)
    return Program(SAMPLES[file], folder)


def _without_heartbeat(text: str) -> str:
    assert text.count(NEEDS_NET_9) == 1
    return text.replace(NEEDS_NET_9, "")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The resilient client, without what only .NET 9 has."""
    return _program(tmp_path_factory.mktemp("resilient"), RESILIENT, _without_heartbeat)


@pytest.mark.parametrize(
    "path", [path for path in resilient.LOSSES if "silent" not in path and "pong" not in path]
)
def test_it_connects_again(client: Program, echo_server: BackgroundServer, path: str) -> None:
    resilient.connects_again(client, echo_server.url, path)


@pytest.mark.parametrize("path", resilient.FINAL)
def test_it_gives_up(client: Program, echo_server: BackgroundServer, path: str) -> None:
    resilient.gives_up(client, echo_server.url, path)


@pytest.mark.parametrize(
    "check",
    [
        check
        for check in resilient.CHECKS
        if check is not resilient.starts_over_after_a_good_connection
    ],
    ids=lambda check: check.__name__,
)
def test_it_keeps_the_contract(client: Program, check: Callable[[Program], None]) -> None:
    check(client)


def test_it_says_how_to_call_it(client: Program) -> None:
    contract.wants_one_argument(client)


def test_with_the_heartbeat_it_compiles(tmp_path: Path) -> None:
    _program(tmp_path, RESILIENT)


def _faults(code: str) -> str:
    tree = Parser(Language(tree_sitter_c_sharp.language())).parse(code.encode())
    return str(tree.root_node) if tree.root_node.has_error else ""


def test_the_host_of_asp_net_core_parses() -> None:
    (block,) = [block for block in blocks(PAGE) if block.language == "csharp"]
    assert _faults(block.text) == ""
    assert _faults(block.text.replace("});", "}", 1)) != ""


@pytest.mark.parametrize("file", SAMPLES)
def test_lines_are_short_and_end_where_they_end(file: str) -> None:
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        assert len(line) <= 120, line
        assert line == line.rstrip(), line
        assert "\t" not in line, line


@pytest.fixture
def built(programs: Build) -> Programs:
    return programs(MANIFEST)


def answering(answer: str) -> peers.Script:
    def script(sock: socket.socket, record: peers.Record) -> None:
        Peer.accept(sock, answer).wait_for_end()

    return script


def masking(sock: socket.socket, record: peers.Record) -> None:
    peer = Peer.accept(sock)
    peer.receive_message()
    peer.send(TEXT, b"x", masked=True)
    peer.wait_for_end()


def client_says(built: Programs, script: peers.Script, scheme: str = "ws") -> str:
    with peers.server(script) as record:
        result = run_client(built["EchoClient.cs"], record.url.replace("ws:", f"{scheme}:"))
    return result.err.removeprefix("EchoClient: ").strip()


def nothing_there(built: Programs) -> str:
    port = free_port()
    result = run_client(built["EchoClient.cs"], f"ws://127.0.0.1:{port}/")
    return result.err.removeprefix("EchoClient: ").strip().replace(str(port), "8765")


def sending_late(tmp_path: Path) -> str:
    """A send after a receive was canceled."""
    sound = "            await socket.ConnectAsync(url, timeout.Token);\n"
    late = (
        "            try { await socket.ReceiveAsync(new ArraySegment<byte>(new byte[1]),"
        " new CancellationTokenSource(100).Token); } catch (OperationCanceledException) {}\n"
    )
    program = _program(tmp_path, "EchoClient.cs", lambda text: text.replace(sound, sound + late))
    with peers.server(peers.silent) as record:
        return run_client(program, record.url).err.removeprefix("EchoClient: ").strip()


def status(code: str) -> str:
    return f"HTTP/1.1 {code}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


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
    lambda built: client_says(built, masking),
]


def test_the_messages_on_the_page_are_the_ones_seen(built: Programs, tmp_path: Path) -> None:
    section = PAGE.split("{ #errors }", 1)[1].split("\n#", 1)[0]
    shown = re.findall(r"^`([^`]+)`\n:   ", section, re.MULTILINE)
    assert shown == [*(produce(built) for produce in MESSAGES), sending_late(tmp_path)]


# The file, the sound text, the broken text, the check that must fail, and what it says.
FAULTS: dict[str, tuple[str, str, str, Callable[[Program], None], str]] = {
    "text echoed as binary": (
        "EchoServer.cs",
        "SendAsync(message, part.MessageType,",
        "SendAsync(message, WebSocketMessageType.Binary,",
        contract.server_echoes,
        "opcode 1 came back as 2",
    ),
    "a lower limit": (
        "EchoServer.cs",
        "if (length > MaxSize)",
        "if (length >= MaxSize)",
        contract.server_limits_messages,
        "opcode 2 came back as 8",
    ),
    "another code at the end": (
        "EchoServer.cs",
        "WebSocketCloseStatus.EndpointUnavailable",
        "WebSocketCloseStatus.NormalClosure",
        contract.server_stops_on_sigterm,
        "closed with 1000",
    ),
    "a client that trusts a wrong echo": (
        "EchoClient.cs",
        "part.MessageType != type || ",
        "part.MessageType != type && ",
        lambda program: contract.client_notices(program, peers.echoing(peers.wrong_binary)),
        "exit status 0 for a failure",
    ),
    "no authentication": (
        "BroadcastServer.cs",
        "if (!Same(session, token))",
        "if (token == session + session)",
        broadcast.admits_who_has_the_token,
        "which deserve 401",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    file, sound, broken, check, found = FAULTS[fault]

    def change(text: str) -> str:
        assert text.count(sound) == 1, f"{sound!r} must stand once in {file}"
        return text.replace(sound, broken)

    program = _program(tmp_path, file, change)
    with pytest.raises((AssertionError, OSError), match=found):
        check(program)
