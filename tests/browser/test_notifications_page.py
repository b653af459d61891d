"""/use-cases/notifications/ in several tabs of one Chromium context, in both ways."""

from __future__ import annotations

import json
import select
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from websockets.sync.client import connect

from tests.browser.test_chat_page import MOUNT, NAME_SERVER
from tests.samples.cutting import line
from tests.site import Site
from tests.use_cases.apps import PATIENCE, App, running

PAGE = "use-cases/notifications/"
LONG = 30_000
# Counts what a screen reader is given to say.
LISTEN = """() => {
  window.said = 0;
  const count = (records) => {
    window.said += records.filter((one) => one.addedNodes.length > 0).length;
  };
  const region = document.querySelector("#mounted .aloud");
  new MutationObserver(count).observe(region, { childList: true });
}"""
# What a browser fires where it freezes a page, and where it keeps one for the way back.
FROZEN = [f"document.dispatchEvent(new Event('{name}'))" for name in ("freeze", "resume")]
KEPT = [
    f"dispatchEvent(new PageTransitionEvent('{name}', {{ persisted: true }}))"
    for name in ("pagehide", "pageshow")
]
WAYS = {True: "a shared worker", False: "the tab that leads"}


@pytest.fixture(scope="module")
def app(site: Site) -> Iterator[App]:
    with running("notifications", ORIGINS=site.origin) as app:
        yield app


class Tab:
    def __init__(
        self, page: Page, site: Site, url: str, user: str, shared: bool, second: int = 1000
    ) -> None:
        """``second`` is its length in milliseconds where something has to come back soon."""
        self.page = page
        page.goto(site.url(PAGE))
        options = {"url": url, "user": user, "shared": shared, "second": second}
        page.evaluate(MOUNT, [site.url(PAGE + "app.js"), options])
        page.evaluate(LISTEN)
        self.root = page.locator("#mounted")

    @property
    def state(self) -> Locator:
        return self.root.get_by_role("status")

    @property
    def unread(self) -> Locator:
        return self.root.locator(".unread")

    @property
    def rows(self) -> Locator:
        return self.root.locator("[data-n]")

    def send(self, text: str) -> None:
        self.root.get_by_label("Notify me").fill(text)
        self.root.get_by_role("button", name="Send").click()

    def aloud(self) -> int:
        said: int = self.page.evaluate("window.said")
        return said

    def expect_tabs(self, tabs: str, shared: bool) -> None:
        expect(self.state).to_have_text(f"Connected for {tabs}, by {WAYS[shared]}.", timeout=LONG)


@pytest.mark.parametrize("shared", [True, False], ids=["worker", "leader"])
def test_tabs_have_one_connection_agree_and_double_nothing(
    context: BrowserContext, site: Site, app: App, shared: bool
) -> None:
    user = f"user-{'worker' if shared else 'leader'}"
    with line(app.port, iter(lambda: 10**9, 0)) as through:
        url = f"ws://127.0.0.1:{through.port}"
        tabs = [Tab(context.new_page(), site, url, user, shared) for _ in range(3)]
        for tab in tabs:
            tab.expect_tabs("3 tabs", shared)
        for number, tab in enumerate(tabs):
            tab.send(f"<b>note {number}</b>")
        for tab in tabs:
            expect(tab.unread).to_have_text("3 unread", timeout=LONG)
            expect(tab.rows).to_have_count(3)
            assert tab.root.locator("b").count() == 0
        assert through.connections == 1
        # Each is said aloud once, by one of them.
        assert sum(tab.aloud() for tab in tabs) == 3

        tabs[1].root.get_by_role("button", name="Mark as read: <b>note 0</b>").click()
        for tab in tabs:
            expect(tab.unread).to_have_text("2 unread", timeout=LONG)

        # Whoever leads goes away; the others go on, with the same numbers, and say nothing again.
        said = sum(tab.aloud() for tab in tabs[1:])
        tabs[0].page.close()
        for tab in tabs[1:]:
            tab.expect_tabs("2 tabs", shared)
            expect(tab.unread).to_have_text("2 unread", timeout=LONG)
            expect(tab.rows).to_have_count(3)
        tabs[2].send("after")
        for tab in tabs[1:]:
            expect(tab.unread).to_have_text("3 unread", timeout=LONG)
        assert sum(tab.aloud() for tab in tabs[1:]) == said + 1
        assert through.connections == (1 if shared else 2)


def test_a_line_that_is_lost_doubles_nothing(context: BrowserContext, site: Site, app: App) -> None:
    # Enough for the handshake and two or three notifications, then again; then it holds.
    budgets = iter([450, 400, 450, *[10**9] * 20])
    with line(app.port, budgets) as cutting:
        url = f"ws://127.0.0.1:{cutting.port}"
        one, two = (Tab(context.new_page(), site, url, "cut", True, 50) for _ in range(2))
        for tab in (one, two):
            expect(tab.state).to_contain_text("Connected for 2 tabs", timeout=LONG)
        # From elsewhere, on a line that holds.
        with connect(app.url, proxy=None) as other:
            hello = {"type": "hello", "user": "cut", "epoch": "", "after": 0}
            other.send(json.dumps(hello))
            for number in range(12):
                other.send(json.dumps({"type": "send", "text": f"note {number}"}))
                other.recv(30)
        texts = [f"note {number}" for number in reversed(range(12))]
        for tab in (one, two):
            expect(tab.unread).to_have_text("12 unread", timeout=LONG)
            expect(tab.rows).to_have_count(12, timeout=LONG)
            assert sorted(_texts(tab)) == sorted(texts)
        assert cutting.cuts >= 2
        assert one.aloud() + two.aloud() == 12


def test_a_page_that_is_frozen_or_kept_leads_no_more(
    context: BrowserContext, site: Site, app: App
) -> None:
    one, two = (Tab(context.new_page(), site, app.url, "kept", False) for _ in range(2))
    two.expect_tabs("2 tabs", False)
    # The first one leads. It hands over, and follows when it is back, until the other one goes.
    for leader, follower, (away, back) in ((one, two, FROZEN), (two, one, KEPT)):
        leader.page.evaluate(away)
        follower.expect_tabs("one tab", False)
        follower.send("meanwhile")
        leader.page.evaluate(back)
        for tab in (one, two):
            tab.expect_tabs("2 tabs", False)
    for tab in (one, two):
        expect(tab.unread).to_have_text("2 unread", timeout=LONG)


def test_whose_tabs_are_all_frozen_gets_web_push(context: BrowserContext, site: Site) -> None:
    with running("notifications", ORIGINS=site.origin, PUSH_AFTER="0.3") as app:
        tab = Tab(context.new_page(), site, app.url, "frozen", True)
        tab.expect_tabs("one tab", True)
        tab.page.evaluate(FROZEN[0])
        tab.expect_tabs("0 tabs", True)
        with connect(app.url, proxy=None) as other:
            hello = {"type": "hello", "user": "frozen", "epoch": "", "after": 0}
            other.send(json.dumps(hello))
            other.send(json.dumps({"type": "send", "text": "nobody sees it"}))
            # The worker has it, and must not say so.
            expect(tab.unread).to_have_text("1 unread", timeout=LONG)
        assert app.process.stdout is not None
        assert select.select([app.process.stdout], [], [], PATIENCE)[0], "no push"
        assert app.process.stdout.readline() == "push to frozen: 1\n"


def test_what_the_server_has_ended_is_not_said_to_be_tried_again(
    context: BrowserContext, site: Site, app: App
) -> None:
    tab = Tab(context.new_page(), site, app.url, "No User", True)
    expect(tab.state).to_have_text("The server ended this (1008).", timeout=LONG)


def test_a_worker_that_does_not_load_leaves_it_to_a_tab(
    context: BrowserContext, site: Site, app: App
) -> None:
    context.add_init_script("""
      const { SharedWorker } = window;
      window.SharedWorker = function (address, options) {
        return new SharedWorker("/none.js", options);
      };
    """)
    for tabs in ("one tab", "2 tabs"):
        Tab(context.new_page(), site, app.url, "no-worker", True).expect_tabs(tabs, False)


def _texts(tab: Tab) -> list[str]:
    return [text.removesuffix("Read").strip() for text in tab.rows.all_inner_texts()]


def test_the_embedded_demo(page: Page, site: Site, app: App, errors: list[str]) -> None:
    page.goto(site.url(PAGE))
    demo = page.get_by_role("region", name="Demo: notifications")
    expect(demo.get_by_role("status")).to_contain_text("is not running here")
    demo.evaluate(NAME_SERVER, app.url)
    page.get_by_role("button", name="Start the demo").click()
    panes = [demo.get_by_role("region", name=name, exact=True) for name in ("One", "Two")]
    for pane in panes:
        expect(pane).to_contain_text("Connected for 2 tabs, by a shared worker.", timeout=LONG)
    panes[0].get_by_role("button", name="Send").click()
    for pane in panes:
        expect(pane.locator(".unread")).to_have_text("1 unread", timeout=LONG)
    # By keyboard, while another one comes.
    panes[1].get_by_role("button", name="Mark as read").focus()
    panes[0].get_by_role("button", name="Send").evaluate("button => button.click()")
    for pane in panes:
        expect(pane.locator(".unread")).to_have_text("2 unread", timeout=LONG)
    page.keyboard.press("Enter")
    expect(panes[0].locator(".unread")).to_have_text("1 unread", timeout=LONG)
    expect(panes[1].locator(".unread")).to_have_text("1 unread", timeout=LONG)
    expect(panes[1].get_by_role("list", name="Notifications")).to_be_focused()
    panes[1].get_by_role("button", name="Mark as read").click()
    for pane in panes:
        expect(pane.locator(".unread")).to_have_text("0 unread", timeout=LONG)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # A word without an end leaves the button beside it whole.
    panes[0].get_by_label("Notify me").fill("y" * 200)
    panes[0].get_by_label("Notify me").press("Enter")
    box = panes[0].get_by_role("button", name="Mark as read").bounding_box()
    assert box
    assert box["height"] < box["width"]
    assert errors == []
