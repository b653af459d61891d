"""`<transport-race>` in Chromium, against its server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.race.running import PATIENCE, Running, running
from tests.site import Site, serve

WAYS = ("poll", "wait", "events", "socket")
LONG = PATIENCE * 1000
NAME_SERVER = """(url) => document.head.append(
  Object.assign(document.createElement("meta"), { name: "race-url", content: url }))"""
# At one moment: event comes after event.
COUNTS = """(panel) => Object.fromEntries(
  [...panel.querySelectorAll("[data-way]")].map((lane) => [lane.dataset.way,
    ["events", "requests"].map((field) =>
      Number(lane.querySelector(`[data-field="${field}"]`).textContent.replace(",", "")))]))"""


@pytest.fixture(scope="module")
def served(site: Site) -> Iterator[Site]:
    """The site under a policy that allows a race server of its own address."""
    with serve(site.folder, connect="http://127.0.0.1:*") as served:
        yield served


@dataclass
class Race:
    """The element on its page, and what it was told by the server."""

    page: Page
    panel: Locator
    server: Running
    started: list[dict[str, Any]]
    asked: list[str]

    def lane(self, way: str) -> Locator:
        return self.panel.locator(f'[data-way="{way}"]')

    def words(self, way: str) -> Locator:
        return self.lane(way).locator('[data-field="words"]')

    def number(self, way: str, field: str) -> int:
        return int(self.lane(way).locator(f'[data-field="{field}"]').inner_text().replace(",", ""))

    def expect_order(self) -> None:
        """Wait until polling costs more bytes per event than SSE, and WebSocket the fewest.

        The counts come once a second, and the first events have what opening has cost.
        """
        self.page.wait_for_function(
            """(lanes) => {
              const number = (lane, field) =>
                Number(lane.querySelector(`[data-field="${field}"]`).textContent.replace(",", ""));
              const [poll, , events, socket] = lanes.map((lane) => number(lane, "each"));
              const delay = number(lanes[3], "median");
              return poll > events && events > socket && socket > 100 && delay < 1000;
            }""",
            arg=[self.lane(way).element_handle() for way in WAYS],
            timeout=LONG,
        )

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name)

    def start(self) -> None:
        self.button("Start").click()
        for way in WAYS:
            expect(self.lane(way).locator('[data-field="events"]')).to_have_text(
                re.compile(r"^[1-9]"), timeout=LONG
            )

    def whole(self) -> None:
        """Every lane has every event from the first on, once."""
        first = self.started[-1]["from"]
        lanes = [self.lane(way) for way in WAYS]
        self.page.wait_for_function(
            """([lanes, first]) => lanes.every((lane) => {
              const count = Number(lane.querySelector('[data-field="events"]').textContent);
              return count > 0 && lane.dataset.last == first + count - 1;
            }) && new Set(lanes.map((lane) => lane.dataset.last)).size === 1""",
            arg=[[lane.element_handle() for lane in lanes], first],
            timeout=LONG,
        )


def opened(page: Page, served: Site, server: Running, url: str | None = None) -> Race:
    started: list[dict[str, Any]] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "response",
        lambda answer: (
            started.append(answer.json()) if answer.url.endswith("/start") and answer.ok else None
        ),
    )
    page.goto(served.url("compare/"))
    address = server.url if url is None else url
    page.evaluate(NAME_SERVER, address)
    panel = page.get_by_role("region", name="Race of the transports")
    page.locator("transport-race").scroll_into_view_if_needed()
    expect(panel).to_be_visible()
    return Race(page, panel, server, started, asked)


@pytest.fixture
def server(served: Site) -> Iterator[Running]:
    with running("--rate", "3", "--origins", served.origin) as server:
        yield server


@pytest.fixture
def race(page: Page, served: Site, server: Running, errors: list[str]) -> Iterator[Race]:
    yield opened(page, served, server)
    assert errors == []


def test_nothing_is_opened_before_it_is_started(race: Race) -> None:
    expect(race.panel.get_by_role("status")).to_contain_text("Not started")
    expect(race.panel.get_by_role("table")).to_be_visible()
    assert not [url for url in race.asked if url.startswith(race.server.url)]
    assert race.server.get("healthz") == {"races": 0, "open": 0}


def test_all_lanes_bring_the_same_events_and_count_as_the_server(race: Race) -> None:
    race.page.keyboard.press("Tab")
    race.button("Start").focus()
    race.page.keyboard.press("Enter")
    for way in WAYS:
        expect(race.lane(way)).to_have_attribute("data-last", re.compile("^1"), timeout=LONG)
    race.whole()
    token = race.started[0]["race"]
    for _ in range(200):
        here = race.panel.evaluate(COUNTS)
        ways = race.server.get(f"state?race={token}")["ways"]
        there = {way: [ways[way]["events"], ways[way]["requests"]] for way in WAYS}
        if here == there:
            break
    assert here == there
    expect(race.panel.get_by_role("table")).to_be_hidden()
    race.expect_order()
    expect(race.panel.locator('[data-field="clock"]')).to_contain_text("±")
    race.button("Stop").click()
    expect(race.panel.get_by_role("status")).to_contain_text("Stopped")
    race.page.wait_for_timeout(0)
    expect(race.button("Start again")).to_be_visible()
    emptied(race)


def emptied(race: Race) -> None:
    """By the server's own count, nothing is open any more."""
    for _ in range(500):
        if (counts := race.server.get("healthz")) == {"races": 0, "open": 0}:
            return
    raise AssertionError(counts)


def test_a_cut_shows_who_recovers(race: Race) -> None:
    race.start()
    race.button("Cut").click()
    expect(race.words("socket")).to_contain_text("nobody reconnects it")
    expect(race.panel.get_by_role("status")).to_contain_text("WebSocket is down")
    expect(race.words("events")).to_contain_text("reconnected by itself", timeout=LONG)
    for way in ("poll", "wait"):
        expect(race.words(way)).to_have_text(re.compile("noticed nothing|failed; the next"))
    expect(race.words("socket")).to_have_text(re.compile(r"[1-9]\d* events? missed so far"))
    race.button("Reconnect").focus()
    race.page.keyboard.press("Enter")
    expect(race.words("socket")).to_contain_text("reconnected by your press")
    expect(race.button("Reconnect")).to_be_hidden()
    expect(race.button("Cut")).to_be_focused()
    expect(race.panel.get_by_role("status")).to_contain_text("Nothing was lost")
    race.whole()


def test_polls_come_at_the_chosen_interval(race: Race) -> None:
    race.panel.get_by_label("Poll every").select_option("0.5 s")
    race.start()
    expect(race.words("poll")).to_have_text("asks every 0.5 s")
    asked = [url for url in race.asked if "/poll?" in url]
    with race.page.expect_request(re.compile("/poll[?]")):
        pass
    assert len([url for url in race.asked if "/poll?" in url]) > len(asked)


def test_without_an_address_it_says_so_and_shows_what_was_measured(
    page: Page, served: Site, server: Running
) -> None:
    race = opened(page, served, server, url="")
    expect(race.panel.get_by_role("status")).to_contain_text("no race server")
    expect(race.button("Start")).to_be_disabled()
    expect(race.panel.get_by_role("table")).to_contain_text("WebSocket")


def test_a_server_that_is_not_there_is_told(race: Race) -> None:
    race.server.stop()
    race.button("Start").click()
    said = race.panel.get_by_role("status")
    expect(said).to_contain_text(f"No race server answers this page at {race.server.url}")
    expect(race.panel.get_by_role("table")).to_be_visible()
    expect(race.button("Start again")).to_be_enabled()


def test_a_server_that_goes_in_the_middle_is_told_and_the_counts_stay(race: Race) -> None:
    race.start()
    race.server.process.kill()
    expect(race.panel.get_by_role("status")).to_contain_text("gone away", timeout=LONG)
    assert race.number("socket", "events") > 0
    expect(race.panel.get_by_role("table")).to_be_hidden()


def test_a_refusal_is_told_in_the_servers_words(page: Page, served: Site) -> None:
    with running("--max-races-per-client", "1", "--origins", served.origin) as server:
        httpx.post(f"{server.url}start", trust_env=False)
        race = opened(page, served, server)
        race.button("Start").click()
        expect(race.panel.get_by_role("status")).to_contain_text("Your address runs as many races")


def test_an_ended_race_is_told(page: Page, served: Site) -> None:
    with running("--lifetime", "2", "--rate", "5", "--origins", served.origin) as server:
        race = opened(page, served, server)
        race.button("Start").click()
        said = race.panel.get_by_role("status")
        expect(said).to_contain_text("The server has ended the race", timeout=LONG)


def test_it_closes_all_when_it_leaves_the_page(race: Race) -> None:
    race.start()
    assert race.server.get("healthz")["races"] == 1
    race.page.locator("transport-race").evaluate("element => element.remove()")
    emptied(race)


def test_it_can_come_back(race: Race) -> None:
    race.start()
    race.page.locator("transport-race").evaluate(
        "element => { const { parentNode, nextSibling } = element; element.remove();"
        " parentNode.insertBefore(element, nextSibling); }"
    )
    expect(race.panel.get_by_role("status")).to_contain_text("Not started")
    race.start()
    race.whole()


def test_it_fits_a_narrow_page(race: Race) -> None:
    race.page.set_viewport_size({"width": 320, "height": 640})
    race.start()
    wide = race.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    outside = race.panel.evaluate(
        """(panel) => [...panel.querySelectorAll("p, dd, button, select, h3")].filter((one) =>
             one.getBoundingClientRect().right > panel.getBoundingClientRect().right
             || one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML)"""
    )
    assert outside == []


def test_less_motion_is_drawn_in_steps(page: Page, race: Race) -> None:
    page.emulate_media(reduced_motion="reduce")
    race.start()
    steps, seconds = page.evaluate(
        """() => new Promise((resolve) => {
          const svg = document.querySelector("transport-race svg");
          const seen = new Set();
          const begin = performance.now();
          const look = () => {
            const passed = performance.now() - begin;
            seen.add(svg.getAttribute("viewBox"));
            if (passed < 1500) requestAnimationFrame(look);
            else resolve([seen.size, passed / 1000]);
          };
          look();
        })"""
    )
    # A second or more lies between two steps.
    assert 1 <= steps <= 2 + seconds
