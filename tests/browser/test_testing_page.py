"""What /build/testing/ says that a routed WebSocket hides, shown beside a real one."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from echo_demo.background import BackgroundServer
from tests.samples.manifest import DOCS
from tests.samples.programs import free_port

TABLE = (DOCS / "build" / "testing.md").read_text("utf-8").split("{ #mocks }", 1)[1]
CONNECT = """([url, protocols]) => new Promise((resolve) => {
  const socket = new WebSocket(url, protocols);
  socket.onopen = () => { const { protocol } = socket; resolve(`open ${protocol}`.trim()); };
  socket.onclose = ({ code }) => resolve(code);
  // Where `close` follows `error`, it does in the same task.
  socket.onerror = () => setTimeout(resolve, 500, "`error` alone");
})"""


class _Forbidding(http.server.BaseHTTPRequestHandler):
    """Pages whose policy forbids all connections, but for the one at /free."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path != "/free":
            self.send_header("Content-Security-Policy", "connect-src 'none'")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A page</title>")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def origin() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Forbidding) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_routed_connection_opens_where_a_real_one_cannot(
    page: Page, origin: str, echo_server: BackgroundServer
) -> None:
    seen: list[str] = []
    page.on("websocket", lambda socket: seen.append(socket.url))
    cases = {
        "A server that is not there": ("/free", f"ws://127.0.0.1:{free_port()}/", []),
        "A refusal with status 403": ("/free", f"{echo_server.url}/reject/403", []),
        "A subprotocol that the server does not speak": ("/free", f"{echo_server.url}/", ["chat"]),
        "A Content Security Policy that forbids it": ("/", f"{echo_server.url}/", []),
    }
    real = {}
    for name, (path, url, protocols) in cases.items():
        page.goto(origin + path)
        real[name] = page.evaluate(CONNECT, [url, protocols])
    assert seen
    seen.clear()
    page.route_web_socket("**", lambda socket: None)
    for name, (path, url, protocols) in cases.items():
        page.goto(origin + path)
        routed = page.evaluate(CONNECT, [url, protocols])
        assert routed == f"open {' '.join(protocols)}".strip()
        assert f"| {name} | {real[name]} | opens" in TABLE
    assert seen == []
