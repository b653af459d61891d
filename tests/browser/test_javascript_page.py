"""The modules of /languages/javascript/, echo_client.js and resilient_socket.js, in a browser."""

from __future__ import annotations

import functools
import http.server
import re
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from echo_demo.background import BackgroundServer
from tests.samples import peers
from tests.samples.copied import blocks
from tests.samples.wire import CLOSE, TEXT, Peer
from tests.site import Site

PAGE = "languages/javascript/"
ECHO = "ws://127.0.0.1:8765/"
OUTPUT = ["text: Hello, WebSocket! ✓", "binary: 00 7f 80 ff"]

CLIENT = """async ([module, url]) => {
  const { run } = await import(module);
  const lines = [];
  const ended = run(url, (line) => lines.push(line));
  return ended.then(() => lines, (error) => [...lines, `Error: ${error.message}`]);
}"""
# Collects what a ResilientSocket fires until `count` events of `type` came.
FOLLOW = """async ([module, url, second, type, count]) => {
  const { ResilientSocket } = await import(module);
  const socket = new ResilientSocket(url, { second });
  window.resilient = socket;
  const seen = [];
  return new Promise((resolve) => {
    for (const name of ["open", "message", "lost", "stopped"]) {
      socket.addEventListener(name, (event) => {
        seen.push({ type: name, ...event.detail, ...(event.data && { data: event.data }) });
        if (seen.filter((one) => one.type === type).length === count) resolve(seen);
      });
    }
  });
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def opened(page: Page, site: Site) -> Page:
    page.goto(site.url(PAGE))
    return page


def follow(
    page: Page, site: Site, url: str, kind: str, count: int, second: int = 20
) -> list[dict[str, Any]]:
    module = site.url(PAGE + "resilient_socket.js")
    seen: list[dict[str, Any]] = page.evaluate(FOLLOW, [module, url, second, kind, count])
    return seen


def test_the_client_echoes(opened: Page, site: Site) -> None:
    assert site.echo
    module = site.url(PAGE + "echo_client.js")
    assert opened.evaluate(CLIENT, [module, site.echo.url]) == OUTPUT


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (peers.echoing(peers.wrong_text), "closed with 1006"),  # it is not UTF-8
        (peers.echoing(peers.wrong_binary), "received"),
        (peers.echoing(peers.text_as_binary), "received"),
        (peers.vanishing, "closed with 1006"),
        (peers.refusing, "closed with 1006"),
    ],
)
def test_the_client_notices(opened: Page, site: Site, script: peers.Script, problem: str) -> None:
    module = site.url(PAGE + "echo_client.js")
    with peers.server(script) as record:
        lines = opened.evaluate(CLIENT, [module, record.url])
    assert lines[-1].startswith("Error: ")
    assert problem in lines[-1]


def test_the_code_copied_from_the_page_does_what_it_says(
    page: Page, site: Site, echo_server: BackgroundServer, tmp_path: Path
) -> None:
    shown = blocks((site.folder / PAGE / "index.html").read_text("utf-8"))
    files: dict[str, str] = {}
    for block in shown:
        if block.title:
            files[block.title] = files.get(block.title, "") + block.text + "\n"

    # From a server of its own, not by a route: to Chromium a page without an address is not local,
    # and may not connect to this machine.
    for name, text in files.items():
        tmp_path.joinpath(name).write_text(text.replace(ECHO, echo_server.url), "utf-8")
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        stated = next(block.text for block in shown if block.language == "text")
        expect(page.locator("pre")).to_have_text(stated)
        server.shutdown()
    assert stated.splitlines() == OUTPUT


@pytest.mark.parametrize(
    ("path", "code"),
    [("/drop?after=1", 1006), ("/close/1011?after=1", 1011), ("/reject/503", 1006)],
)
def test_it_comes_back(
    opened: Page, site: Site, echo_server: BackgroundServer, path: str, code: int
) -> None:
    seen = follow(opened, site, echo_server.url.rstrip("/") + path, "lost", 4)
    lost = [event for event in seen if event["type"] == "lost"]
    assert [event["code"] for event in lost] == [code] * 4
    assert [event["attempt"] for event in lost] == [1, 2, 3, 4]
    for event in lost:
        assert 0 <= event["wait"] <= 2 ** (event["attempt"] - 1) * 20, event


@pytest.mark.parametrize(("code", "least", "most"), [(1012, 5, 30), (1013, 30, 60)])
def test_it_waits_as_the_close_code_asks(
    opened: Page, site: Site, echo_server: BackgroundServer, code: int, least: int, most: int
) -> None:
    url = f"{echo_server.url.rstrip('/')}/close/{code}?after=1"
    lost = follow(opened, site, url, "lost", 1)[-1]
    assert lost["code"] == code
    assert least * 20 <= lost["wait"] <= most * 20


def test_it_notices_a_dead_line(opened: Page, site: Site, echo_server: BackgroundServer) -> None:
    seen = follow(opened, site, echo_server.url.rstrip("/") + "/silent", "lost", 2)
    assert [event["type"] for event in seen] == ["open", "lost", "open", "lost"]


def test_a_server_that_answers_keeps_it_and_it_starts_over(opened: Page, site: Site) -> None:
    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        if record.connections == 2:
            for _ in range(4):  # 80 of its seconds
                assert peer.receive_message().payload == b"ping"
                peer.send(TEXT, b"ping")
            peer.send(TEXT, "news ✓".encode())

    with peers.server(script) as record:
        seen = follow(opened, site, record.url, "lost", 2)
        opened.evaluate("() => window.resilient.close()")
    assert [event["type"] for event in seen] == ["open", "lost", "open", "message", "lost"]
    assert seen[3]["data"] == "news ✓"
    assert [seen[1]["attempt"], seen[4]["attempt"]] == [1, 1]


@pytest.mark.parametrize("code", [1000, 1008])
def test_it_stops_where_the_server_says_so(
    opened: Page, site: Site, echo_server: BackgroundServer, code: int
) -> None:
    url = f"{echo_server.url.rstrip('/')}/close/{code}?after=1"
    seen = follow(opened, site, url, "stopped", 1)
    assert [event["type"] for event in seen] == ["open", "stopped"]
    assert seen[-1]["code"] == code


def test_it_closes_with_1000_when_it_is_closed_or_the_page_is_left(
    opened: Page, site: Site
) -> None:
    codes: list[int] = []

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        code = peer.receive_message().close_code
        codes.append(code)
        peer.send(CLOSE, code.to_bytes(2))

    with peers.server(script) as record:
        for leave in (
            "() => window.resilient.close()",
            "() => dispatchEvent(new Event('pagehide'))",
        ):
            follow(opened, site, record.url, "open", 1)
            opened.evaluate(leave)
    assert codes == [1000, 1000]
    assert record.connections == 2


def test_it_comes_back_with_the_network_and_with_the_page(
    opened: Page, site: Site, echo_server: BackgroundServer
) -> None:
    follow(opened, site, f"{echo_server.url.rstrip('/')}/close/1013?after=1", "lost", 1, 1000)
    again = """([name, init]) => new Promise((resolve) => {
      window.resilient.addEventListener("open", () => resolve("open"), { once: true });
      dispatchEvent(init ? new PageTransitionEvent(name, init) : new Event(name));
    })"""  # a pause of 30 s or more would outlast the test
    assert opened.evaluate(again, ["online", None]) == "open"
    opened.evaluate("() => dispatchEvent(new Event('pagehide'))")
    assert opened.evaluate(again, ["pageshow", {"persisted": True}]) == "open"


def test_pauses_have_full_jitter(opened: Page, site: Site, echo_server: BackgroundServer) -> None:
    # Connections that end, not attempts that fail: those Chromium itself spreads out.
    url = f"{echo_server.url.rstrip('/')}/close/1011?after=1"
    lost = [one for one in follow(opened, site, url, "lost", 66, 4) if one["type"] == "lost"]
    shares = [event["wait"] / (60 * 4) for event in lost if event["attempt"] > 6]
    assert all(0 <= share <= 1 for share in shares)
    # By chance alone each would fail once in ten million runs.
    assert min(shares) < 0.25
    assert max(shares) > 0.75


def test_the_page_shows_its_samples(site: Site) -> None:
    html = (site.folder / PAGE / "index.html").read_text("utf-8")
    assert re.search(r"echo_client\.js", html)
    assert re.search(r"resilient_socket\.js", html)
