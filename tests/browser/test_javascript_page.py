"""The module of /languages/javascript/, echo_client.js, in a browser."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from echo_demo.background import BackgroundServer
from tests.samples import peers
from tests.samples.copied import blocks
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


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def opened(page: Page, site: Site) -> Page:
    page.goto(site.url(PAGE))
    return page


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


def test_the_page_shows_its_samples(site: Site) -> None:
    html = (site.folder / PAGE / "index.html").read_text("utf-8")
    assert re.search(r"echo_client\.js", html)
