"""`<ws-console>`: what goes wrong, in words."""

from __future__ import annotations

import contextlib
import http
import queue
import re
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection

from echo_demo.background import BackgroundServer
from tests.browser.console import Console, server
from tests.browser.servers import expect_connections
from tests.site import Site


@pytest.fixture
def console(page: Page, site: Site) -> Console:
    return Console(page, site)


@pytest.fixture
def dead_address() -> Iterator[str]:
    """An address where nothing listens, and where nothing else can begin to."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"ws://127.0.0.1:{bound.getsockname()[1]}/chat"


def test_a_code_that_the_browser_refuses_is_explained_and_tried(console: Console) -> None:
    console.open()
    console.field("Close code").fill("1001")
    expect(console.hint("Close code")).to_contain_text("only 1000, or a number from 3000 to 4999")
    expect(console.hint("Close code")).to_contain_text("when the page goes away")
    expect(console.field("Close code")).to_have_attribute("aria-invalid", "true")
    console.button("Close").click()
    error = console.rows("ERROR")
    expect(error).to_contain_text("InvalidAccessError. Nothing was closed.")
    expect(error).to_contain_text("1001 (Going Away) is the browser")
    console.send("still here")
    expect(console.rows("TEXT", "received")).to_contain_text("still here")


def test_a_reason_that_is_too_long_is_explained_in_bytes(console: Console) -> None:
    console.open()
    console.field("Reason").fill("é" * 61)
    expect(console.hint("Reason")).to_have_text("Reason: 122 of 123 bytes.")
    console.field("Reason").fill("é" * 70)
    expect(console.hint("Reason")).to_contain_text(
        "140 bytes of UTF-8 (in 70 characters), 17 too many"
    )
    expect(console.field("Reason")).to_have_attribute("aria-invalid", "true")
    console.button("Close").click()
    expect(console.rows("ERROR")).to_contain_text("close() refused: SyntaxError")
    console.field("Close code").fill("")
    console.field("Reason").fill("bye")
    console.button("Close").click()
    expect(console.rows("ERROR").nth(1)).to_contain_text("A reason needs a code")
    console.expect_state("OPEN")


@pytest.mark.parametrize("code", ["1000.4", "0x3e8", "abc"])
def test_what_the_browser_would_read_as_another_code_is_not_tried(
    console: Console, code: str
) -> None:
    console.open()
    console.field("Close code").fill(code)
    console.button("Close").click()
    expect(console.rows("ERROR")).to_contain_text("Not closed.")
    expect(console.rows("ERROR")).to_contain_text(f"“{code}” is not a whole number")
    console.expect_state("OPEN")


def test_connecting_says_what_it_lacks(console: Console) -> None:
    console.connect("  ")
    expect(console.hint("Address")).to_contain_text("Not connected: enter an address")
    # The address of this very page is what the browser would have taken.
    console.expect_state("IDLE")
    assert console.rows("CONNECT").count() == 0
    console.open(console.page.evaluate("document.querySelector('meta[name=echo-url]').content"))
    expect(console.hint("Address")).to_have_text("")
    console.field("Address").press("Enter")
    expect(console.hint("Address")).to_contain_text("close this connection first")
    assert console.rows("CONNECT").count() == 1


def test_the_code_and_reason_reach_the_server(console: Console) -> None:
    seen: queue.Queue[tuple[int | None, str | None]] = queue.Queue()

    def handler(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            connection.recv()
        seen.put((connection.close_code, connection.close_reason))

    with server(handler) as address:
        console.open(address)
        console.field("Close code").fill("4321")
        console.field("Reason").fill("genug für heute")
        console.button("Close").click()
        console.expect_state("CLOSED")
        assert seen.get(timeout=20) == (4321, "genug für heute")
        console.open(address)
        console.field("Close code").fill("")
        console.field("Reason").fill("")
        console.button("Close").click()
        console.expect_state("CLOSED")
        assert seen.get(timeout=20) == (1005, "")
    first, second = console.rows("CLOSE").all()
    expect(first).to_contain_text("Closed cleanly: 4321 Private use “genug für heute”")
    expect(second).to_contain_text("Closed cleanly: 1005 No Status Received")
    expect(second).not_to_contain_text("The code is the one")


def test_codes_from_a_server_are_put_in_words(console: Console) -> None:
    def handler(connection: ServerConnection) -> None:
        code, _, reason = str(connection.recv()).partition(" ")
        connection.close(int(code), reason)

    expected = {
        "1011 database is gone": "1011 Internal Error “database is gone”",
        "4000 ask the docs": "4000 Private use “ask the docs”",
        "3000 ": "3000 Unauthorized",
        "1012 ": "1012 Service Restart",
    }
    with server(handler) as address:
        for number, (message, words) in enumerate(expected.items()):
            console.open(address)
            console.send(message)
            console.expect_state("CLOSED")
            expect(console.rows("CLOSE").nth(number)).to_contain_text(f"Closed cleanly: {words}")
    expect(console.rows("CLOSE").first).to_contain_text("Look at the server")


def test_a_connection_cut_without_a_word_is_explained(console: Console) -> None:
    def handler(connection: ServerConnection) -> None:
        connection.recv()
        connection.socket.shutdown(socket.SHUT_RDWR)

    with server(handler) as address:
        console.open(address)
        console.send("cut")
        console.expect_state("CLOSED")
    error = console.rows("ERROR")
    expect(error).to_contain_text("Closed without a closing handshake: 1006 Abnormal Closure")
    expect(error).to_contain_text("proxy or load balancer cut an idle connection")


def test_a_message_too_big_for_the_echo_server_is_explained(console: Console) -> None:
    console.open()
    console.field("Binary, a file").check()
    console.field("File").set_input_files(
        {"name": "big", "mimeType": "application/octet-stream", "buffer": bytes(1_048_577)}
    )
    console.button("Send").click()
    console.expect_state("CLOSED")
    expect(console.rows("CLOSE")).to_contain_text("1009 Message Too Big")


def test_nothing_listening_is_explained(console: Console, dead_address: str) -> None:
    console.connect(dead_address)
    console.expect_state("CLOSED")
    error = console.rows("ERROR")
    port = dead_address.split(":")[2].split("/")[0]
    expect(error).to_contain_text("The connection failed before it opened")
    expect(error).to_contain_text(f"Nothing listens at 127.0.0.1, port {port}")
    expect(error).to_contain_text(f"'http://127.0.0.1:{port}/chat'")
    expect(console.panel.get_by_role("status")).to_contain_text("failed before it opened")
    # Nothing is stuck: the next attempt works.
    console.open(console.page.evaluate("document.querySelector('meta[name=echo-url]').content"))


def test_a_refused_handshake_is_explained(console: Console) -> None:
    def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(http.HTTPStatus.FORBIDDEN, "not from here\n")

    with server(lambda connection: None, process_request=refuse) as address:
        console.connect(address)
        console.expect_state("CLOSED")
    expect(console.rows("ERROR")).to_contain_text("not with 101")
    expect(console.rows("ERROR")).to_contain_text("refuses this origin")


def test_a_subprotocol_that_no_one_selects_is_explained(
    console: Console, echo_server: BackgroundServer
) -> None:
    console.connect(f"{echo_server.url}/", "chat, superchat")
    console.expect_state("CLOSED")
    error = console.rows("ERROR")
    expect(error).to_contain_text("chose none of the subprotocols offered")
    expect(error).to_contain_text("'Sec-WebSocket-Protocol: chat, superchat'")


@pytest.mark.parametrize(
    ("address", "protocols", "words"),
    [
        ("localhost:8080", "", "Put one before the host: ws://localhost:8080"),
        ("ftp://example.com/", "", "The scheme “ftp:” cannot carry a WebSocket"),
        ("ws://127.0.0.1:9/#top", "", "must not have a fragment"),
        ("ws://127.0.0.1:9/", "a b", "because of a space"),
        ("ws://127.0.0.1:9/", "chat, chat", "“chat” is listed twice"),
    ],
)
def test_what_the_constructor_refuses_is_explained(
    console: Console, address: str, protocols: str, words: str
) -> None:
    console.connect(address, protocols)
    error = console.rows("ERROR")
    expect(error).to_contain_text("The browser refused: SyntaxError")
    expect(error).to_contain_text(words)
    field = "Subprotocols, comma separated" if protocols else "Address"
    expect(console.hint(field)).to_contain_text(words)
    expect(console.field(field)).to_have_attribute("aria-invalid", "true")
    console.expect_state("IDLE")


def test_relative_and_http_addresses_show_what_they_mean(
    console: Console, echo_server: BackgroundServer
) -> None:
    console.field("Address").fill("/socket")
    host = console.page.evaluate("location.host")
    expect(console.hint("Address")).to_have_text(f"Resolves to ws://{host}/socket")
    console.field("Address").fill("example.com/socket")
    expect(console.hint("Address")).to_contain_text(f"a path on {host}")
    address = f"{echo_server.url.replace('ws:', 'http:')}/"
    console.open(address)
    expect(console.hint("Address")).to_have_text(f"Resolves to {echo_server.url}/")
    assert len(echo_server.connections()) == 1


def test_giving_up_while_connecting_is_no_error(console: Console) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        console.connect(f"ws://127.0.0.1:{silent.getsockname()[1]}/")
        console.expect_state("CONNECTING")
        console.button("Close").click()
        console.expect_state("CLOSED")
    expect(console.rows("CLOSE")).to_contain_text("Given up before it opened")


def test_sending_before_connecting_says_so(console: Console) -> None:
    console.field("Message").press("Control+Enter")
    expect(console.hint("Message")).to_contain_text("connect first")
    expect(console.number("sent")).to_have_text("0")


def test_a_page_restored_by_the_back_button_tells_the_truth(
    console: Console, site: Site, echo_server: BackgroundServer
) -> None:
    console.open(f"{echo_server.url}/")
    console.page.goto(site.url("assets/stylesheets/site.css"))
    expect_connections(console.page, echo_server, 0)
    console.page.evaluate("() => { setTimeout(() => history.back()) }")
    # Restored from memory it is closed; loaded again it has not been connected.
    expect(console.panel.locator("header strong")).to_have_text(re.compile("CLOSED|IDLE"))
