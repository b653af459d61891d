"""The matrix of /protocol/ws-vs-wss/ is what Chromium does."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

import pytest
import trustme
from playwright.sync_api import Browser, BrowserType
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from tests.tls import for_threads

PAGE = (Path(__file__).parents[2] / "docs" / "protocol" / "ws-vs-wss.md").read_text("utf-8")
HOST = "app.example"  # resolved to the loopback address, and trusted no more than any other name
CONNECT = """address => new Promise((resolve) => {
  try {
    const socket = new WebSocket(address);
    socket.onopen = () => resolve("opens");
    socket.onclose = ({ code }) => resolve(`fails with ${code}`);
  } catch (error) {
    resolve(`throws ${error.name}`);
  }
})"""


def page(_: ServerConnection, request: Request) -> Response | None:
    """Answer what is no opening handshake with a page."""
    if "Upgrade" in request.headers:
        return None
    headers = Headers({"Content-Type": "text/html", "Connection": "close"})
    if request.path == "/upgrade":
        headers["Content-Security-Policy"] = "upgrade-insecure-requests"
    body = b"<!doctype html><title>page</title>"
    headers["Content-Length"] = str(len(body))
    return Response(200, "OK", headers, body)


def listen(connection: ServerConnection) -> None:
    for _ in connection:
        pass


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    """The ports of a server for http and ws, and of one for https and wss."""
    context = for_threads(SSLContext(PROTOCOL_TLS_SERVER))
    trustme.CA().issue_cert(HOST, "localhost").configure_cert(context)
    with ExitStack() as stack:
        found = {}
        for scheme, ssl in (("http", None), ("https", context)):
            server = stack.enter_context(
                serve(listen, "127.0.0.1", 0, ssl=ssl, process_request=page)
            )
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            found[scheme] = server.socket.getsockname()[1]
        yield found


@pytest.fixture(scope="module")
def resolving(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser that finds HOST on the loopback address."""
    arguments = [
        *browser_type_launch_args.get("args", []),
        f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
    ]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    yield browser
    browser.close()


def outcomes(browser: Browser, ports: dict[str, int], origin: str, path: str = "/") -> list[str]:
    """What new WebSocket() does on a page: ws, wss, ws to localhost; then, whether it is secure."""
    scheme, host = origin.split("://")
    context = browser.new_context(ignore_https_errors=True)
    try:
        tab = context.new_page()
        tab.goto(f"{scheme}://{host}:{ports[scheme]}{path}")
        return [
            tab.evaluate(CONNECT, f"ws://{HOST}:{ports['https' if path != '/' else 'http']}/"),
            tab.evaluate(CONNECT, f"wss://{HOST}:{ports['https']}/"),
            tab.evaluate(CONNECT, f"ws://localhost:{ports['http']}/"),
            "yes" if tab.evaluate("isSecureContext") else "no",
        ]
    finally:
        context.close()


ROWS = [
    (f"https://{HOST}", "/"),
    (f"https://{HOST}", "/upgrade"),
    (f"http://{HOST}", "/"),
    ("http://localhost", "/"),
    ("https://localhost", "/"),
]


@pytest.mark.parametrize(("origin", "path"), ROWS)
def test_the_matrix(resolving: Browser, ports: dict[str, int], origin: str, path: str) -> None:
    found = outcomes(resolving, ports, origin, path)
    name = origin if path == "/" else f"{origin}, with `upgrade-insecure-requests`"
    row = re.search(rf"^\| {re.escape(name)} \|(.*)\|$", PAGE, re.MULTILINE)
    assert row is not None, f"{name}: {found}"
    cells = [cell.strip().replace("`", "") for cell in row[1].split("|")]
    assert cells == found
