"""`<ws-console>`: connecting, sending, receiving, the log, and leaving the page."""

from __future__ import annotations

import base64
import contextlib
import json
import queue
import re
import threading
from pathlib import Path

from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from echo_demo.background import BackgroundServer
from tests.browser.console import Console, server
from tests.browser.servers import expect_connections
from tests.site import Site

ROUND_TRIP = re.compile(r"[\d.,]+ ms$")


def test_nothing_is_opened_until_asked(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    url = f"{echo_server.url}/"
    console = Console(page, site, url=url, protocols="one, two", message="from a link")
    console.expect_state("IDLE")
    expect(console.field("Address")).to_have_value(url)
    expect(console.field("Subprotocols, comma separated")).to_have_value("one, two")
    expect(console.field("Message")).to_have_value("from a link")
    expect(console.rows("NOTE")).to_contain_text("Nothing is sent until you connect")
    assert sockets == []
    assert echo_server.connections() == []


def test_text_comes_back_with_its_round_trip(page: Page, site: Site) -> None:
    console = Console(page, site)
    assert site.echo is not None
    expect(console.field("Address")).to_have_value(f"{site.echo.url}/demo")
    console.open()
    expect(console.panel.get_by_role("status")).to_contain_text("Open after")
    console.send("Grüße, wire")
    expect(console.rows("TEXT", "sent")).to_contain_text("Grüße, wire")
    echo = console.rows("TEXT", "received")
    expect(echo).to_contain_text("Grüße, wire")
    expect(echo).to_contain_text("13 B")
    expect(echo).to_have_text(ROUND_TRIP)
    for label in ("sent", "received"):
        expect(console.number(label)).to_have_text("1")


def test_binary_as_hex_and_as_a_file(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.open()
    console.send("00 01 fe FF", "Binary, as hex")
    expect(console.rows("BINARY", "received")).to_contain_text("00 01 fe ff")
    console.field("Binary, a file").check()
    console.button("Send").click()
    expect(console.hint("File")).to_contain_text("choose a file first")
    content = bytes(range(256)) * 200
    console.field("File").set_input_files(
        {"name": "all.bin", "mimeType": "application/octet-stream", "buffer": content}
    )
    expect(console.hint("File")).to_contain_text("51.2 kB")
    console.button("Send").click()
    echo = console.rows("BINARY", "received").nth(1)
    expect(echo).to_contain_text("51.2 kB")
    expect(echo).to_have_text(ROUND_TRIP)
    # The whole opens on request, as far as the log keeps it.
    echo.locator("summary").click()
    expect(echo).to_contain_text("0008  08 09 0a 0b 0c 0d 0e 0f")
    expect(echo).to_contain_text("the first 16,384 of 51,200 bytes")


def test_bad_hex_is_explained_and_not_sent(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.open()
    console.send("00 0g", "Binary, as hex")
    expect(console.hint("Message")).to_contain_text("“g” at offset 4")
    expect(console.field("Message")).to_have_attribute("aria-invalid", "true")
    console.send("00 0f", "Binary, as hex")
    expect(console.rows("BINARY", "received")).to_contain_text("00 0f")
    expect(console.number("sent")).to_have_text("1")


def test_a_message_is_repeated_as_often_as_asked(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.open()
    console.field("Times").fill("12")
    console.field("Per second").fill("100")
    console.send("again")
    expect(console.number("received")).to_have_text("12")
    expect(console.rows("TEXT", "sent")).to_have_count(12)
    assert all(
        ROUND_TRIP.search(text) for text in console.rows("TEXT", "received").all_inner_texts()
    )


def test_repeating_can_be_stopped(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.open()
    console.field("Times").fill("1000")
    console.field("Per second").fill("0.1")
    console.send("once in ten seconds")
    expect(console.hint("Times")).to_have_text("1 of 1,000 sent")
    console.button("Stop").click()
    expect(console.hint("Times")).to_have_text("")
    expect(console.number("sent")).to_have_text("1")
    console.field("Times").fill("0")
    expect(console.hint("Times")).to_contain_text("Times: a whole number from 1 to 100,000.")
    console.field("Times").fill("1")
    console.send("by hand")
    expect(console.number("sent")).to_have_text("2")


def test_repeating_waits_for_the_buffer_of_a_slow_line(page: Page, site: Site) -> None:
    reading = threading.Event()

    def slow(connection: ServerConnection) -> None:
        reading.wait()
        for _ in connection:
            pass

    with server(slow, max_size=None, compression=None, max_queue=1) as address:
        console = Console(page, site)
        console.open(address)
        console.field("Binary, a file").check()
        console.field("File").set_input_files(
            {"name": "big", "mimeType": "application/octet-stream", "buffer": b"\0" * 900_000}
        )
        console.field("Times").fill("60")
        console.field("Per second").fill("1000")
        console.button("Send").click()
        try:
            expect(console.hint("Times")).to_contain_text("waiting for bufferedAmount to fall")
            expect(console.number("bufferedAmount")).not_to_have_text("0")
            buffered = int(console.number("bufferedAmount").inner_text().replace(",", ""))
            assert 0 < buffered <= 1024 * 1024
        finally:
            reading.set()
        expect(console.number("sent")).to_have_text("60", timeout=90_000)
        expect(console.number("bufferedAmount")).to_have_text("0")


def test_reports_are_shown_as_reports(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.open(protocols="v1.report.websocket.org")
    expect(console.panel.locator("header")).to_contain_text("v1.report.websocket.org")
    expect(console.rows("REPORT").first).to_contain_text("hello from echo-demo")
    console.send('{"type": "frame"}')
    expect(console.rows("TEXT", "received")).to_contain_text('{"type": "frame"}')
    expect(console.rows("REPORT").filter(has_text="in · TEXT")).to_contain_text("mask ")
    expect(console.number("received")).to_have_text("1")


def test_the_log_is_exported_as_json(page: Page, site: Site, tmp_path: Path) -> None:
    console = Console(page, site)
    console.open()
    console.send("wire")
    expect(console.rows("TEXT", "received")).to_have_text(ROUND_TRIP)
    console.send("00ff", "Binary, as hex")
    expect(console.rows("BINARY", "received")).to_have_text(ROUND_TRIP)
    console.button("Close").click()
    console.expect_state("CLOSED")
    with page.expect_download() as download:
        console.button("Export JSON").click()
    assert re.fullmatch(r"websocket-log-[\dTZ.-]+\.json", download.value.suggested_filename)
    file = tmp_path / "log.json"
    download.value.save_as(file)
    log = json.loads(file.read_text())
    assert log["dropped"] == 0
    rows = log["rows"]
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["type"] for row in rows] == (
        ["CONNECT", "OPEN", "TEXT", "TEXT", "BINARY", "BINARY", "CLOSING", "CLOSE"]
    )
    text, text_echo, binary, binary_echo = rows[2:6]
    assert (text["direction"], text["text"], text["size"]) == ("sent", "wire", 4)
    assert (text_echo["direction"], text_echo["text"]) == ("received", "wire")
    assert text_echo["rtt_ms"] > 0
    assert (
        base64.b64decode(binary["base64"]) == base64.b64decode(binary_echo["base64"]) == b"\0\xff"
    )
    assert (rows[-1]["code"], rows[-1]["was_clean"]) == (1000, True)


def test_the_link_holds_the_set_up(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    console = Console(page, site)
    console.field("Address").fill("wss://example.com/socket?a=1")
    console.field("Subprotocols, comma separated").fill("chat")
    console.field("Binary, as hex").check()
    console.field("Message").fill("00 ff")
    console.button("Copy link").click()
    expect(console.rows("NOTE")).to_contain_text("Copied")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(console.field("Address")).to_have_value("wss://example.com/socket?a=1")
    expect(console.field("Subprotocols, comma separated")).to_have_value("chat")
    expect(console.field("Binary, as hex")).to_be_checked()
    expect(console.field("Message")).to_have_value("00 ff")
    console.expect_state("IDLE")


def test_instant_navigation_closes_the_connection(page: Page, site: Site) -> None:
    closed: queue.Queue[int | None] = queue.Queue()

    def handler(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            connection.recv()
        closed.put(connection.close_code)

    with server(handler) as address:
        console = Console(page, site)
        console.open(address)
        page.evaluate("window.sameDocument = true")
        page.get_by_role("link", name="server's reports").click()
        page.wait_for_url("**/tools/report-protocol/")
        # 1000 is the element's own; a browser that collects a forgotten socket sends no code.
        assert closed.get(timeout=20) == 1000
    assert page.evaluate("window.sameDocument") is True


def test_a_page_put_aside_by_the_browser_tells_the_truth(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    console = Console(page, site)
    console.open(f"{echo_server.url}/")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    console.expect_state("CLOSED")
    expect(console.rows("CLOSE")).to_contain_text("because you left this page")
    expect_connections(page, echo_server, 0)
    console.open(f"{echo_server.url}/")
