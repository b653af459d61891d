"""When nginx holds events back, as /compare/sse/ says."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.deploy.stack import PATIENCE, SITE, plain_nginx
from tests.samples.programs import Running, free_port
from tests.site import ROOT

SERVER = ROOT / "docs" / "compare" / "sse"
# Ways to the server, and whether events come at once where the answer does not forbid buffering.
WAYS = {
    "http11": ("proxy_http_version 1.1;", True),
    "http10": ("proxy_http_version 1.0;", False),
    "gzip": ("proxy_http_version 1.1; gzip on; gzip_types text/event-stream;", False),
}
HELD = "proxy_ignore_headers X-Accel-Buffering;"


def locations(server: int) -> str:
    """Each way twice: heeding the server's X-Accel-Buffering, and as if it sent none."""
    return "".join(
        f"location /{name}{suffix}/ {{ {way} {held} proxy_pass http://127.0.0.1:{server}/; }}\n"
        for name, (way, _) in WAYS.items()
        for suffix, held in (("", ""), ("-held", HELD))
    )


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[int]:
    """The port of an nginx in front of the page's server."""
    server = free_port()
    running = Running([sys.executable, "server.py", str(server)], SERVER)
    try:
        running.errors_with("INFO:     Uvicorn running", 1, PATIENCE)
        with plain_nginx(tmp_path, locations(server)) as port:
            yield port
    finally:
        running.end()


def hear(sock: socket.socket, mark: bytes) -> None:
    """Read until this has come."""
    data = b""
    while mark not in data:
        data += sock.recv(65536)
        assert data


@pytest.mark.parametrize("way", WAYS)
def test_the_buffer_holds_events_unless_the_answer_forbids_it(proxied: int, way: str) -> None:
    site = f"http://127.0.0.1:{proxied}"

    def post(text: str) -> None:
        assert client.post(f"{site}/http11/notes", content=text).status_code == 204

    def read_to(answer: httpx.Response, mark: str) -> None:
        lines = answer.iter_lines()
        while next(lines) != mark:
            pass

    with ExitStack() as stack:
        client = stack.enter_context(httpx.Client(trust_env=False, timeout=PATIENCE))
        held = stack.enter_context(socket.create_connection(("127.0.0.1", proxied), PATIENCE))
        head = f"GET /{way}-held/events HTTP/1.1\r\nHost: {SITE}\r\nAccept-Encoding: gzip\r\n\r\n"
        held.sendall(head.encode())
        free = stack.enter_context(client.stream("GET", f"{site}/{way}/events"))
        assert free.headers.get("Content-Encoding") == ("gzip" if way == "gzip" else None)
        if WAYS[way][1]:
            hear(held, b"event: position")
        post("one")
        read_to(free, "data: one")
        if WAYS[way][1]:
            hear(held, b"data: one")
            return
        held.setblocking(False)
        with pytest.raises(BlockingIOError):
            raise AssertionError(held.recv(65536))


def test_the_page_shows_the_same() -> None:
    page = (ROOT / "docs" / "compare" / "sse.md").read_text("utf-8")
    rows = re.findall(r"^\| HTTP/1\.[01].*\| (held back|at once) \| at once \|$", page, re.M)
    came = {name: at_once for name, (_, at_once) in WAYS.items()}
    assert [row == "at once" for row in rows] == [came[way] for way in ("http10", "http11", "gzip")]
