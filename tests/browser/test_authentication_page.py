"""/build/authentication/ in a browser: our page gets in by all four ways, a foreign one by none."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.samples.authentication import Server, serving
from tests.samples.programs import free_port

NAMES = ("Cookie", "Ticket", "First message", "Subprotocol")


class _Foreign(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A foreign page</title>")

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def foreign(host: str) -> Iterator[str]:
    """A page at another port; gives its origin."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Foreign) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{host}:{server.server_port}"
        server.shutdown()


@contextmanager
def ours(*also: str) -> Iterator[Server]:
    """The server with its own page; it is careless where it trusts others as well."""
    port = free_port()
    with serving(" ".join([f"http://127.0.0.1:{port}", *also]), port) as server:
        yield server


def log_in(page: Page, server: Server) -> None:
    page.goto(server.http)  # index.html, with client.js
    expect(page.locator("pre")).to_contain_text("logged in as ada")


@pytest.mark.parametrize("name", NAMES)
def test_our_page_gets_in_and_logging_out_ends_it(page: Page, name: str) -> None:
    with ours() as server:
        log_in(page, server)
        page.get_by_role("button", name=name).click()
        expect(page.locator("pre")).to_contain_text(f"{name}: hello ada")
        page.get_by_role("button", name="Log out").click()
        expect(page.locator("pre")).to_contain_text("log out: status 204")
        expect(page.locator("pre")).to_contain_text(f"{name}: 1008 logged out")


def hijack(page: Page, server: Server, origin: str) -> Any:
    """What a page of `origin` is told by the server that the victim has a cookie of."""
    log_in(page, server)
    page.goto(origin)
    return page.evaluate(
        """address => new Promise(resolve => {
            const socket = new WebSocket(address);
            socket.onmessage = ({ data }) => resolve(data);
            socket.onclose = ({ code }) => resolve(code);
        })""",
        f"ws://127.0.0.1:{server.port}/by-cookie",
    )


def test_a_page_of_the_same_site_is_stopped_by_the_origin_check_alone(page: Page) -> None:
    # Another port, as another subdomain, is the same site: the browser sends the strict cookie.
    with foreign("127.0.0.1") as origin:
        with ours() as server:
            assert hijack(page, server, origin) == 1006
        with ours(origin) as careless:
            assert hijack(page, careless, origin) == "hello ada"


def test_a_page_of_another_site_gets_no_strict_cookie_to_send(page: Page) -> None:
    with foreign("localhost") as origin, ours(origin) as careless:
        assert hijack(page, careless, origin) == 1006


def test_a_foreign_page_gets_no_ticket(page: Page) -> None:
    with foreign("127.0.0.1") as origin, ours() as server:
        log_in(page, server)
        page.goto(origin)
        asked = f"fetch('{server.http}/ticket', {{ method: 'POST', credentials: 'include' }})"
        said = page.evaluate(f"{asked}.then(a => a.text(), error => error.name)")
        assert said == "TypeError"
        # The browser sent the cookie; the server saw whose page it was.
        assert '"POST /ticket HTTP/1.1" 401' in server.stop()
