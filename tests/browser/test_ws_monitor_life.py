"""`<ws-monitor>` in a hurry, under the keyboard, and with what it plays when nobody answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from echo_demo.background import BackgroundServer
from tests.browser.monitor import open_monitor
from tests.browser.servers import expect_connections
from tests.site import Site, build, serve


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
    expect_connections(page, echo_server, 0)


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


# Where the opened line is in the part of the log that is seen.
PLACE = """() => document.querySelector("[aria-expanded=true]").getBoundingClientRect().top
  - document.querySelector(".wm-log").getBoundingClientRect().top"""


def test_an_opened_line_stays_where_it_is_read(page: Page, site: Site) -> None:
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN")
    expect(monitor.rows("hello, wire")).to_have_count(2)
    row = monitor.echo("hello, wire")
    row.get_by_role("button").click()
    place = page.evaluate(PLACE)
    for number in range(12):
        monitor.say(f"line {number}.")
    expect(monitor.rows("line 11.")).to_have_count(2)
    assert page.evaluate(PLACE) == place
    monitor.button("↓ newest").click()
    monitor.say("the last one")
    expect(monitor.echo("the last one")).to_be_in_viewport()


def test_several_changes_of_view_at_once(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    page.add_init_script(
        """window.IntersectionObserver = class {
          constructor(callback) { this.callback = callback; }
          observe(target) { if (target.localName === "ws-monitor") window.look = (...seen) =>
            this.callback(seen.map((isIntersecting) => ({ isIntersecting }))); }
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
    {"at": 0, "type": "open", "protocol": ""},
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
