"""Builds the site as readers get it, and serves the built folder on a loopback port."""

from __future__ import annotations

import functools
import gzip
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from echo_demo.background import BackgroundServer

ROOT = Path(__file__).parent.parent

# The headers that the self-host page tells nginx to send: what breaks under them fails a test.
HEADERS = ROOT / "docs" / "deploy" / "self-host" / "security-headers.conf"
COMPRESSED = (".html", ".css", ".js", ".json", ".svg", ".txt", ".xml", ".md")


@functools.cache
def security_headers() -> dict[str, str]:
    """Return the names and values of the headers in the published nginx file."""
    lines = re.findall(r'^add_header (\S+) "([^"]*)" always;$', HEADERS.read_text("utf-8"), re.M)
    return dict(lines)


@dataclass
class Site:
    """A served site. ``base`` is the path it lives under: "/" or, under a sub-path, "/docs/".
    ``folder`` is what is served."""

    origin: str
    base: str
    folder: Path
    echo: BackgroundServer | None = None

    def url(self, path: str = "") -> str:
        """Return the address of a page; ``path`` is relative to the site's root."""
        return f"{self.origin}{self.base}{path.lstrip('/')}"


def build(folder: Path, *, site_url: str, echo_url: str, root: Path = ROOT) -> None:
    """Build the tree at ``root`` strictly into ``folder``.

    Raises AssertionError with the build's output where it fails.
    """
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=root,
        env={**os.environ, "SITE_URL": site_url, "ECHO_URL": echo_url},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, f"mkdocs build failed:\n{result.stderr}"


class _Handler(SimpleHTTPRequestHandler):
    """Static files, with the site's own page for what is not there."""

    protocol_version = "HTTP/1.1"
    base = "/"
    connect = ""

    def do_GET(self) -> None:
        """Answer compressed what a production server would compress."""
        path = self.translate_path(self.path.partition("?")[0].partition("#")[0])
        file = Path(path, "index.html") if self.path.endswith("/") else Path(path)
        compressed = "gzip" in self.headers.get("Accept-Encoding", "")
        if compressed and file.suffix in COMPRESSED and file.is_file():
            self._answer(200, self.guess_type(str(file)), file)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        for name, value in security_headers().items():
            if self.connect:
                # Where a page's server has a host of its own, its operator names it here.
                value = value.replace("connect-src", f"connect-src {self.connect}")
            self.send_header(name, value)
        super().end_headers()

    def translate_path(self, path: str) -> str:
        inside = path.startswith(self.base)
        return super().translate_path("/" + path[len(self.base) :] if inside else "/outside/")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory, "404.html")
        if code != 404 or not page.exists():
            super().send_error(code, message, explain)
            return
        self._answer(404, "text/html", page)

    def _answer(self, status: int, kind: str, file: Path) -> None:
        body = file.read_bytes()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing: a failing test prints what matters."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore browsers that hang up in the middle of an answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve(folder: Path, base: str = "/", connect: str = "") -> Iterator[Site]:
    """Serve ``folder`` under the path ``base`` on a free loopback port.

    ``connect`` is a source that pages may connect to beside those of the policy.
    """
    handler = type("Handler", (_Handler,), {"base": base, "connect": connect})
    with _Server(("127.0.0.1", 0), functools.partial(handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Site(f"http://127.0.0.1:{server.server_port}", base, folder)
        finally:
            server.shutdown()
            thread.join()
