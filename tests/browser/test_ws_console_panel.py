"""`<ws-console>` as something to look at and to handle: the log's rows, its room, its keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.console import Console
from tests.site import Site


def test_markup_in_a_payload_stays_text(page: Page, site: Site) -> None:
    payload = '<img src="x" onerror="window.hit = true"><b>bold</b>'
    console = Console(page, site, message=payload)
    console.open()
    console.button("Send").click()
    expect(console.rows("TEXT", "received")).to_contain_text(payload)
    assert console.panel.locator("img").count() == 0
    assert page.evaluate("window.hit") is None


def test_the_log_keeps_a_thousand_rows_and_counts_the_rest(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.open()
    console.field("Times").fill("600")
    console.field("Per second").fill("1000")
    console.send("many")
    expect(console.number("received")).to_have_text("600", timeout=90_000)
    expect(console.panel).to_contain_text("1,000 rows, 202 older dropped")
    assert console.log.locator("li.wsc-row").count() == 1000
    console.button("Clear").click()
    expect(console.panel).to_contain_text("0 rows")
    expect(console.log).to_contain_text("Nothing has happened yet")


def test_clearing_among_new_rows_loses_none(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.open()
    console.send("before")
    expect(console.rows("TEXT", "received")).to_have_count(1)
    # In one task, so that as many rows as were shown are new when the page is drawn again.
    console.field("Message").fill("after")
    page.evaluate(
        """() => {
          const { session } = document.querySelector("ws-console");
          document.querySelector("[data-action=clear]").click();
          for (let sent = 0; sent < 9; sent += 1) session.send(`after ${sent}`);
        }"""
    )
    expect(console.rows("TEXT", "received")).to_have_count(9)
    expect(console.rows("TEXT", "sent")).to_have_count(9)
    expect(console.log).not_to_contain_text("before")


def test_white_space_in_a_payload_is_shown(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.open()
    console.send("a    b")
    shown = console.rows("TEXT", "received").locator("bdi")
    expect(shown).to_be_visible()
    assert shown.evaluate("node => node.innerText") == "a    b"


@pytest.mark.parametrize("width", [320, 390, 600, 640, 960, 1440])
def test_the_panel_takes_the_room_that_is_kept_for_it(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    # With a row in the log from the start.
    Console(page, site, message="from a link")
    kept, taken = page.evaluate(
        """() => {
          const host = document.querySelector("ws-console");
          const panel = host.querySelector("section").offsetHeight;
          return [parseFloat(getComputedStyle(host).minHeight), panel];
        }"""
    )
    assert abs(kept - taken) <= 2


def test_leaving_while_a_file_is_read_sends_nothing(page: Page, site: Site) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    console = Console(page, site)
    console.open()
    console.field("Binary, a file").check()
    console.field("File").set_input_files(
        {"name": "a", "mimeType": "application/octet-stream", "buffer": bytes(5_000_000)}
    )
    page.evaluate(
        """async () => {
          const element = document.querySelector("ws-console");
          const sending = element.send();
          element.remove();
          await sending;
        }"""
    )
    assert errors == []


def test_the_keyboard_alone_is_enough(page: Page, site: Site) -> None:
    console = Console(page, site)
    console.field("Address").focus()
    page.keyboard.press("Enter")
    console.expect_state("OPEN")
    for _ in range(12):
        page.keyboard.press("Tab")
        if console.field("Message").evaluate("field => field === document.activeElement"):
            break
    expect(console.field("Message")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("typed")
    page.keyboard.press("Control+Enter")
    expect(console.rows("TEXT", "received")).to_contain_text("typed")
    console.field("Close code").focus()
    page.keyboard.press("Enter")
    console.expect_state("CLOSED")


def test_a_narrow_screen_needs_no_sideways_scrolling(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    console = Console(page, site)
    console.open()
    console.send("x" * 3000)
    console.send("ab" * 300, "Binary, as hex")
    console.rows("BINARY", "received").locator("summary").click()
    console.rows("TEXT", "received").locator("summary").click()
    console.field("Close code").fill("1001")
    console.button("Close").click()
    expect(console.rows("ERROR")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert console.log.evaluate("log => log.scrollWidth <= log.clientWidth")
