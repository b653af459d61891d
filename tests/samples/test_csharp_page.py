"""What /languages/csharp/ shows beside its samples: the host runs, the errors are those seen."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.content.fences import blocks
from tests.samples import broadcast, contract, dotnet, peers, resilient
from tests.samples.conftest import Build
from tests.samples.csharpier import formatted
from tests.samples.manifest import DOCS, Sample, load
from tests.samples.programs import Program, free_port, run_client, running_server
from tests.samples.wire import TEXT, Peer, WireError

FOLDER = DOCS / "languages" / "csharp"
PAGE = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
MANIFEST = load(FOLDER / "samples.toml")
SAMPLES = {sample.file: sample for sample in MANIFEST.samples}
Programs = dict[str, Program]

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, MANIFEST.tools)), reason=f"not all of {MANIFEST.tools} are here"
)


def _program(folder: Path, file: str, change: Callable[[str], str] = lambda text: text) -> Program:
    text = (FOLDER / file).read_text(encoding="utf-8")
    (folder / file).write_text(change(text), encoding="utf-8")
    dotnet.compile_all([file.removesuffix(".cs")], folder)
    return Program(SAMPLES[file], folder)


def _host() -> str:
    written = [block for block in blocks(PAGE) if not block.includes]
    (host,) = [block.text for block in written if block.language == "csharp"]
    return host


# What stands for a part of the page's host: Mono's compiler is older than `using var`, and the
# contract wants a port, one line and no log.
INSTEAD = {
    r"^using System.Net.WebSockets;\n": "",  # it stands above the method
    r"using var (socket|stop) = ([^;]+);": r"using (var \1 = \2)",
    r'app.Run\("http://127.0.0.1:8765"\)': """
        app.Lifetime.ApplicationStarted.Register(
            () => System.Console.WriteLine($"listening on ws://127.0.0.1:{args[0]}"));
        app.Run($"http://127.0.0.1:{args[0]}")""",
}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The host of ASP.NET Core that the page shows, with the method `Echo` of EchoServer.cs."""
    folder = tmp_path_factory.mktemp("host")
    top = _host()
    for part, other in INSTEAD.items():
        top, found = re.subn(part, other, top)
        assert found, part
    sample = (FOLDER / "EchoServer.cs").read_text("utf-8")
    echo = sample.split("[start:echo]\n", 1)[1].split("// --8<-- [end:echo]", 1)[0]
    quiet = 'Environment.SetEnvironmentVariable("Logging__LogLevel__Default", "None");'
    (folder / "Host.cs").write_text(
        "using Microsoft.AspNetCore.Builder;\nusing Microsoft.AspNetCore.Http;\n"
        f"{echo}static void Main(string[] args) {{ {quiet}\n{top}}} }}\n",
        "utf-8",
    )
    dotnet.compile_all(["Host"], folder, web=True)
    size = SAMPLES["EchoServer.cs"].max_size
    return Program(Sample("Host.cs", "server", ("./dotnet", "Host.dll"), size), folder)


@pytest.mark.parametrize(
    "check",
    [
        contract.server_echoes,
        contract.server_answers_ping,
        contract.server_limits_messages,
        contract.server_closes_with_the_client,
        contract.server_stops_on_sigterm,
    ],
    ids=lambda check: check.__name__,
)
def test_the_host_keeps_the_contract(host: Program, check: Callable[[Program], None]) -> None:
    check(host)


def test_the_host_refuses_what_is_no_websocket_and_other_origins(host: Program) -> None:
    with running_server(host) as (_, port):
        with Peer.connect(port, "Origin: https://app.example.com") as peer:
            peer.send(TEXT, b"in")
            assert peer.receive_message().payload == b"in"
        with pytest.raises(WireError, match="403"), Peer.connect(port, "Origin: null"):
            pass
        with socket.create_connection(("127.0.0.1", port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert plain.recv(1024).startswith(b"HTTP/1.1 426 ")


def test_the_samples_are_formatted() -> None:
    for path in FOLDER.glob("*.cs"):
        text = path.read_text(encoding="utf-8")
        assert formatted(text, path) == text, path
    assert formatted(_host(), FOLDER / "Host.cs") == _host()
    assert formatted("class A{}", FOLDER / "A.cs") == "class A { }\n"


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


def never_a_pong(sock: socket.socket, record: peers.Record) -> None:
    peer = Peer.accept(sock)
    while peer.receive():
        pass


def unanswered(built: Programs) -> str:
    """What the resilient client says, without what encloses it."""
    client, line = built["ResilientClient.cs"], ""
    with peers.server(never_a_pong) as record, resilient.listening(client, record.url) as running:
        # A slow machine may lose the first connections before they are open.
        while "(" not in line:
            (line,) = running.errors_with("lost: ", 1, within=resilient.PATIENCE)
    return line.split("(", 1)[1].split(")", 1)[0]


def pinged(program: Program) -> None:
    """The client notices that its ping is not answered."""
    with peers.server(never_a_pong) as record, resilient.listening(program, record.url) as running:
        running.errors_with("lost: ", 1, within=5)


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
    unanswered,
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
    "a client that never pings": (
        "ResilientClient.cs",
        "socket.Options.KeepAliveTimeout = Seconds(10);",
        "",
        pinged,
        "not 1 lines",
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
