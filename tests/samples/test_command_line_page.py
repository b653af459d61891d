"""Every command of /languages/command-line/ prints what the page shows below it.

The page's blocks are run against an echo server, and a TLS server with the certificate of
/protocol/ws-vs-wss/. A block "On the terminal" is run in one: lines that begin with `> ` are typed.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.content.fences import blocks
from tests.deploy.stack import PATIENCE, echo
from tests.echo.node_packages import node_packages
from tests.samples.conftest import Build
from tests.samples.debian_curl import curl_of
from tests.samples.manifest import load
from tests.samples.terminal import Screen, session
from tests.samples.test_ws_vs_wss_page import FOLDER as TLS
from tests.samples.test_ws_vs_wss_page import server as tls_server
from tests.site import ROOT

PAGE = (ROOT / "docs" / "languages" / "command-line.md").read_text("utf-8")
LIMIT = 3.0 * PATIENCE
# A loaded machine answers later than the page's reader waits.
PATIENT = {
    "--max-time 2": "--max-time 4",
    "--max-time 3": "--max-time 6",
    "--wait 1": "--wait 3",
    "sleep 3": "sleep 8",
}
Run = Callable[..., subprocess.CompletedProcess[str]]


def pairs() -> Iterator[tuple[str, str, str]]:
    """Each command of the page with the title and the text of the output below it."""
    found = [block for block in blocks(PAGE) if block.language in ("sh", "text")]
    for command, output in itertools.pairwise(found):
        if (command.language, output.language) == ("sh", "text"):
            title = re.search(r'title="(.*)"', PAGE.splitlines()[output.line - 2])
            assert title is not None
            yield command.text, title[1], output.text


PAIRS = list(pairs())


@pytest.fixture(scope="module")
def places(programs: Build) -> Iterator[dict[str, str]]:
    """What stands for the page's addresses, the folder with its authority, and its programs."""
    tools = node_packages(Path(__file__).with_name("wscat")) / "node_modules" / ".bin"
    samples = programs(load(TLS / "samples.toml"))
    path = f"{curl_of('trixie')}:{Path(sys.executable).parent}:{tools}:{os.environ['PATH']}"
    with echo() as plain, tls_server(samples["server.py"]) as secure:
        yield {
            "127.0.0.1:8765": f"127.0.0.1:{plain.port}",
            "localhost:8443": f"localhost:{secure}",
            "folder": str(samples["server.py"].folder),
            "PATH": path,
        }


@pytest.fixture(scope="module")
def shell(places: dict[str, str]) -> Run:
    """Run a command as the page's reader would; its input ends with it, or at once."""

    def run(
        command: str, keep_input: bool = True, **changed: str
    ) -> subprocess.CompletedProcess[str]:
        process = subprocess.Popen(
            ["bash", "-c", put(command, places)],
            cwd=places["folder"],
            env={
                **os.environ,
                "PATH": places["PATH"],
                "NO_PROXY": "127.0.0.1,localhost",
                **changed,
            },
            stdin=subprocess.PIPE if keep_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="ignore",  # bytes that are no text
        )
        timer = threading.Timer(LIMIT, process.kill)
        timer.start()
        with process:
            assert process.stdout is not None
            printed = process.stdout.read()
        timer.cancel()
        return subprocess.CompletedProcess(command, process.returncode, printed)

    return run


def all_at_once(shell: Run, commands: Iterable[str]) -> dict[str, subprocess.CompletedProcess[str]]:
    """Run commands, most of which wait."""
    listed = list(commands)
    with ThreadPoolExecutor(len(listed)) as threads:
        return dict(zip(listed, threads.map(shell, listed), strict=True))


def put(text: str, places: dict[str, str]) -> str:
    """The text with this test's addresses and patience."""
    for old, new in {**places, **PATIENT}.items():
        if old not in ("folder", "PATH"):
            text = text.replace(old, new)
    return text


def plain(lines: list[str]) -> str:
    return "\n".join(re.sub(r"[^\x20-\x7e]", "", line) for line in lines)


def in_a_terminal(command: str, title: str, shown: str, places: dict[str, str]) -> list[str]:
    """Type the lines of the output that a reader would, each when the one before is answered."""
    lines = put(shown, places).splitlines()
    typed: list[tuple[Callable[[list[str]], bool], str]] = []
    for number, line in enumerate(lines):
        if line.startswith("> "):
            typed.append((lambda rows, n=number: len(rows) >= n, line[2:] + "\r"))  # type: ignore[misc]
    keys = {"Ctrl-D": "\x04", "Ctrl-C": "\x03"}
    last = next((key for name, key in keys.items() if title.endswith(name)), None)
    if last:
        answered = sum(not line.startswith("Connection closed") for line in lines)
        typed.append((lambda rows: len(rows) >= answered, last))
    environment = {**os.environ, "PATH": places["PATH"], "NO_PROXY": "127.0.0.1"}
    return session(put(command, places), typed, environment, LIMIT)


def test_every_command_prints_what_the_page_shows(places: dict[str, str], shell: Run) -> None:
    def outcome(pair: tuple[str, str, str]) -> list[str]:
        command, title, shown = pair
        if title.startswith("On the terminal"):
            return in_a_terminal(command, title, shown, places)
        if "8.21.0" in title:  # see below
            return put(shown, places).splitlines()
        return [line.strip() for line in shell(command).stdout.splitlines()]

    assert len(PAIRS) >= 12
    with ThreadPoolExecutor(len(PAIRS)) as threads:
        printed = list(threads.map(outcome, PAIRS))
    for pair, lines in zip(PAIRS, printed, strict=True):
        expected = put(pair[2], places).rstrip("\n")
        if plain(lines) != expected:  # too late among so many: once more, alone
            lines = outcome(pair)
        assert plain(lines) == expected, pair[0]


def test_a_newer_curl_sends_and_says_binary(places: dict[str, str], shell: Run) -> None:
    path = f"{curl_of('trixie-backports')}:{places['PATH']}"
    version = shell("curl --version", PATH=path).stdout.split()[1]
    command, _, shown = next(pair for pair in PAIRS if "8.21.0" in pair[1])
    printed = shell(command, PATH=path).stdout
    if version == "8.21.0":
        assert printed == shown
    else:  # Debian has moved on; what the page says of 8.21.0 is not for it to decide
        assert re.search(r"8[12] 05 68 65 6c 6c 6f", printed), version


# What the page says of each tool beside the output that it shows: a command, its status, a part of
# what it prints.
CURL = "curl --silent --show-error --max-time 2"
PYTHON = "python -m websockets ws://127.0.0.1:8765"
WSCAT = "wscat --connect ws://127.0.0.1:8765"
HI = "--execute hi --wait 1"
SAYS = {
    f"{CURL} ws://127.0.0.1:8765/reject/403": (22, "curl: (22) Refused WebSockets upgrade: 403"),
    f"{CURL} ws://127.0.0.1:8765/reject/200": (22, "Refused WebSockets upgrade: 200"),
    f"{CURL} --location ws://127.0.0.1:8765/redirect/307": (22, "upgrade: 307"),
    f"printf hi | {CURL} --upload-file . ws://127.0.0.1:8765/": (22, "upgrade: 405"),
    # It waits for the server, which waits for the answer to its close frame.
    f"{CURL} ws://127.0.0.1:8765/close/1013": (28, ""),
    f"{CURL} ws://127.0.0.1:8765/invalid/accept": (28, ""),
    f"{CURL} ws://127.0.0.1:8765/ping/200": (28, '"ping": 2'),
    f"{CURL} --cacert ca.pem wss://localhost:8443": (28, ""),
    f"{CURL} --insecure wss://localhost:8443": (28, ""),
    f"{CURL} wss://localhost:8443": (60, ""),
    f"{PYTHON}/invalid/accept": (1, "invalid Sec-WebSocket-Accept header"),
    f"{PYTHON}/redirect/307 </dev/null": (0, "Connection closed: 1000 (OK)"),
    f"{PYTHON}/message/4?type=binary'&'close=1000'&'after=500": (0, "(binary) 30313233"),
    "SSL_CERT_FILE=ca.pem python -m websockets wss://localhost:8443 </dev/null": (0, "1000 (OK)"),
    "python -m websockets --insecure wss://localhost:8443 </dev/null": (0, "1000 (OK)"),
    f"{WSCAT}/invalid/accept": (255, "Invalid Sec-WebSocket-Accept header"),
    f"{WSCAT}/reject/403": (255, "Unexpected server response: 403"),
    f"{WSCAT}/redirect/307": (255, "Unexpected server response: 307"),
    f"{WSCAT}/redirect/307 --location {HI}": (0, "hi"),
    f"{WSCAT}/message/4?type=binary {HI}": (0, "0123"),
    f"{WSCAT}/ --subprotocol chat": (255, "error: Server sent no subprotocol"),
    f"wscat --ca ca.pem --connect wss://localhost:8443 {HI}": (0, "hi"),
    f"wscat --no-check --connect wss://localhost:8443 {HI}": (0, "hi"),
    "openssl s_client -connect 127.0.0.1:8765": (1, "wrong version number"),
    "openssl s_client -brief -connect localhost:8443 </dev/null": (0, "num=20:unable to get local"),
    # No name is compared unless asked.
    "openssl s_client -brief -verify_return_error -CAfile ca.pem -connect localhost:8443 "
    "-servername other.example </dev/null": (0, "Verification: OK"),
    f"{WSCAT}/close/1013 {HI} | grep -c 1013": (1, "0"),
}


def test_each_tool_does_what_the_page_says(shell: Run) -> None:
    for command, done in all_at_once(shell, SAYS).items():
        status, part = SAYS[command]
        if part not in done.stdout or done.returncode != status:
            done = shell(command)  # too late among so many: once more, alone
        assert part in done.stdout, f"{command}: {done.stdout}"
        assert done.returncode == status, f"{command}: {done.stdout}"


def test_wscat_leaves_when_its_input_ends(shell: Run) -> None:
    done = shell(f"{WSCAT}/ --execute hello --wait 1", keep_input=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_curl_without_websocket_says_so(shell: Run) -> None:
    own = os.environ["PATH"]
    if "ws" in shell("curl --version", PATH=own).stdout.split():
        return  # this machine's can
    assert 'Protocol "ws" not supported or disabled in libcurl' in PAGE
    old = shell(f"{CURL} ws://127.0.0.1:8765/", PATH=own)
    assert old.stdout == 'curl: (1) Protocol "ws" not supported or disabled in libcurl\n'


def test_the_versions_are_those_of_the_page(shell: Run) -> None:
    assert shell("python -m websockets --version").stdout.split()[1] in PAGE
    assert f"wscat@{shell('wscat --version').stdout.strip()}" in PAGE
    assert shell("curl --version").stdout.split()[1] == "8.14.1"


def test_a_screen_shows_what_is_left_of_a_prompt() -> None:
    written = "Connected.\r\n> hi\r\n> \x1b7\r\n\x1b[A\x1b[L< hi\r\n\x1b8\x1b[B\r\x1b[KClosed.\r\n"
    for pieces in ([written], written):  # all at once, and each character on its own
        screen = Screen()
        for piece in pieces:
            screen.feed(piece)
        assert screen.shown == ["Connected.", "> hi", "< hi", "Closed."]
