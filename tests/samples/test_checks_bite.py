"""The checks find the faults they are there for: each sample here is broken in one way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.samples import contract, faults, peers
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program

FOLDER = DOCS / "languages" / "python"
SAMPLES = {sample.file: sample for sample in load(FOLDER / "samples.toml").samples}
CLIENT, SERVER = "echo_client.py", "echo_server.py"


def notices(script: peers.Script) -> Callable[[Program], None]:
    return lambda program: contract.client_notices(program, script)


FAULTS: dict[str, faults.Fault] = {
    **faults.FAULTS,
    "client: text sent as binary": (
        CLIENT,
        "websocket.send(message)",
        "websocket.send(message, text=False)",
        contract.client_echoes,
        "text message came back as bytes",
    ),
    "client: no binary message": (
        CLIENT,
        "for message in MESSAGES",
        "for message in MESSAGES[:1]",
        contract.client_echoes,
        "one line for each message",
    ),
    "client: closes with another code": (
        CLIENT,
        "            await exchange(websocket, message)",
        "            await exchange(websocket, message)\n        await websocket.close(1001)",
        contract.client_echoes,
        "the client closed with 1001",
    ),
    "client: does not close": (
        CLIENT,
        "            await exchange(websocket, message)",
        "            await exchange(websocket, message)\n        websocket.transport.abort()",
        contract.client_echoes,
        "the peer ended the TCP connection",
    ),
    "client: prints nothing": (
        CLIENT,
        '    print(f"{kind}: {echo!r}")',
        "",
        contract.client_echoes,
        "one line for each message",
    ),
    "client: trusts a wrong echo": (
        CLIENT,
        "echo != message",
        "not echo",
        notices(peers.echoing(peers.wrong_binary)),
        "exit status 0 for a failure",
    ),
    "client: does not tell text from binary": (
        CLIENT,
        "echo != message",
        "(e.encode() if isinstance(e := echo, str) else e)"
        " != (m.encode() if isinstance(m := message, str) else m)",
        notices(peers.echoing(peers.text_as_binary)),
        "exit status 0 for a failure",
    ),
    "client: exits 0 after a failure": (
        CLIENT,
        'sys.exit(f"echo_client.py: {type(error).__name__}: {error}")',
        "print(error, file=sys.stderr)",
        contract.client_notices_nothing_there,
        "exit status 0 for a failure",
    ),
    "client: fails without a reason": (
        CLIENT,
        'sys.exit(f"echo_client.py: {type(error).__name__}: {error}")',
        "sys.exit(1)",
        contract.client_notices_nothing_there,
        "no reason on standard error",
    ),
    "client: fails with a traceback": (
        CLIENT,
        "except (OSError, ",
        "except (",
        contract.client_notices_nothing_there,
        "a reason is a line or two",
    ),
    "client: waits too long": (
        CLIENT,
        "asyncio.timeout(6)",
        "asyncio.timeout(30)",
        notices(peers.silent),
        "did not end within 10 s",
    ),
    "server: text echoed as binary": (
        SERVER,
        "websocket.send(message)",
        "websocket.send(message, text=False)",
        contract.server_echoes,
        "opcode 1 came back as 2",
    ),
    "server: closes the connection after one echo": (
        SERVER,
        "            await websocket.send(message)",
        "            await websocket.send(message)\n            break",
        contract.server_echoes,
        "opcode 1 came back as 8",
    ),
    "server: no limit": (
        SERVER,
        "max_size=MAX_SIZE",
        "max_size=None",
        contract.server_limits_messages,
        "instead of a close frame",
    ),
    "server: a lower limit than it states": (
        SERVER,
        "MAX_SIZE = 64 * 1024",
        "MAX_SIZE = 64 * 1024 - 1",
        contract.server_limits_messages,
        "opcode 2 came back as 8",
    ),
    "server: dies of SIGTERM": (
        SERVER,
        "(signal.SIGINT, signal.SIGTERM)",
        "(signal.SIGINT,)",
        contract.server_stops_on_sigterm,
        "the peer ended the TCP connection",
    ),
    "server: drops its connections on SIGTERM": (
        SERVER,
        "        await stop.wait()",
        "        await stop.wait()\n        __import__('os')._exit(0)",
        contract.server_stops_on_sigterm,
        "the peer ended the TCP connection",
    ),
    "server: ignores SIGTERM": (
        SERVER,
        "loop.call_soon_threadsafe(stop.set)",
        "loop.call_soon_threadsafe(str)",
        contract.server_stops_on_sigterm,
        "timed out",
    ),
    "server: stops when the slowest lets it": (
        SERVER,
        "websocket.transport.abort()",
        "pass",
        contract.server_stops_though_a_client_reads_nothing,
        "still running",
    ),
    "server: does not say that it is ready": (
        SERVER,
        ", flush=True)",
        ")",
        contract.server_echoes,
        "no line on standard output",
    ),
    "server: accepts invalid UTF-8": (
        SERVER,
        "async for message in websocket:",
        "while message := await websocket.recv(decode=False):",
        contract.server_fails_broken_peers,
        "instead of a close frame",
    ),
    "server: fails a busy port with a traceback": (
        SERVER,
        "except (OSError, OverflowError)",
        "except KeyError",
        contract.server_names_a_busy_port,
        "a reason is a line or two",
    ),
}


# The limits that a fault exhausts, by what is said then: they are made short for it alone, because
# on a busy machine what is sound needs long.
EXHAUSTED = {
    "no line on standard output": ("programs.START_LIMIT", 6.0),
    "still running": ("programs.STOP_LIMIT", 2.0),
    "did not end within": ("programs.CLIENT_LIMIT", 3.0),
    "not 3 lines": ("resilient.PATIENCE", 10.0),
    "did not reach all readers": ("broadcast.PROGRESS", 4.0),
    "timed out": ("broadcast.CUT", 2.0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_sample_fails(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, sound, broken, check, found = FAULTS[fault]
    for said, (name, seconds) in EXHAUSTED.items():
        if found.startswith(said) and file != CLIENT:
            monkeypatch.setattr(f"tests.samples.{name}", seconds)
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert text.count(sound) == 1, f"{sound!r} must stand once in {file}"
    (tmp_path / file).write_text(text.replace(sound, broken), encoding="utf-8")
    with pytest.raises((AssertionError, OSError), match=found):
        check(Program(SAMPLES[file], tmp_path))
