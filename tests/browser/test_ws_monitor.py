"""`<ws-monitor>` against real servers, through what a reader sees and does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from websockets.sync.server import ServerConnection

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.browser.monitor import open_monitor
from tests.browser.servers import expect_connections, server
from tests.site import Site

# A time that is not none.
RUNNING = re.compile(r"^(?!00:00:00)\d\d:\d\d:\d\d$")


@pytest.fixture
def quiet_server() -> Iterator[BackgroundServer]:
    """A server that pings once, when the connection opens."""
    with BackgroundServer(Settings(port=0, report_ping_interval=3600)) as running:
        yield running


def test_it_opens_a_connection_to_the_sites_echo_server(page: Page, site: Site) -> None:
    assert site.echo
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN", "every 2 s while you watch")
    monitor.expect_source("LIVE")
    expect(monitor.field("address")).to_have_text(f"{site.echo.url}/demo")
    expect(monitor.root).to_contain_text("RFC 6455")
    expect(monitor.field("uptime")).to_have_text(RUNNING)
    expect(monitor.field("rtt")).to_have_text(re.compile(r"^[\d.]+$"))
    expect(monitor.field("ping")).to_have_text(re.compile(r"^[\d.]+ ms$"))


def test_its_numbers_are_those_that_the_server_kept(
    page: Page, site: Site, quiet_server: BackgroundServer
) -> None:
    monitor = open_monitor(page, site, f"{quiet_server.url}/demo")
    monitor.say("one more")
    # Each fourth message is binary: the first of them leaves after six seconds.
    expect(monitor.field("binary-out")).to_have_text("1")
    monitor.button("Pause").click()
    expect(monitor.field("received")).to_have_text(monitor.field("sent").inner_text())
    (connection,) = quiet_server.connections()
    assert connection.path == "/demo"
    assert connection.totals["in"]["messages"] >= 5
    assert connection.totals["out"]["frames"]["ping"] == 1
    monitor.expect_counts(connection.totals)


def test_what_the_reader_sends_goes_there_and_comes_back(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    monitor.say("grüße, wire")
    rows = monitor.rows("grüße, wire")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("to the server")
    expect(rows.last).to_contain_text("to the client")
    # 13 bytes of UTF-8, sent back uncompressed.
    expect(rows.last).to_contain_text("13 B")
    expect(monitor.root.get_by_role("textbox")).to_have_value("")


def test_the_feed_shows_the_bytes_of_a_frame(page: Page, site: Site) -> None:
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN")
    monitor.say("Howdy")
    row = monitor.echo("Howdy")
    row.get_by_role("button").click()
    expect(row).to_contain_text("header 81 05 · unmasked")
    expect(row.get_by_role("button")).to_have_attribute("aria-expanded", "true")
    row.get_by_role("button").click()
    expect(row).not_to_contain_text("header")


def test_pings_and_pongs_are_in_the_feed_with_the_servers_round_trip(
    page: Page, site: Site
) -> None:
    monitor = open_monitor(page, site)
    expect(monitor.rows("PING").first).to_contain_text("to the client")
    expect(monitor.rows("PONG").first).to_contain_text("to the server")
    expect(monitor.rows("PONG").first).to_contain_text(re.compile(r"[\d.]+ ms"))


def test_markup_in_a_payload_is_text(page: Page, site: Site) -> None:
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN")
    attack = '<img src=x onerror="window.harmed = true"><b>bold</b>'
    monitor.say(attack)
    row = monitor.echo("onerror")
    expect(row).to_contain_text(attack)
    row.get_by_role("button").click()
    expect(row.locator("pre")).to_have_text(attack)
    expect(monitor.root.locator("img")).to_have_count(0)
    assert page.evaluate("window.harmed") is None


def test_a_text_that_looks_like_a_report_is_an_echo(
    page: Page, site: Site, quiet_server: BackgroundServer
) -> None:
    monitor = open_monitor(page, site, f"{quiet_server.url}/demo")
    monitor.expect_state("OPEN")
    frames = dict.fromkeys(("text", "binary", "continuation", "close", "ping", "pong"), 999)
    side = {"bytes": 999, "messages": 999, "frames": frames}
    monitor.say(json.dumps({"type": "totals", "t": 1, "in": side, "out": side}))
    expect(monitor.rows("999")).to_have_count(2)
    monitor.button("Pause").click()
    expect(monitor.field("received")).to_have_text(monitor.field("sent").inner_text())
    monitor.expect_counts(quiet_server.connections()[0].totals)


def test_pause_stops_sending_and_keeps_the_connection(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    page.clock.install()
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    monitor.button("Pause").click()
    monitor.expect_source("PAUSED")
    monitor.expect_state("OPEN", "Paused")
    sent = int(monitor.field("sent").inner_text())
    page.clock.run_for(10_000)
    expect(monitor.field("sent")).to_have_text(str(sent))
    # What the reader sends is shown all the same.
    monitor.say("while paused")
    expect(monitor.rows("while paused")).to_have_count(2)
    # From here on time passes only as it is told to, however long the machine takes.
    page.clock.pause_at(page.evaluate("Date.now() + 3_600_000"))
    monitor.button("Resume").click()
    monitor.expect_source("LIVE")
    page.clock.run_for(4100)
    expect(monitor.field("sent")).to_have_text(str(sent + 4))


def test_disconnect_and_reconnect(page: Page, site: Site, echo_server: BackgroundServer) -> None:
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    monitor.button("Disconnect").click()
    monitor.expect_state("CLOSED", "You closed it (1000, Normal Closure)")
    monitor.expect_source("ENDED")
    expect(monitor.button("Send")).to_be_disabled()
    # The server has it until the browser has closed its side too.
    expect_connections(page, echo_server, 0)
    monitor.button("Reconnect").click()
    monitor.expect_state("OPEN")
    expect(monitor.field("uptime")).to_have_text(RUNNING)
    assert len(echo_server.connections()) == 1


def test_a_server_that_goes_away_and_comes_back(page: Page, site: Site) -> None:
    with BackgroundServer(Settings(port=0)) as first:
        monitor = open_monitor(page, site, f"{first.url}/demo")
        monitor.expect_state("OPEN")
    monitor.expect_state("CLOSED", "The server closed it with 1001 (Going Away)")
    monitor.expect_source("ENDED")
    monitor.button("Reconnect").click()
    monitor.expect_state("CLOSED", "No server answered")
    monitor.expect_source("RECORDED")
    with BackgroundServer(Settings(port=first.port)) as second:
        monitor.button("Try again").click()
        monitor.expect_state("OPEN")
        monitor.expect_source("LIVE")
        # It counts anew.
        monitor.button("Pause").click()
        sent = monitor.field("sent").inner_text()
        expect(monitor.field("received")).to_have_text(sent)
        (connection,) = second.connections()
        assert int(sent) == connection.totals["in"]["messages"]


def test_without_an_address_it_plays_the_recording(page: Page, site: Site) -> None:
    monitor = open_monitor(page, site, "")
    monitor.expect_state("CLOSED", "No server is set up for this page. Below: a recorded session.")
    monitor.expect_source("RECORDED")
    expect(monitor.root).not_to_contain_text("LIVE")
    expect(monitor.field("origin")).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d$"))
    expect(monitor.field("uptime")).to_have_text("00:00:00")
    expect(monitor.rows("hello, wire").first).to_be_visible()
    before = int(monitor.field("sent").inner_text())
    later = "|".join(str(before + number) for number in range(1, 20))
    expect(monitor.field("sent")).to_have_text(re.compile(f"^({later})$"))
    monitor.button("Pause").click()
    expect(monitor.button("Resume")).to_be_visible()


def test_a_server_without_the_subprotocol(page: Page, site: Site) -> None:
    def echo(connection: ServerConnection) -> None:
        for message in connection:
            connection.send(message)

    with server(echo, subprotocols=()) as address:
        monitor = open_monitor(page, site, address)
        monitor.expect_state("CLOSED", "none that reports frames")
        monitor.expect_source("RECORDED")


def test_a_server_that_breaks_the_report_protocol(page: Page, site: Site) -> None:
    def greet(connection: ServerConnection) -> None:
        connection.send("welcome!")
        for _ in connection:
            pass

    with server(greet) as address:
        monitor = open_monitor(page, site, address)
        monitor.expect_state("CLOSED", "a report is JSON; this message is not")
        monitor.expect_source("RECORDED")


def test_the_servers_code_and_reason_are_told(page: Page, site: Site) -> None:
    def refuse(connection: ServerConnection) -> None:
        connection.close(4001, "<b>maintenance</b>")

    with server(refuse) as address:
        monitor = open_monitor(page, site, address)
        monitor.expect_state("CLOSED", "with 4001 (Private use), “<b>maintenance</b>”")
        expect(monitor.button("Reconnect")).to_be_visible()


def test_a_line_that_breaks_is_not_called_closed_by_anybody(page: Page, site: Site) -> None:
    def drop(connection: ServerConnection) -> None:
        connection.socket.shutdown(2)

    with server(drop) as address:
        monitor = open_monitor(page, site, address)
        monitor.expect_state("CLOSED", "The connection broke (1006)")
