"""`mkdocs serve` with hooks/echo.py: the site and its echo server, from one command."""

from __future__ import annotations

import re
import signal
import socket
import urllib.error
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.content import strict
from tests.content.serving import Served, get, serve
from tests.content.tree import Tree, copy, small_tree
from tests.samples.programs import free_port


def addresses(served: Served) -> tuple[str, str]:
    """Wait until both are printed; return that of the site and that of the echo server."""
    return served.wait_for(r"^site  (http://\S+)$"), served.wait_for(r"^echo  (ws://\S+)$")


def echo_url(page: str) -> str:
    found = re.search(r'<meta name="echo-url" content="([^"]*)"', page)
    assert found, page
    return found[1]


def assert_echoes(client: ClientConnection, message: str | bytes) -> None:
    client.send(message)
    assert client.recv(timeout=60) == message


def close_code(client: ClientConnection) -> int:
    """Wait for the server to close the connection."""
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=60)
    assert closed.value.rcvd, "the line was dropped without a close frame"
    return closed.value.rcvd.code


def test_the_site_and_the_echo_server_answer_until_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    tree = copy(Tree(), tmp_path / "tree")
    with serve(tree, port) as served:
        site, echo = addresses(served)
        assert site == f"http://127.0.0.1:{port}/"
        assert echo_url(get(site)) == echo

        # Instant navigation turns itself off where the sitemap names another address.
        places = re.findall(r"<loc>(.*?)</loc>", get(f"{site}sitemap.xml"))
        assert site in places
        assert all(place.startswith(site) for place in places)

        with connect(echo, proxy=None) as client:
            assert_echoes(client, "text")
            assert_echoes(client, b"\x00\xff")

            page = tree / "docs" / "index.md"
            page.write_text(page.read_text("utf-8") + "\n\nA new paragraph.\n", "utf-8")
            served.wait_for("Reloading browsers")
            rebuilt = get(site)
            assert "A new paragraph." in rebuilt
            assert echo_url(rebuilt) == echo
            assert_echoes(client, "still connected")

            served.process.send_signal(signal.SIGINT)
            assert close_code(client) == 1001
        assert served.wait_for_end() == 0
        assert not [line for line in served.output if "Traceback" in line]
    assert sum(line.startswith(("site  ", "echo  ")) for line in served.output) == 2


@pytest.mark.parametrize("arguments", [(), ("--no-livereload",)])
def test_sigterm_stops_both(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with serve(small_tree(tmp_path), free_port(), *arguments) as served:
        site, echo = addresses(served)
        assert echo_url(get(site)) == echo
        with connect(echo, proxy=None) as client:
            served.process.send_signal(signal.SIGTERM)
            assert close_code(client) == 1001
        assert served.wait_for_end() == 0
        assert not [line for line in served.output if "Traceback" in line]
        with pytest.raises(urllib.error.URLError):
            get(site)
        with pytest.raises(OSError, match="refused"):
            connect(echo, proxy=None)


def test_a_busy_site_port_is_one_line_and_a_failure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with serve(small_tree(tmp_path), port) as served:
            assert served.wait_for_end() != 0
    said = [line for line in served.output if str(port) in line]
    assert len(said) == 1
    assert f"make serve PORT={port + 1}" in said[0]
    assert not [line for line in served.output if "Traceback" in line]


def test_a_busy_echo_port_is_one_line_and_the_site_goes_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        echo_port = busy.getsockname()[1]
        with serve(small_tree(tmp_path), free_port(), echo_port=echo_port) as served:
            site = served.wait_for(r"^site  (http://\S+)$")
            assert echo_url(get(site)) == ""
            served.process.send_signal(signal.SIGINT)
            assert served.wait_for_end() == 0
    said = [line for line in served.output if str(echo_port) in line]
    assert len(said) == 1
    assert f"make serve ECHO_PORT={echo_port + 1}" in said[0]


def test_another_port_is_proposed_beside_the_one_that_was_chosen(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with serve(small_tree(tmp_path), port, echo_port=port + 1) as served:
            assert served.wait_for_end() != 0
    assert [
        line for line in served.output if f"make serve PORT={port + 2} ECHO_PORT={port + 1}" in line
    ]


def test_listening_on_every_address_names_one_that_a_browser_can_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECHO_HOST", "0.0.0.0")
    with serve(small_tree(tmp_path), free_port()) as served:
        site, echo = addresses(served)
        assert re.fullmatch(r"ws://127\.0\.0\.1:\d+/demo", echo)
        assert echo_url(get(site)) == echo
        with connect(echo, proxy=None) as client:
            assert_echoes(client, "text")


def test_a_host_that_cannot_be_found_is_named_and_the_site_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A name that no resolver is asked for: a label has at most 63 characters.
    monkeypatch.setenv("ECHO_HOST", f"{'x' * 64}.invalid")
    with serve(small_tree(tmp_path), free_port()) as served:
        said = served.wait_for(r"^echo  not started: (.*)$")
        assert "make serve ECHO_HOST=127.0.0.1" in said
        assert echo_url(get(served.wait_for(r"^site  (http://\S+)$"))) == ""


@pytest.mark.parametrize("wrong", ["eight", "65536", "-1", "1.5"])
def test_a_wrong_echo_port_is_one_line_and_a_failure(tmp_path: Path, wrong: str) -> None:
    with serve(small_tree(tmp_path), free_port(), echo_port=wrong) as served:
        assert served.wait_for_end() != 0
    said = [line for line in served.output if wrong in line]
    assert len(said) == 1
    assert "ECHO_PORT" in said[0]
    assert not [line for line in served.output if "Traceback" in line]


def test_the_two_ports_must_differ(tmp_path: Path) -> None:
    port = free_port()
    with serve(small_tree(tmp_path), port, echo_port=port) as served:
        assert served.wait_for_end() != 0
    assert [line for line in served.output if f"both {port}" in line]
    assert not [line for line in served.output if "Traceback" in line]


def test_a_build_starts_no_echo_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A server that started would refuse this setting.
    monkeypatch.setenv("ECHO_PORT", "eight")
    monkeypatch.setenv("ECHO_URL", "wss://echo.test/demo")
    assert strict.build(Tree(small_tree(tmp_path)), tmp_path / "built") == []
    page = (tmp_path / "built" / "index.html").read_text("utf-8")
    assert echo_url(page) == "wss://echo.test/demo"
