"""The Go programs of /compare/webtransport/: the same task over WebTransport and WebSocket."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.content import front_matter
from tests.samples import lossy_udp
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, Result, Running, free_port, run_client, running_server

PAGE = DOCS / "compare" / "webtransport.md"
MANIFEST = load(DOCS / "compare" / "webtransport" / "samples.toml")
GO_PAGE = load(DOCS / "languages" / "go" / "samples.toml")
# Packets until the session is open: losing those delays everything and shows nothing.
OPENING = 12


def test_the_page_lists_these_and_what_runs_in_a_browser() -> None:
    in_a_browser = {"compare/webtransport/client.js"}  # tests/browser/test_webtransport_page.py
    assert (
        set(front_matter.read(PAGE.read_text("utf-8"))["samples"]) == MANIFEST.paths | in_a_browser
    )


@dataclass(frozen=True)
class Listening:
    port: int
    hash: str
    running: Running


@contextlib.contextmanager
def listening(program: Program) -> Iterator[Listening]:
    """Start the WebTransport server; gives its port and the hash of its certificate."""
    port = free_port()
    running = Running(program.command(str(port)), program.folder)
    try:
        assert running.line(30) == f"listening on https://127.0.0.1:{port}"
        found = re.fullmatch(r"certificate ([0-9a-f]{64})", running.line(30))
        assert found
        yield Listening(port, found[1], running)
    finally:
        running.end()


@pytest.fixture
def server(programs: Build) -> Iterator[Listening]:
    with listening(programs(MANIFEST)["wt_server.go"]) as made:
        yield made


def sent(programs: Build, url: str, certificate: str, least: int) -> Result:
    """How the client ended. It waits half a second for a position, and a machine may stall longer:
    where fewer came back than must, it is run again, twice at most."""
    for _ in range(3):
        result = run_client(programs(MANIFEST)["wt_client.go"], url, certificate)
        found = re.search(r"positions: (\d+) of", result.out)
        if found and int(found[1]) >= least:
            break
    return result


def test_over_webtransport_everything_comes_back(programs: Build, server: Listening) -> None:
    result = sent(programs, f"https://127.0.0.1:{server.port}/", server.hash, 20)
    assert result.err == ""
    assert result.out == 'text: "Hello, WebTransport! ✓"\npositions: 20 of 20\n'


def test_over_websocket_everything_comes_back(programs: Build) -> None:
    with running_server(programs(GO_PAGE)["echo_server.go"]) as (_, port):
        result = run_client(programs(MANIFEST)["ws_client.go"], f"ws://127.0.0.1:{port}/")
    assert result.err == ""
    assert result.out == 'text: "Hello, WebSocket! ✓"\npositions: 20 of 20\n'


def test_a_lossy_line_loses_positions_but_no_text(programs: Build, server: Listening) -> None:
    with lossy_udp.relay(server.port, lambda n, _: n > OPENING and n % 3 == 0) as line:
        result = sent(programs, f"https://127.0.0.1:{line.port}/", server.hash, 5)
    assert result.err == ""
    assert line.lost >= 3
    text, positions = result.out.splitlines()
    assert text == 'text: "Hello, WebTransport! ✓"'
    found = re.fullmatch(r"positions: (\d+) of 20", positions)
    assert found
    assert 5 <= int(found[1]) < 20, "a datagram that was lost came back"


def test_where_udp_is_blocked_nothing_comes(programs: Build, server: Listening) -> None:
    with lossy_udp.relay(server.port, lambda *_: True) as line:
        url = f"https://127.0.0.1:{line.port}/"
        result = run_client(programs(MANIFEST)["wt_client.go"], url, server.hash)
    assert result.status == 1
    assert result.err == "wt_client: timeout: no recent network activity\n"


def test_another_certificate_is_refused(programs: Build, server: Listening) -> None:
    url = f"https://127.0.0.1:{server.port}/"
    result = run_client(programs(MANIFEST)["wt_client.go"], url, "0" * 64)
    assert result.status == 1
    assert "the server has another certificate" in result.err


def test_the_server_stops_on_sigterm(server: Listening) -> None:
    assert server.running.stop() == 0


def test_the_server_names_a_busy_port(programs: Build, server: Listening) -> None:
    result = run_client(programs(MANIFEST)["wt_server.go"], str(server.port))
    assert result.status == 1
    assert "address already in use" in result.err


@pytest.mark.parametrize("file", ["wt_server.go", "wt_client.go", "ws_client.go"])
def test_a_call_without_arguments_is_explained(programs: Build, file: str) -> None:
    result = run_client(programs(MANIFEST)[file])
    assert result.status == 2
    assert result.err.startswith(f"usage: {file.removesuffix('.go')} ")


def test_the_websocket_client_names_a_dead_server(programs: Build) -> None:
    result = run_client(programs(MANIFEST)["ws_client.go"], f"ws://127.0.0.1:{free_port()}/")
    assert result.status == 1
    assert "connection refused" in result.err
