"""`<ws-monitor>` against servers that fail, are silent, lie or flood."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
import time

import pytest
from playwright.sync_api import Page, Route, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from tests.browser.monitor import Monitor, open_monitor
from tests.browser.servers import plain, says, server
from tests.browser.test_lib_report import EXAMPLES
from tests.site import Site

FRAME = EXAMPLES["frame, outgoing text"]


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
    command = [sys.executable, "-m", "echo_demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            assert process.stdout
            address = re.search(rb"ws://127\.0\.0\.1:\d+", process.stdout.readline())
            assert address
            monitor = open_monitor(page, site, f"{address[0].decode()}/demo")
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
    page.add_init_script(
        """window.busy = 0;
        new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) window.busy += duration;
        }).observe({ type: "longtask" });"""
    )
    with server(flood) as address:
        monitor = open_monitor(page, site, address)
        counted = r"^([1-9],\d{3}|1\d,\d{3}|20,000)$"
        expect(monitor.field("received")).to_have_text(re.compile(counted), timeout=60_000)
        assert monitor.root.get_by_role("listitem").count() <= 200
        # Of the time in which it pours, the most is left to the reader.
        share = """() => new Promise((resolve) => {
          const [begin, before] = [performance.now(), window.busy];
          setTimeout(() => resolve((window.busy - before) / (performance.now() - begin)), 3000);
        })"""
        # Where others took the processor for a while, it pours for long enough to look again.
        assert page.evaluate(share) < 0.5 or page.evaluate(share) < 0.5
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
