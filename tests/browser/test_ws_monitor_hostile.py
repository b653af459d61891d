"""`<ws-monitor>` against servers that fail, are silent, lie or flood."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_websocket
from websockets.typing import Subprotocol

from echo_demo.background import BackgroundServer
from tests.browser.monitor import Monitor, open_monitor
from tests.browser.test_lib_report import EXAMPLES
from tests.site import Site, build, serve

FRAME = EXAMPLES["frame, outgoing text"]


@contextmanager
def server(handler: Callable[[ServerConnection], None]) -> Iterator[str]:
    """Run a server that agrees to report and then does as it likes; yield its address."""
    with serve_websocket(
        handler, "127.0.0.1", 0, subprotocols=[Subprotocol("v1.report.websocket.org")]
    ) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{running.socket.getsockname()[1]}/demo"
        finally:
            running.shutdown()
            thread.join()


def says(*messages: str | bytes) -> Callable[[ServerConnection], None]:
    """Return a handler that sends these messages and then listens."""

    def handle(connection: ServerConnection) -> None:
        for message in messages:
            connection.send(message)
        for _ in connection:
            pass

    return handle


@contextmanager
def plain(answer: bytes | None) -> Iterator[str]:
    """Answer each connection with these bytes and close it, or with None never answer."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    held.append(connection)
                    if answer is not None:
                        connection.recv(65536)
                        connection.sendall(answer)
                        connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}/demo"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()


@pytest.fixture
def errors(page: Page) -> list[str]:
    """What scripts threw and nobody caught."""
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    return thrown


def test_a_server_that_never_answers_is_given_up(page: Page, site: Site) -> None:
    page.clock.install()
    with plain(None) as address:
        monitor = open_monitor(page, site, address)
        monitor.expect_state("CONNECTING", "waiting for the server")
        monitor.expect_source("NOT YET")
        page.clock.run_for(10_100)
        monitor.expect_state("CLOSED", "No server answered")
        monitor.expect_source("RECORDED")


def test_calling_it_off_is_not_called_closing(page: Page, site: Site) -> None:
    with plain(None) as address:
        monitor = open_monitor(page, site, address)
        monitor.button("Cancel").click()
        monitor.expect_state("CLOSED", "You called it off before the server had answered.")
        monitor.expect_source("NO SIGNAL")
        expect(monitor.button("Try again")).to_be_focused()


@pytest.mark.parametrize("status", ["404 Not Found", "503 Service Unavailable"])
def test_a_server_that_answers_with_a_page(page: Page, site: Site, status: str) -> None:
    with plain(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as address:
        monitor = open_monitor(page, site, address)
        monitor.expect_state("CLOSED", "No server answered, or none that reports frames")
        monitor.expect_source("RECORDED")


def test_a_server_that_is_killed(page: Page, site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "echo_demo", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            assert process.stdout
            assert str(port).encode() in process.stdout.readline()
            monitor = open_monitor(page, site, f"ws://127.0.0.1:{port}/demo")
            monitor.expect_state("OPEN")
        finally:
            process.kill()
        monitor.expect_state("CLOSED", "The connection broke (1006)")
        monitor.expect_source("ENDED")


def test_a_server_that_says_nothing_is_not_taken_for_a_live_one(page: Page, site: Site) -> None:
    page.clock.install()
    with server(says()) as address:
        monitor = open_monitor(page, site, address)
        monitor.expect_state("OPEN", "Sends a message")
        page.clock.run_for(6000)
        monitor.expect_state("OPEN", "No echo for more than 5 s")


@pytest.mark.parametrize(
    "report",
    [
        "not JSON",
        "[]",
        "{}",
        b"\x00\x01",
        '{"type": "frame"}',
        '{"type": "totals", "t": 1, "in": null, "out": null}',
        json.dumps(FRAME).replace(str(FRAME["t"]), "1e999"),
        json.dumps({**FRAME, "length": -1}),
        json.dumps({**FRAME, "opcode": 1.5}),
        json.dumps({**FRAME, "rsv": [{}, "<b>", 7]}),
        json.dumps({**FRAME, "header": "81" * 100_000}),
        json.dumps({"type": "rtt", "ping": 1, "pong": 2, "ms": None}),
    ],
    ids=lambda report: str(report)[:40],
)
def test_malformed_reports_end_the_session_in_words(
    page: Page, site: Site, errors: list[str], report: str | bytes
) -> None:
    with server(says(report)) as address:
        monitor = open_monitor(page, site, address)
        monitor.expect_state("CLOSED", "The server broke the report protocol")
        monitor.expect_source("RECORDED")
    assert errors == []


def test_what_the_protocol_does_not_know_yet_is_let_pass(
    page: Page, site: Site, errors: list[str]
) -> None:
    strange = [
        '{"type": "__proto__", "__proto__": {"phase": "closed"}}',
        '{"type": "constructor"}',
        json.dumps({"type": "x" * 500_000, "more": "y" * 500_000}),
        '{"type": "hello", "server": "s", "started": 1, "request": "", "response": "",'
        ' "__proto__": {"type": "frame"}}',
    ]
    with server(says(*strange)) as address:
        monitor = open_monitor(page, site, address)
        expect(monitor.field("sent")).to_have_text("2")
        monitor.expect_state("OPEN")
    assert errors == []


def test_an_empty_picture_is_not_kept_when_a_recording_takes_over(page: Page, site: Site) -> None:
    released = threading.Event()

    def handle(connection: ServerConnection) -> None:
        released.wait(20)
        connection.send("no report")
        for _ in connection:
            pass

    with server(handle) as address:
        monitor = open_monitor(page, site, address)
        monitor.button("Pause").click()
        monitor.expect_source("PAUSED")
        released.set()
        monitor.expect_source("RECORDED")
        expect(monitor.button("Pause")).to_be_visible()
        expect(monitor.rows("hello, wire").first).to_be_visible()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (1000, "Normal Closure"),
        (1001, "Going Away"),
        (1011, "Internal Error"),
        (4000, "Private use"),
    ],
)
def test_a_reason_cannot_turn_the_sentence_around(
    page: Page, site: Site, code: int, name: str
) -> None:
    def close(connection: ServerConnection) -> None:
        connection.close(code, "a\u202eb\u0007c")

    with server(close) as address:
        monitor = open_monitor(page, site, address)
        words = f"closed it with {code} ({name}), “a⟨U+202E⟩b␇c”. Reconnect"
        monitor.expect_state("CLOSED", words)
        monitor.expect_source("ENDED")


def test_characters_that_hide_or_turn_text_are_shown(page: Page, site: Site) -> None:
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN")
    monitor.say("a\u202eb\u0000c\u200bd")
    expect(monitor.rows("a⟨U+202E⟩b␀c⟨U+200B⟩d")).to_have_count(2)


def flood(connection: ServerConnection) -> None:
    """Push echoes that nobody asked for, as fast as they go, until the page leaves."""
    text = json.dumps({**FRAME, "n": "N"})
    with contextlib.suppress(ConnectionClosed):
        for n in range(1, 20_001):
            connection.send(text.replace('"N"', str(n)))
            connection.send("Hello")
            if n % 10 == 0:
                time.sleep(0.005)  # about two thousand messages a second
        for _ in connection:
            pass


def test_a_flood_leaves_the_page_small_and_usable(
    page: Page, site: Site, errors: list[str]
) -> None:
    with server(flood) as address:
        monitor = open_monitor(page, site, address)
        counted = r"^([1-9],\d{3}|1\d,\d{3}|20,000)$"
        expect(monitor.field("received")).to_have_text(re.compile(counted))
        assert monitor.root.get_by_role("listitem").count() <= 200
        monitor.button("Pause").click()
        monitor.expect_source("PAUSED")
        monitor.button("Disconnect").click()
        monitor.expect_state("CLOSED", "You closed it")
        assert monitor.root.get_by_role("listitem").count() <= 200
    assert errors == []


def test_a_browser_that_refuses_says_why(page: Page, site: Site) -> None:
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("https://secure.example/")
        route.fulfill(response=route.fetch(url=site.url(path)))

    page.route("https://secure.example/**", answer)
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          document.querySelector("ws-monitor").setAttribute("url", "ws://plain.example/demo");
        });"""
    )
    page.goto("https://secure.example/")
    monitor = Monitor(page)
    monitor.expect_state("CLOSED", "The browser refuses to connect:")
    monitor.expect_source("RECORDED")


def test_hurried_instant_navigation_leaves_no_connection(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    opened: list[str] = []
    page.on("websocket", lambda connection: opened.append(connection.url))
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    page.evaluate(
        """async () => {
          window.stayed = true;
          const home = location.href;
          const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
          for (let i = 0; i < 20; i++) {
            const path = i % 2 ? home : new URL("tools/report-protocol/", home).href;
            const link = Object.assign(document.createElement("a"), { href: path });
            document.querySelector("main, body").append(link);
            link.click();
            await wait(40 * (i % 4));
          }
          const link = Object.assign(document.createElement("a"),
            { href: new URL("tools/report-protocol/", home).href });
          document.body.append(link);
          link.click();
        }"""
    )
    expect(page).to_have_url(site.url("tools/report-protocol/"))
    expect(monitor.root).to_have_count(0)
    assert page.evaluate("window.stayed") is True
    assert len(opened) > 2
    for _ in range(100):
        if not echo_server.connections():
            break
        page.wait_for_timeout(50)
    assert echo_server.connections() == []


def test_the_keyboards_place_survives_a_change_of_state(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    monitor.button("Disconnect").focus()
    page.keyboard.press("Enter")
    monitor.expect_state("CLOSED")
    expect(monitor.button("Reconnect")).to_be_focused()
    page.keyboard.press("Enter")
    monitor.expect_state("OPEN")
    expect(monitor.button("Disconnect")).to_be_focused()
    monitor.button("Pause").focus()
    echo_server.stop()
    monitor.expect_state("CLOSED", "1001")
    expect(monitor.button("Reconnect")).to_be_focused()


def test_an_opened_line_stays_where_it_is_read(page: Page, site: Site) -> None:
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN")
    expect(monitor.rows("hello, wire")).to_have_count(2)
    row = monitor.rows("hello, wire").last
    row.get_by_role("button").click()
    scrolled = page.evaluate("scrollY")
    place = row.bounding_box()
    for number in range(12):
        monitor.say(f"line {number}.")
    expect(monitor.rows("line 11.")).to_have_count(2)
    assert row.bounding_box() == place
    assert page.evaluate("scrollY") == scrolled
    monitor.button("↓ newest").click()
    monitor.say("the last one")
    expect(monitor.rows("the last one").last).to_be_in_viewport()


def test_several_changes_of_view_at_once(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    page.add_init_script(
        """window.IntersectionObserver = class {
          constructor(callback) { window.look = (...seen) =>
            callback(seen.map((isIntersecting) => ({ isIntersecting }))); }
          observe() {}
          disconnect() {}
        };"""
    )
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("IDLE", "Connects when it comes into view.")
    page.evaluate("look(true, false)")
    monitor.expect_state("IDLE")
    assert echo_server.connections() == []
    page.evaluate("look(false, true)")
    monitor.expect_state("OPEN")


def recording(events: list[dict[str, Any]]) -> str:
    return json.dumps({"recorded": "2026-01-02T03:04:05+00:00", "events": events})


SHORT = [
    {"at": 0, "type": "connecting", "url": "ws://h/demo", "epoch": 0},
    {"at": 5, "type": "open", "protocol": ""},
]


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (recording(SHORT), "RECORDED"),
        (recording([]), "NO SIGNAL"),
        ('{"events": []}', "NO SIGNAL"),
        ("<html>", "NO SIGNAL"),
    ],
)
def test_recordings_that_are_short_or_none(
    page: Page, site: Site, errors: list[str], body: str, source: str
) -> None:
    page.route("**/recordings/demo.json", lambda route: route.fulfill(body=body))
    with page.expect_response("**/recordings/demo.json"):
        monitor = open_monitor(page, site, "")
    monitor.expect_state("CLOSED", "No server is set up for this page.")
    monitor.expect_source(source)
    expect(monitor.root).not_to_contain_text("LIVE")
    assert errors == []


def test_under_a_sub_path(page: Page, tmp_path: Path, echo_server: BackgroundServer) -> None:
    with serve(tmp_path, "/docs/") as served:
        build(tmp_path, site_url=served.url(), echo_url=f"{echo_server.url}/demo")
        monitor = open_monitor(page, served)
        monitor.expect_state("OPEN")
        echo_server.stop()
        monitor.button("Reconnect").click()
        monitor.expect_source("RECORDED")
