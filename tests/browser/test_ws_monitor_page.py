"""`<ws-monitor>` as a part of its page: life cycle, keyboard, width, motion, stillness."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import Page, Route, expect

from echo_demo.background import BackgroundServer
from tests.browser.monitor import Monitor, open_monitor
from tests.browser.servers import expect_connections
from tests.site import Site

FOCUSED = """() => {
  const { activeElement: focused } = document;
  if (!focused.closest("ws-monitor")) return null;
  if (focused.closest("li")) return "line of the feed";
  return focused.tagName === "INPUT" ? "message" : focused.textContent;
}"""


def test_instant_navigation_leaves_no_connection_open(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    assert len(echo_server.connections()) == 1
    page.evaluate("window.stayed = true")
    page.locator("main a[href*='report-protocol']:visible").first.click()
    expect(page).to_have_url(site.url("tools/report-protocol/"))
    expect(monitor.root).to_have_count(0)
    expect_connections(page, echo_server, 0)
    page.evaluate("() => { setTimeout(() => history.back()) }")
    # It connects when it is seen, and the browser returns to where the link was.
    monitor.root.scroll_into_view_if_needed()
    monitor.expect_state("OPEN")
    assert page.evaluate("window.stayed") is True
    expect_connections(page, echo_server, 1)


def test_arriving_by_instant_navigation(page: Page, site: Site) -> None:
    page.goto(site.url("tools/report-protocol/"))
    page.evaluate("window.stayed = true")
    page.locator(f"header a[href='{site.url()}'], header a[href='../..']").first.click()
    Monitor(page).expect_state("OPEN")
    assert page.evaluate("window.stayed") is True


def test_leaving_the_page_and_coming_back_from_the_cache(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    expect_connections(page, echo_server, 0)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    monitor.expect_state("OPEN")
    expect_connections(page, echo_server, 1)


def test_it_connects_when_it_comes_into_view(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          document.querySelector("ws-monitor").style.marginTop = "5000px";
        });"""
    )
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    expect(monitor.field("words")).to_contain_text("Connects when it comes into view")
    assert echo_server.connections() == []
    monitor.root.scroll_into_view_if_needed()
    monitor.expect_state("OPEN")


def test_a_hidden_page_sends_nothing(page: Page, site: Site, echo_server: BackgroundServer) -> None:
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    page.clock.install()
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    show = """(hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(show, True)
    before = len(sent)
    assert before > 0
    for _ in range(400):  # until what was under way has arrived
        if echo_server.connections()[0].totals["in"]["messages"] == before:
            break
        page.wait_for_timeout(50)
    page.clock.run_for(20_000)
    assert len(sent) == before
    assert echo_server.connections()[0].totals["in"]["messages"] == before
    # Nobody came back: five minutes later it hangs up, and connects again when seen.
    page.clock.run_for(300_000)
    expect_connections(page, echo_server, 0)
    page.evaluate(show, False)
    monitor.expect_state("OPEN")
    expect_connections(page, echo_server, 1)


def test_a_lost_connection_is_tried_once_when_the_reader_returns(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    attempts: list[str] = []
    page.on("websocket", lambda socket: attempts.append(socket.url))
    monitor = open_monitor(page, site, f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
    echo_server.stop()
    monitor.expect_state("CLOSED", "1001")
    for _ in range(3):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        monitor.expect_source("RECORDED")
    assert len(attempts) == 2


def test_it_works_with_the_keyboard_alone(page: Page, site: Site) -> None:
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN")
    expect(monitor.rows("hello, wire")).to_have_count(2)
    monitor.button("Pause").focus()
    page.keyboard.press("Enter")
    monitor.expect_source("PAUSED")
    order = []
    while (name := page.evaluate(FOCUSED)) is not None:
        order.append(name)
        page.keyboard.press("Tab")
    assert order == ["Resume", "Disconnect", "line of the feed", "message", "Send"]
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUSED) == "line of the feed"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    opened = monitor.root.get_by_role("log").get_by_role("button", expanded=True)
    expect(opened).to_have_count(1)
    expect(opened).to_be_focused()
    expect(monitor.root.get_by_role("listitem").nth(1)).to_contain_text("header")
    page.keyboard.press("Tab")
    page.keyboard.type("typed")
    page.keyboard.press("Enter")
    expect(monitor.rows("typed")).to_have_count(2)


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_nothing_is_wider_than_the_page(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN")
    monitor.say("W" * 1000)
    row = monitor.echo("WWW")
    row.get_by_role("button").click()
    expect(row.locator("pre")).to_have_text("W" * 1000)
    monitor.button("Disconnect").click()
    monitor.expect_state("CLOSED")
    wide = """() => [...document.querySelectorAll("html, ws-monitor, ws-monitor *")]
      .filter((e) => e.getBoundingClientRect().right > innerWidth
        || (e.tagName === "HTML" && e.scrollWidth > innerWidth))
      .map((e) => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(wide) == []
    clipped = """() => [...document.querySelectorAll("ws-monitor :is(p, table, form button)")]
      .filter((e) => e.scrollWidth > e.clientWidth + 1 && !e.matches(".wm-address"))
      .map((e) => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(clipped) == []


@pytest.mark.parametrize("width", [320, 360, 390, 600, 768, 1000, 1280, 1440])
def test_its_room_is_kept_before_the_script_arrives(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    held: list[Route] = []
    released = threading.Event()
    # The request may be told of only after the release.
    page.route(
        "**/ws-monitor.js",
        lambda route: route.continue_() if released.is_set() else held.append(route),
    )
    monitor = open_monitor(page, site)
    expect(monitor.root).to_contain_text("Without scripts")
    measure = "document.querySelector('ws-monitor').getBoundingClientRect().height"
    before = page.evaluate(measure)
    released.set()
    for route in held:
        route.continue_()
    monitor.expect_state("OPEN")
    assert page.evaluate(measure) == pytest.approx(before, abs=1)
    monitor.button("Disconnect").click()
    monitor.expect_state("CLOSED")
    assert page.evaluate(measure) == pytest.approx(before, abs=1)


def test_reduced_motion_stands_still_between_steps(page: Page, site: Site) -> None:
    page.emulate_media(reduced_motion="reduce")
    monitor = open_monitor(page, site)
    monitor.expect_state("OPEN")
    expect(monitor.rows("hello, wire")).to_have_count(2)
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_strip_draws_every_frame_from_one_end_to_the_other(page: Page, site: Site) -> None:
    monitor = open_monitor(page, site)
    strip = monitor.root.locator(".wm-strip svg")
    expect(strip.locator("line.wm-to-server").first).to_be_attached()
    expect(strip.locator("line.wm-to-client").first).to_be_attached()
    slopes = """() => [...document.querySelectorAll(".wm-strip line.wm-frame")].map((line) =>
      ["x1", "x2", "y1", "y2"].map((name) => Number(line.getAttribute(name))))"""
    top, bottom = 20, page.evaluate("document.querySelector('.wm-strip svg').clientHeight - 20")
    for left, arrived, start, end in page.evaluate(slopes):
        assert {start, end} == {top, bottom}
        assert arrived >= left
    expect(monitor.field("scale")).to_have_text(re.compile(r"^[\d.,]+ ms$"))
    expect(monitor.field("error")).to_have_text(re.compile(r"^, ±\s[\d.,]+ ms$"))


def test_a_page_of_its_own_can_name_another_server(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    page.add_init_script(
        f"""addEventListener("DOMContentLoaded", () => {{
          document.querySelector("ws-monitor").setAttribute("url", "{echo_server.url}/demo");
        }});"""
    )
    monitor = Monitor(page)
    page.goto(site.url())
    expect(monitor.field("address")).to_have_text(f"{echo_server.url}/demo")
    monitor.expect_state("OPEN")
