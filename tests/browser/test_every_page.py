"""What holds for every page of the sitemap, in one walk with scripts and one without."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.started import start_elements
from tests.site import Site

NARROW = 320
# A violation of the policy is otherwise reported to nobody.
REPORT = """addEventListener("securitypolicyviolation", (event) =>
  console.error("content security policy:", event.violatedDirective, event.blockedURI))"""
# What reaches out of the window on the right, for the message.
OUTSIDE = """width => document.documentElement.scrollWidth <= width ? [] :
  [...document.querySelectorAll("body *")]
    .filter(part => part.getBoundingClientRect().right > width)
    .map(part => part.outerHTML.slice(0, 80)).slice(0, 3)"""
# Text that a reader cannot get at; what is folded, or behind a tab, opens without scripts.
UNREADABLE = """() => [...document.querySelectorAll(
    "article :is(h1, h2, h3, h4, p, li, dt, dd, td, th, pre, figcaption)")]
  .filter(part => part.textContent.trim() && !part.checkVisibility({ visibilityProperty: true }))
  .filter(part => !part.closest("details:not([open]), .tabbed-block"))
  .map(part => part.outerHTML.slice(0, 120))"""
# Tables with columns out of view. On a desk none may be, on a phone none whose rows are cards.
CUT = """boxes => boxes.filter(box => box.scrollWidth > box.clientWidth + 1)
  .map(box => "columns out of view: " + box.querySelector("thead").innerText)"""


def paths(site: Site) -> list[str]:
    """Return the paths of all pages, relative to the site's root."""
    text = (site.folder / "sitemap.xml").read_text("utf-8")
    return [url.removeprefix(site.url()) for url in re.findall(r"<loc>(.*?)</loc>", text)]


class Watch:
    """What a page asks for and complains about."""

    def __init__(self, page: Page) -> None:
        self.asked: set[str] = set()
        self.sockets: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.add(request.url))
        page.on("websocket", lambda socket: self.sockets.add(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._hear(message.type, message.text))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


def visit(page: Page, site: Site, path: str) -> None:
    page.goto(site.url(path), wait_until="domcontentloaded")
    start_elements(page)
    for monitor in page.locator("ws-monitor").all():
        # A connection that is given up half-way is a complaint of the browser's.
        monitor.scroll_into_view_if_needed()
        expect(monitor.locator("[data-field=state]")).to_have_text("OPEN")


def test_pages_ask_their_own_origin_alone_complain_of_nothing_and_fit_320_px(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(
        viewport={"width": NARROW, "height": 640}, reduced_motion="reduce"
    )
    context.add_init_script(REPORT)
    page = context.new_page()
    watch = Watch(page)
    found = {}
    for path in paths(site):
        watch.complaints.clear()
        visit(page, site, path)
        cards = page.locator(".table-box:has(> .cards)")
        problems = [
            *watch.complaints,
            *page.evaluate(OUTSIDE, NARROW),
            *cards.evaluate_all(CUT),
        ]
        if problems:
            found[path] = problems
    context.close()
    assert found == {}
    assert {url for url in watch.asked if not url.startswith(site.url())} == set()
    assert site.echo
    assert watch.sockets == {f"{site.echo.url}/demo"}


def test_pages_read_completely_without_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    found = {}
    for path in paths(site):
        page.goto(site.url(path), wait_until="domcontentloaded")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        cut = page.locator("article .table-box").evaluate_all(CUT)
        if problems := [*page.evaluate(UNREADABLE), *cut]:
            found[path] = problems
    context.close()
    assert found == {}


WRONG = """() => {
  const made = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  document.head.append(made("script", "1"));
  document.querySelector("article p").hidden = true;
  const wide = made("p", "wide");
  wide.style.width = "400px";
  document.querySelector("article").append(wide);
  new Image().src = "https://outside.invalid/";
}"""


def test_what_is_wrong_is_seen(page: Page, site: Site) -> None:
    page.add_init_script(REPORT)
    page.set_viewport_size({"width": NARROW, "height": 640})
    watch = Watch(page)
    visit(page, site, "protocol/handshake/")
    assert page.evaluate(OUTSIDE, NARROW) == page.evaluate(UNREADABLE) == watch.complaints == []
    with page.expect_console_message(lambda message: "outside.invalid" in message.text):
        page.evaluate(WRONG)
    assert any("script-src" in text for text in watch.complaints)
    assert page.evaluate(OUTSIDE, NARROW)
    assert page.evaluate(UNREADABLE)
