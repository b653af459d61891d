"""What axe finds on each kind of page and on widgets in use; what the keyboard reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.console import Console
from tests.browser.started import start_elements
from tests.site import Site

PHONE, DESKTOP = 390, 1440
View = tuple[Literal["light", "dark"], int]
# Colors depend on the scheme and the layout on the width: two views see both of each.
VIEWS: tuple[View, ...] = (("light", PHONE), ("dark", DESKTOP))
OTHERS: tuple[View, ...] = (("dark", PHONE), ("light", DESKTOP))


def read(page: Page, site: Site, path: str) -> None:
    page.goto(site.url(path))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    start_elements(page)
    # What is folded is read as well.
    page.locator("article details").evaluate_all("folds => folds.forEach(fold => fold.open = true)")


def home(page: Page, site: Site) -> None:
    read(page, site, "")
    monitor = page.locator("ws-monitor")
    expect(monitor.locator("[data-field='received']")).not_to_have_text("0")


def console(page: Page, site: Site) -> None:
    used = Console(page, site)
    used.open()
    expect(used.log.get_by_role("listitem").first).to_be_visible()
    page.locator("article details").evaluate_all("folds => folds.forEach(fold => fold.open = true)")


def table(page: Page, site: Site) -> None:
    read(page, site, "reference/close-codes/")
    page.get_by_role("searchbox").first.fill("1006")


def inspector(page: Page, site: Site) -> None:
    read(page, site, "tools/inspector/")
    page.get_by_role("textbox", name="Bytes in hexadecimal").fill(
        "88 02 03 ed 81 85 37 fa 21 3d 7f"
    )
    expect(page.get_by_role("group", name="Inspector", exact=True)).to_contain_text("breaks off")
    page.get_by_role("button", name="Close code").first.focus()


def trace(page: Page, site: Site) -> None:
    read(page, site, "protocol/framing/")
    panel = page.locator("wire-trace")
    panel.get_by_role("button", name="Connect", exact=True).click()
    expect(panel.locator(".wt-units [data-from='server'] button").first).to_be_visible()


def search(page: Page, site: Site) -> None:
    read(page, site, "protocol/")
    page.get_by_role("button", name="Search").first.click()
    dialog = page.get_by_role("dialog", name="Search")
    dialog.get_by_role("searchbox").fill("close code")
    expect(dialog.get_by_role("listitem").first).to_be_visible()


def menu(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": PHONE, "height": 844})
    read(page, site, "tools/report-protocol/")
    page.get_by_role("button", name="Menu of all sections").press("Space")
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link").first).to_be_visible()


USED: dict[str, Callable[[Page, Site], None]] = {
    "home with its instrument": home,
    "echo console, connected": console,
    "close codes, searched": table,
    "inspector with bad bytes": inspector,
    "trace, connected": trace,
    "search dialog with results": search,
    "menu, open": menu,
}
# Text with tables and code, landing page, comparison, widgets that wait for a button, no page.
READ = [
    "protocol/handshake/",
    "protocol/ws-vs-wss/",
    "languages/python/",
    "about/architecture/",
    "deploy/self-host/",
    "guides/",
    "compare/",
    "compare/decision-guide/",
    "compare/sse/",
    "compare/http/",
    "tools/choose/",
    "reference/websocket-api/",
    "tools/report-protocol/",
    "no/such/page/",
]


def violations(page: Page, views: tuple[View, ...] = VIEWS) -> list[str]:
    """Return what axe finds in each view, with the elements."""
    found = []
    for scheme, width in views:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 844})
        for violation in Axe().run(page).response["violations"]:
            nodes = "; ".join(
                f"{node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
                for node in violation["nodes"][:3]
            )
            found.append(f"{scheme}, {width} px: {violation['id']}: {nodes}")
    return found


@pytest.mark.parametrize("used", USED.values(), ids=USED.keys())
def test_a_widget_in_use_has_no_violation(
    page: Page, site: Site, used: Callable[[Page, Site], None]
) -> None:
    used(page, site)
    # States of a widget have colors of their own, on a phone as on a desktop.
    assert violations(page, VIEWS + OTHERS) == []


@pytest.mark.parametrize("path", READ)
def test_a_page_has_no_violation(page: Page, site: Site, path: str) -> None:
    read(page, site, path)
    assert violations(page) == []


def test_a_violation_is_seen(page: Page, site: Site) -> None:
    read(page, site, "protocol/")
    page.evaluate(
        "document.querySelector('article').append(document.createElement('img'),"
        " document.createElement('button'))"
    )
    ids = {entry.split(": ")[1] for entry in violations(page)}
    assert {"image-alt", "button-name"} <= ids


# Where a press of Tab went: what has the focus, and whether it can be seen there.
FOCUSED = """() => {
  const held = document.activeElement;
  if (held === document.body || held === document.documentElement) return null;
  held.dataset.reached = "";
  const label = [...(held.labels ?? [])].find(label => label.offsetWidth);
  const shown = [held, label].filter(Boolean).map(element => getComputedStyle(element));
  const ring = shown.some(style => style.boxShadow !== "none" ||
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
  return { what: held.outerHTML.slice(0, 120), ring };
}"""
UNREACHED = """selector => [...document.querySelectorAll(selector)]
  .filter(element => element.checkVisibility({ visibilityProperty: true }))
  .filter(element => !element.disabled && element.tabIndex >= 0 && !element.closest("[inert]"))
  .filter(element => {
    // Of radio buttons, one takes the focus for all.
    const group = element.type === "radio" ? document.getElementsByName(element.name) : [element];
    return ![...group].some(one => "reached" in one.dataset);
  }).map(element => element.outerHTML.slice(0, 120))"""
CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]"


@pytest.mark.parametrize("path", ["", "reference/close-codes/", "tools/echo/", "tools/choose/"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(
    page: Page, site: Site, path: str
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(reduced_motion="reduce")
    page.goto(site.url(path))
    start_elements(page)
    expect(page.get_by_role("button", name="Search").first).to_be_visible()
    for monitor in page.locator("ws-monitor").all():
        # Lines that come and go would change what there is to reach.
        monitor.get_by_role("button", name="Pause").press("Enter")
        expect(monitor.locator("[data-field=source]")).to_have_text("PAUSED")
    # The first stop, from which Tab goes on.
    page.get_by_role("link", name="Skip to content").focus()
    page.evaluate(FOCUSED)
    unseen = []
    for _ in range(600):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        if not focused["ring"]:
            unseen.append(focused["what"])
    else:
        pytest.fail("the focus never leaves the page")
    assert unseen == []
    assert page.evaluate(UNREACHED, CONTROLS) == []


def test_text_at_twice_its_size_needs_no_sideways_scrolling(browser: Browser, site: Site) -> None:
    # A window of 1280 px zoomed to 200 % is one of 640 px with two device pixels for each.
    context = browser.new_context(
        viewport={"width": 640, "height": 450}, device_scale_factor=2, reduced_motion="reduce"
    )
    page = context.new_page()
    for path in ["", *READ, "tools/echo/", "reference/close-codes/"]:
        read(page, site, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
    context.close()
