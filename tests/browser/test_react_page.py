"""The store of /frameworks/react/ in Chromium, built by Vite, and what it is better than."""

from __future__ import annotations

import functools
import http.server
import itertools
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from echo_demo.background import BackgroundServer
from tests.browser import servers
from tests.echo.node_packages import node_packages
from tests.samples.programs import Running
from tests.site import ROOT

FOLDER = ROOT / "docs" / "frameworks" / "react"
PAGE = FOLDER.with_suffix(".md").read_text("utf-8")
# All of these are built and run: socketStore.ts, Chat.tsx, main.tsx, server.tsx, Naive.tsx.
HARNESS = Path(__file__).with_name("react")
LIMIT = 30_000  # ms
MANY = 600  # messages, more than the store keeps

Serve = Callable[["Built", str], AbstractContextManager[str]]

# Says in order what the scripts of a page do with its sockets.
TRACE = """
const Native = WebSocket, states = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
let made = 0;
window.trace = [];
window.WebSocket = class extends Native {
  constructor(url) {
    super(url);
    this.name = `#${++made}`;
    trace.push(`${this.name} new WebSocket`);
    for (const type of ["open", "error", "close"]) {
      this.addEventListener(type, ({ code }) =>
        trace.push(`${this.name} ${type}${code ? ` ${code}` : ""}`));
    }
  }
  close(...how) {
    trace.push(`${this.name} close() while ${states[this.readyState]}`);
    super.close(...how);
  }
};
"""


def run(folder: Path, *command: str, **variables: str) -> str:
    done = subprocess.run(
        ["node", *command],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@dataclass
class Built:
    """The sample, built twice, and served."""

    folder: Path
    origin: dict[str, str] = field(default_factory=dict)

    def page(self, mode: str, name: str, html: str, into: str) -> str:
        """Make a page of the built ``name`` with something else in it; return its address."""
        folder = self.folder / mode
        text = (folder / name).read_text("utf-8")
        assert html in text
        file = f"page{len(list(folder.iterdir()))}.html"
        (folder / file).write_text(text.replace(html, into), "utf-8")
        return f"{self.origin[mode]}/{file}"

    def chat(self, mode: str, url: str, inside: str = "") -> str:
        """The address of the sample's own page, connected to ``url``."""
        html = 'data-url="ws://127.0.0.1:8765/">'
        return self.page(mode, "index.html", html, f'data-url="{url}">{inside}')


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    packages = node_packages(FOLDER)
    folder = tmp_path_factory.mktemp("react")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(packages / "node_modules")
    vite = "node_modules/vite/bin/vite.js"
    run(folder, "node_modules/typescript/bin/tsc")
    run(folder, vite, "build", "--outDir", "production")
    run(folder, vite, "build", "--ssr", "server.tsx", "--outDir", "server")
    shutil.copytree(HARNESS, folder, dirs_exist_ok=True)
    run(folder, "node_modules/typescript/bin/tsc")
    config = (
        'export default { build: { rolldownOptions: { input: ["index.html", "harness.html"] }}}'
    )
    (folder / "vite.config.js").write_text(config, "utf-8")
    development = (vite, "build", "--mode", "development", "--outDir", "development")
    run(folder, *development, NODE_ENV="development")
    made = Built(folder)
    for mode in ("production", "development"):
        handler = functools.partial(_Quiet, directory=str(folder / mode))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.origin[mode] = f"http://127.0.0.1:{server.server_port}"
    yield made


@dataclass
class Seen:
    """What a server of the tests saw."""

    url: str = ""
    opened: int = 0
    ended: list[int] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, for_what: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(for_what, timeout=LIMIT / 1000), (self.opened, self.ended)


@contextmanager
def serving(script: Callable[[ServerConnection, int], None]) -> Iterator[Seen]:
    """Do ``script`` with each connection and its number, then read until it ends."""
    seen = Seen()

    def handle(connection: ServerConnection) -> None:
        with seen.changed:
            seen.opened += 1
            number = seen.opened
            seen.changed.notify_all()
        try:
            script(connection, number)
            for _ in connection:
                pass
            assert connection.close_code is not None
        except ConnectionClosed:
            pass
        with seen.changed:
            seen.ended.append(connection.close_code or 0)
            seen.changed.notify_all()

    with servers.server(handle, subprotocols=()) as url:
        seen.url = url
        yield seen


def hello(connection: ServerConnection, number: int) -> None:
    connection.send(f"hello {number}")


def mount(page: Page, built: Built, what: str, url: str = "") -> None:
    if not page.url.startswith(built.origin["development"]):
        page.goto(f"{built.origin['development']}/harness.html")
    page.evaluate(f"url => harness.{what}(url)", url)


def section(anchor: str) -> str:
    return PAGE.split(f"{{ #{anchor} }}", 1)[1].split("\n## ", 1)[0]


@contextmanager
def production(built: Built, url: str) -> Iterator[str]:
    yield built.chat("production", url)


@contextmanager
def npm_run_dev(built: Built, url: str) -> Iterator[str]:
    index = built.folder / "index.html"
    index.write_text(index.read_text("utf-8").replace("ws://127.0.0.1:8765/", url), "utf-8")
    vite = "node_modules/vite/bin/vite.js --host 127.0.0.1 --port 0"
    running = Running(["node", *vite.split()], built.folder)
    try:
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/", running.line(4 * LIMIT / 1000))):
            pass
        yield found[0]
    finally:
        running.end()


@pytest.mark.parametrize("serve", [production, npm_run_dev])
def test_the_sample_sends_and_shows_over_one_connection(
    page: Page, built: Built, errors: list[str], echo_server: BackgroundServer, serve: Serve
) -> None:
    with serve(built, echo_server.url) as address:
        page.goto(address)
        shows_what_is_sent(page)
        assert len(echo_server.connections()) == 1
    assert errors == []


def shows_what_is_sent(page: Page) -> None:
    expect(page.get_by_role("status")).to_have_text("open", timeout=LIMIT)
    for text in ("first", "second"):
        page.get_by_label("Message").fill(text)
        page.get_by_role("button", name="Send").click()
        expect(page.locator("li", has_text=text)).to_have_count(1, timeout=LIMIT)
        expect(page.get_by_label("Message")).to_have_value("")
    assert page.locator("li").all_inner_texts() == ["first", "second"]


def test_an_effect_that_leaks_connects_twice(page: Page, built: Built) -> None:
    with serving(hello) as seen:
        mount(page, built, "leaking", seen.url)
        seen.wait(lambda: seen.opened == 2)
        expect(page.locator("p")).to_have_count(2, timeout=LIMIT)
        assert sorted(page.locator("p").all_inner_texts()) == ["hello 1", "hello 2"]
        mount(page, built, "nothing")
        expect(page.locator("p")).to_have_count(0, timeout=LIMIT)
        assert seen.ended == []  # and they live on


def test_the_traces_on_the_page_are_what_happens(page: Page, built: Built) -> None:
    said: list[str] = []
    page.add_init_script(TRACE)
    page.on("console", lambda message: said.append(message.text))
    with serving(hello) as seen:
        mount(page, built, "closing", seen.url)
        expect(page.locator("p")).to_have_count(1, timeout=LIMIT)
        page.wait_for_function(
            "trace.filter(line => / (open|close \\d+)$/.test(line)).length === 2"
        )
        naive = page.evaluate("trace.splice(0)")
        mount(page, built, "nothing")
        page.wait_for_function("trace.some(line => line.includes('#2 close 1'))")
        page.evaluate("trace.splice(0)")
        mount(page, built, "chat", seen.url)
        expect(page.locator("li")).to_have_count(1, timeout=LIMIT)
        store = [line.replace("#3", "#1") for line in page.evaluate("trace")]
    warning = [text for text in said if "WebSocket" in text]
    assert len(warning) == 1
    said_by_page = warning[0].replace(seen.url, "ws://127.0.0.1:8765/")
    shown = [
        block.partition("```")[0].strip().splitlines()
        for block in section("strictmode").split("```text")[1:]
    ]
    shown = [lines[1:] for lines in shown]  # without the title
    # Which of the two connections the browser tells of first is its own affair.
    assert sorted(shown[0]) == sorted(naive)
    for name in ("#1", "#2"):
        assert [x for x in shown[0] if name in x] == [x for x in naive if name in x]
    assert shown[1] == [said_by_page]
    assert shown[2] == store


def test_the_last_subscriber_closes_and_a_new_one_in_time_does_not(
    page: Page, built: Built
) -> None:
    with serving(hello) as seen:
        mount(page, built, "chat", seen.url)
        expect(page.locator("li")).to_have_text("hello 1", timeout=LIMIT)
        assert page.evaluate("harness.blink()") == 0
        expect(page.locator("li")).to_have_text("hello 1", timeout=LIMIT)
        assert (seen.opened, seen.ended) == (1, [])
        mount(page, built, "nothing")
        seen.wait(lambda: seen.ended == [1000])
        mount(page, built, "again")
        expect(page.locator("li")).to_have_text(["hello 1", "hello 2"], timeout=LIMIT)


def test_a_hidden_activity_hangs_up_and_keeps_what_it_showed(page: Page, built: Built) -> None:
    with serving(hello) as seen:
        mount(page, built, "chat", seen.url)
        expect(page.locator("li")).to_have_text("hello 1", timeout=LIMIT)
        mount(page, built, "activity", "hidden")
        seen.wait(lambda: seen.ended == [1000])
        mount(page, built, "activity", "visible")
        expect(page.locator("li")).to_have_text(["hello 1", "hello 2"], timeout=LIMIT)


def test_it_comes_back_after_a_loss_and_not_after_1008(page: Page, built: Built) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        connection.send(f"connection {number}")
        if number == 1:
            connection.socket.close()  # no close frame
        else:
            connection.close(1008)

    with serving(script) as seen:
        page.goto(built.chat("production", seen.url))
        expect(page.get_by_role("status")).to_have_text("stopped", timeout=LIMIT)
        assert page.locator("li").all_inner_texts() == ["connection 1", "connection 2"]
        assert seen.opened == 2


def test_nothing_is_lost_before_a_subscriber_or_for_a_late_one(page: Page, built: Built) -> None:
    go_on = threading.Event()

    def script(connection: ServerConnection, number: int) -> None:
        for n in range(50):  # in the same segments as the handshake, or right behind it
            connection.send(str(n))
        go_on.wait(LIMIT / 1000)
        for n in range(50, 100):
            connection.send(str(n))

    with serving(script) as seen:
        mount(page, built, "chat", seen.url)
        expect(page.locator("li")).to_have_count(50, timeout=LIMIT)
        page.evaluate("() => harness.late()")
        go_on.set()
        expect(page.locator("output")).to_have_text("100", timeout=LIMIT)
        expect(page.locator("li")).to_have_text([str(n) for n in range(100)], timeout=LIMIT)


def test_many_messages_are_drawn_together(page: Page, built: Built) -> None:
    def script(connection: ServerConnection, number: int) -> None:
        for n in range(MANY):
            connection.send(str(n))

    last = str(MANY - 1)
    with serving(script) as seen:
        mount(page, built, "chat", seen.url)
        expect(page.locator("li").last).to_have_text(last, timeout=LIMIT)
        expect(page.locator("li")).to_have_count(500)
        mount(page, built, "unbatched", seen.url)
        expect(page.locator("p").last).to_have_text(last, timeout=LIMIT)
        commits = page.evaluate("harness.commits()")
    assert commits["unbatched"] >= MANY
    assert commits["chat"] < MANY / 2
    assert commits["status"] <= 4  # connecting and open, in StrictMode


def test_html_of_the_server_is_taken_over(
    page: Page, built: Built, errors: list[str], echo_server: BackgroundServer
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    html = run(built.folder, "server/server.js").strip()
    assert "connecting</p>" in html
    page.goto(built.chat("development", echo_server.url, html))
    expect(page.get_by_role("status")).to_have_text("open", timeout=LIMIT)
    assert errors == []
    assert not [text for text in said if "hydrat" in text.lower()]


def test_the_errors_on_the_page_are_those_of_react(page: Page, built: Built) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with serving(hello) as seen, page.expect_event("pageerror", timeout=LIMIT) as thrown:
        mount(page, built, "unstable", seen.url)
    code = """
        import { createElement, useSyncExternalStore } from "react";
        import { renderToString } from "react-dom/server";
        const Bare = () => useSyncExternalStore(() => () => {}, () => "");
        try { renderToString(createElement(Bare)); } catch (error) { console.log(error.message); }
    """
    server = run(built.folder, "--input-type=module", "--eval", code, NODE_ENV="development")
    errors = section("errors")
    assert f"`{server.strip()}`" in errors
    cached = "The result of getSnapshot should be cached to avoid an infinite loop"
    assert any(cached in text for text in said), said
    assert f"`{cached}`" in errors
    assert "Maximum update depth exceeded" in str(thrown.value)


def test_the_versions_on_the_page_are_those_of_the_lock() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    for name, title in (("react", "React"), ("vite", "Vite"), ("typescript", "TypeScript")):
        assert f"{title} {lock[f'node_modules/{name}']['version']}" in PAGE
    assert "resolved" not in itertools.chain(*(package for package in lock.values()))
