"""`<wire-lanes>`: tables that become lanes on one time scale, and stay tables without it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect

from tests.browser.modules import Modules
from tests.browser.started import start_elements
from tests.content.tree import Tree, url_of
from tests.site import Site

LANES = ["HTTP", "Server-sent events", "WebSocket"]
PAGES = [url_of(page) for page in Tree().pages if "| wire-lanes" in Tree().source(page)]


def lanes(page: Page) -> Locator:
    return page.locator("wire-lanes")


def button(page: Page, name: str) -> Locator:
    return lanes(page).get_by_role("button", name=name, exact=True)


def row(when: str, what: str, label: str = "", text: str = "") -> dict[str, str]:
    return {"when": when, "what": what, "label": label, "text": text}


@pytest.fixture
def still(page: Page) -> Page:
    page.emulate_media(reduced_motion="reduce")
    return page


def test_rows_say_who_sends_what_when(site: Site, page: Page) -> None:
    modules = Modules.opened(site, page)
    rows = [
        row("0.5\u20131 s", "server pings", "ping", "ping"),
        row("0-40 ms", "client sends", "GET", "GET, news?"),
        row("40-90 ms", "server waits"),
        row("0-80 ms", "open"),
    ]
    lane = modules.run("lib/lanes.js", "(m, rows) => m.readLane(rows)", rows)
    assert lane["open"] == [{"from": 0, "to": 80}]
    assert [(e["from"], e["to"], e["who"], e["does"]) for e in lane["events"]] == [
        (0, 40, "client", "send"),
        (40, 90, "server", "wait"),
        (500, 1000, "server", "control"),
    ]
    assert lane["events"][0]["says"] == "0-40 ms: client sends: GET, news?"


@pytest.mark.parametrize(
    ("when", "what"),
    [
        ("0-40", "client sends"),
        ("40-0 ms", "client sends"),
        ("", "open"),
        ("0-40 ms", "proxy sends"),
        ("0-40 ms", "client sent"),
    ],
)
def test_row_that_cannot_be_drawn_is_named(site: Site, page: Page, when: str, what: str) -> None:
    modules = Modules.opened(site, page)
    with pytest.raises(Error, match=re.escape(f"“{when} | {what}”")):
        modules.run("lib/lanes.js", "(m, rows) => m.readLane(rows)", [row(when, what)])


def test_lanes_share_a_scale_and_a_clock(site: Site, page: Page) -> None:
    modules = Modules.opened(site, page)
    script = """(m, ...lanes) => {
      const read = lanes.map(m.readLane);
      const at = m.steps(read).map(({ at, events }) => [at, events.length]);
      return { scale: m.timeScale(read), at };
    }"""
    one = [row("0-40 ms", "client sends"), row("50-90 ms", "server waits")]
    other = [row("10-40 ms", "server sends"), row("100-580 ms", "client closes")]
    result = modules.run("lib/lanes.js", script, one, other)
    assert result["scale"] == {"span": 600, "division": 100}
    assert result["at"] == [[40, 2], [50, 1], [580, 1]]


def test_labels_without_room_are_left_out(site: Site, page: Page) -> None:
    modules = Modules.opened(site, page)
    wanted = [{"x": 0, "label": "GET"}, {"x": 20, "label": "touches"}, {"x": 90, "label": "at end"}]
    placed = modules.run("lib/lanes.js", "(m, ...a) => m.placeLabels(...a)", wanted, 100, 8)
    assert placed == [{"x": 0, "label": "GET"}, {"x": 52, "label": "at end"}]


@pytest.mark.parametrize("path", PAGES)
def test_every_table_in_lanes_is_drawn(
    still: Page, site: Site, path: str, errors: list[str]
) -> None:
    still.goto(site.url(path))
    start_elements(still)
    for element in lanes(still).all():
        expect(element).to_have_role("group")
        expect(element.get_by_role("img")).to_have_count(element.locator("table").count())
    assert errors == []


def test_stands_complete_under_reduced_motion_and_steps(still: Page, site: Site) -> None:
    still.goto(site.url())
    start_elements(still)
    lanes(still).scroll_into_view_if_needed()
    for name in LANES:
        expect(lanes(still).get_by_role("img", name=name)).to_be_visible()
    expect(lanes(still)).to_have_attribute("data-state", "complete")
    expect(button(still, "Play")).to_have_count(0)
    step = button(still, "Step")
    step.focus()
    still.keyboard.press("Enter")
    status = lanes(still).get_by_role("status")
    expect(status).to_contain_text(re.compile("HTTP, 0.40 ms: client sends: GET, is there news"))
    expect(status).to_contain_text(re.compile("WebSocket, 0.40 ms: client sends: GET with"))
    expect(lanes(still)).to_have_attribute("data-state", "paused")
    for _ in range(30):
        if lanes(still).get_attribute("data-state") == "complete":
            break
        still.keyboard.press("Enter")
    expect(status).to_have_text("All of it")


def test_frames_appear_up_to_the_moment(still: Page, site: Site) -> None:
    still.goto(site.url())
    start_elements(still)
    button(still, "Step").click()
    lane = lanes(still).get_by_role("img", name="WebSocket")
    reach: Any = lane.evaluate("""svg => {
      const [reached, first, second] = [svg.querySelector("clipPath rect"),
        ...svg.querySelectorAll("line.wl-send")].map(part => part.getBBox());
      const end = box => box.x + box.width;
      return { reached: reached.width, first: end(first), second: end(second) };
    }""")
    assert reach["first"] == pytest.approx(reach["reached"], abs=0.1)
    assert reach["second"] > reach["reached"]


def test_same_time_is_at_the_same_place_in_every_lane(still: Page, site: Site) -> None:
    still.set_viewport_size({"width": 1440, "height": 900})
    still.goto(site.url())
    start_elements(still)
    expect(lanes(still).get_by_role("img")).to_have_count(3)
    first = "svgs => svgs.map(svg => svg.querySelector('line.wl-send').getBBox().width)"
    widths = lanes(still).locator("svg[role=img]").evaluate_all(first)
    assert max(widths) - min(widths) < 0.1


def test_runs_when_seen_stops_when_not_and_pauses(page: Page, site: Site) -> None:
    page.goto(site.url())
    expect(page.locator(":not(:defined)")).to_have_count(1)
    near = "element => scrollTo(0, element.getBoundingClientRect().top - 1.5 * innerHeight)"
    lanes(page).evaluate(near)
    expect(lanes(page)).to_have_attribute("data-state", "complete")
    lanes(page).get_by_role("img").first.evaluate("svg => svg.scrollIntoView({ block: 'center' })")
    expect(lanes(page)).to_have_attribute("data-state", "playing")
    clock = lanes(page).locator(".wl-clock")
    expect(clock).to_have_text(re.compile(r"^[1-9]\d* of 600 ms$"))
    # Out of sight the clock stands: two readings around a turn of the event loop agree.
    page.evaluate("scrollTo(0, 0)")
    still = """async element => {
      const clock = element.querySelector(".wl-clock");
      const frame = () => new Promise(requestAnimationFrame);
      for (let same = 0, last = ""; same < 5; last = clock.textContent) {
        await frame();
        same = clock.textContent === last ? same + 1 : 0;
      }
      return clock.textContent;
    }"""
    stood = lanes(page).evaluate(still)
    assert re.match(r"\d+ of 600 ms", stood)
    page.evaluate("document.querySelector('wire-lanes svg').scrollIntoView({ block: 'center' })")
    expect(clock).not_to_have_text(stood)
    button(page, "Pause").press("Enter")
    expect(lanes(page)).to_have_attribute("data-state", "paused")
    expect(button(page, "Continue")).to_be_focused()
    page.keyboard.press("Enter")
    # A browser that draws seldom plays for longer.
    expect(button(page, "Play")).to_be_visible(timeout=60_000)
    expect(lanes(page)).to_have_attribute("data-state", "complete")


def test_tables_are_folded_below_the_drawing(still: Page, site: Site) -> None:
    still.goto(site.url())
    start_elements(still)
    table = lanes(still).get_by_role("table", name="HTTP")
    expect(table).to_have_count(0)
    lanes(still).get_by_text("The same as tables").press("Enter")
    expect(table).to_be_visible()
    expect(table).to_contain_text("there is news, and nobody asks")


def test_is_tables_without_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url())
    expect(lanes(page).get_by_role("table")).to_have_count(3)
    for name in LANES:
        expect(lanes(page).get_by_role("heading", name=name)).to_be_visible()
    expect(lanes(page).get_by_role("cell", name="client pongs")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [320, 1440])
def test_arrival_of_the_script_moves_nothing(browser: Browser, site: Site, width: int) -> None:
    """The element is as high before its script runs as after."""
    heights = []
    for blocked in (True, False):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, reduced_motion="reduce"
        )
        page = context.new_page()
        if blocked:
            page.route("**/wire-lanes.js", lambda route: route.abort())
        page.goto(site.url())
        if not blocked:
            start_elements(page)
            expect(lanes(page)).to_have_role("group")
        heights.append(lanes(page).evaluate("element => element.offsetHeight"))
        context.close()
    assert abs(heights[0] - heights[1]) <= 4, heights
