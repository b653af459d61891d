"""`client.js` of /compare/webtransport/ in Chromium: WebTransport, and WebSocket where it fails."""

from __future__ import annotations

import contextlib
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Page

from tests.browser import chromium
from tests.samples import lossy_udp
from tests.samples.conftest import programs
from tests.samples.manifest import DOCS
from tests.samples.programs import free_port
from tests.samples.test_webtransport_page import Listening
from tests.samples.test_webtransport_page import server as webtransport_server

__all__ = ["programs", "webtransport_server"]

CLIENT = DOCS / "compare" / "webtransport" / "client.js"
# Until all positions have come, or for so long.
RUN = """async ([module, webtransport, websocket, hash, patience, longest]) => {
  const { open } = await import(module);
  const moved = [];
  let last;
  const all = new Promise((resolve) => { last = resolve; });
  const value = Uint8Array.from(hash.match(/../g), (pair) => parseInt(pair, 16));
  const started = performance.now();
  const session = await open({ webtransport, websocket }, (position) => {
    moved.push(position[0]);
    if (moved.length === 20) last();
  }, { hash: value, patience });
  const opened = performance.now() - started;
  for (let n = 0; n < 20; n += 1) session.move(new Uint8Array([n]));
  const said = await Promise.all([session.say("one ✓"), session.say("two")]);
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, longest))]);
  session.close();
  return { via: session.via, moved, said, opened };
}"""


@pytest.fixture
def page_of_its_own(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Page]:
    """A page on loopback, in a Chromium that may speak QUIC, unlike that of the other tests."""
    shutil.copy(CLIENT, tmp_path)
    (tmp_path / "index.html").write_text("<!doctype html><title>client</title>", "utf-8")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_: Any) -> None:
            pass

    arguments = [one for one in chromium.arguments() if one != "--disable-quic"]
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=site.serve_forever, daemon=True).start()
        stack.callback(site.shutdown)
        browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
        stack.callback(browser.close)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{site.server_port}/")
        yield page


def run(
    page: Page, port: int, hash_: str, websocket: str, patience: int = 30_000, longest: int = 20_000
) -> dict[str, Any]:
    webtransport = f"https://127.0.0.1:{port}/"
    found: dict[str, Any] = page.evaluate(
        RUN, [f"{page.url}client.js", webtransport, websocket, hash_, patience, longest]
    )
    return found


def test_chromium_opens_webtransport_by_the_hash_of_the_certificate(
    page_of_its_own: Page, webtransport_server: Listening
) -> None:
    nowhere = f"ws://127.0.0.1:{free_port()}/"
    found = run(page_of_its_own, webtransport_server.port, webtransport_server.hash, nowhere)
    assert found["via"] == "webtransport"
    assert found["said"] == ["one ✓", "two"]
    assert sorted(found["moved"]) == list(range(20))  # loopback loses nothing


def test_another_hash_leads_to_the_websocket(
    page_of_its_own: Page, webtransport_server: Listening, echo_server: Any
) -> None:
    found = run(page_of_its_own, webtransport_server.port, "00" * 32, echo_server.url)
    assert found["via"] == "websocket"
    assert found["said"] == ["one ✓", "two"]
    assert found["moved"] == list(range(20))


def test_blocked_udp_leads_to_the_websocket_in_time(
    page_of_its_own: Page, webtransport_server: Listening, echo_server: Any
) -> None:
    said: list[str] = []
    page_of_its_own.on("console", lambda message: said.append(message.text))
    with lossy_udp.relay(webtransport_server.port, lambda *_: True) as line:
        found = run(
            page_of_its_own, line.port, webtransport_server.hash, echo_server.url, patience=500
        )
        assert line.lost > 0
    assert found["via"] == "websocket"
    assert found["opened"] >= 499
    # Its own patience has ended, not that of the browser.
    assert [text for text in said if "took too long" in text]
    assert found["moved"] == list(range(20))


def test_positions_are_lost_and_texts_are_not(
    page_of_its_own: Page, webtransport_server: Listening
) -> None:
    def loses(number: int, _: bytes) -> bool:
        # Not those of the opening, which would only delay everything.
        return number > 12 and number % 3 == 0

    with lossy_udp.relay(webtransport_server.port, loses) as line:
        nowhere, hash_ = "ws://127.0.0.1:9/", webtransport_server.hash
        found = run(page_of_its_own, line.port, hash_, nowhere, longest=1000)
    assert line.lost > 0
    assert found["via"] == "webtransport"
    assert found["said"] == ["one ✓", "two"]


# As in Safari 26.4, by the data of browser-compat-data.
NEWER_NAME = """
  const made = WebTransportDatagramDuplexStream.prototype;
  const { get } = Object.getOwnPropertyDescriptor(made, "writable");
  delete made.writable;
  made.createWritable = function () { return get.call(this); };
"""


def test_datagrams_are_sent_where_only_the_newer_name_is_known(
    page_of_its_own: Page, webtransport_server: Listening
) -> None:
    page_of_its_own.evaluate(f"() => {{ {NEWER_NAME} }}")
    nowhere = f"ws://127.0.0.1:{free_port()}/"
    found = run(page_of_its_own, webtransport_server.port, webtransport_server.hash, nowhere)
    assert found["via"] == "webtransport"
    assert sorted(found["moved"]) == list(range(20))


AFTER = """async ([module, webtransport, websocket]) => {
  const { open } = await import(module);
  const session = await open({ webtransport, websocket }, () => {}, { patience: 300 });
  session.close();
  const lost = await session.say("late").catch((error) => error.message);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const ended = await session.say("later").catch((error) => error.message);
  return [session.via, lost, ended];
}"""


def test_what_is_said_after_the_end_fails_instead_of_waiting(
    page_of_its_own: Page, echo_server: Any
) -> None:
    addresses = [f"https://127.0.0.1:{free_port()}/", echo_server.url]
    found = page_of_its_own.evaluate(AFTER, [f"{page_of_its_own.url}client.js", *addresses])
    assert found == ["websocket", "not connected", "not connected"]
