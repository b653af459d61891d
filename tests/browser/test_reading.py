"""What helps to read a page: its contents, its tabs, its files, its face, and how it prints.

Its elements are <page-contents> and <linked-tabs>.
"""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import Page, Route, expect

from tests.site import Site


def test_contents_mark_the_heading_that_is_read(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1440, "height": 700})
    page.goto(site.url("protocol/framing/"))
    contents = page.get_by_role("navigation", name="On this page")
    marked = contents.locator("[aria-current=location]")
    expect(contents.get_by_role("link").nth(3)).to_be_visible()
    expect(marked).to_have_count(0)
    for name in ("Masking", "Fragmentation", "Three ways to write the length"):
        heading = page.get_by_role("heading", level=2, name=name)
        # Read from here on: the heading has passed under the header by a line.
        heading.evaluate("h => scrollTo(0, h.getBoundingClientRect().top + scrollY - 40)")
        expect(marked).to_have_text([name])
    page.evaluate("scrollTo(0, 0)")
    expect(marked).to_have_count(0)


def test_contents_mark_the_heading_of_a_followed_link(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1440, "height": 700})
    page.goto(site.url("protocol/framing/"))
    contents = page.get_by_role("navigation", name="On this page")
    contents.get_by_role("link", name="Masking").click()
    expect(page.get_by_role("heading", level=2, name="Masking")).to_be_in_viewport()
    expect(contents.locator("[aria-current=location]")).to_have_text(["Masking"])


def test_a_fragment_changes_nothing_on_the_page(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1440, "height": 700})
    page.goto(site.url("troubleshoot/"))
    field = page.get_by_role("textbox", name="Paste the message")
    field.fill("connect ECONNREFUSED")  # which goes into the address
    expect(page).to_have_url(site.url("troubleshoot/#error=connect%20ECONNREFUSED"))
    link = page.get_by_role("navigation", name="On this page").get_by_role("link").first
    for _ in range(2):
        link.click()
        # Were the page fetched again, this would last until its content is replaced.
        assert page.evaluate("navigation.transition") is None
        expect(field).to_have_value("connect ECONNREFUSED")


def test_chosen_tab_is_chosen_in_every_set_and_after_a_reload(page: Page, site: Site) -> None:
    page.goto(site.url("protocol/handshake/"))
    expect(page.locator("linked-tabs:defined")).to_have_count(1)
    # A second set with the same names, as on a page that shows two steps in each language.
    page.locator("article .tabbed-set").evaluate(
        """set => {
          const second = set.cloneNode(true);
          for (const input of second.querySelectorAll("input")) {
            input.id = input.id.replace("_1_", "_2_");
            input.name = "__tabbed_2";
          }
          for (const label of second.querySelectorAll("label"))
            label.htmlFor = label.htmlFor.replace("_1_", "_2_");
          set.after(second);
        }"""
    )
    first, second = page.locator("article .tabbed-set").all()
    first.get_by_text("Go", exact=True).click()
    for tabs in (first, second):
        expect(tabs.locator(".filename").get_by_text("accept.go")).to_be_visible()
        expect(tabs.locator(".filename").get_by_text("accept.py")).to_be_hidden()

    page.reload()
    expect(first.locator(".filename").get_by_text("accept.go")).to_be_visible()
    expect(first.locator(".filename").get_by_text("accept.py")).to_be_hidden()


def test_link_to_a_tab_outweighs_what_was_chosen_before(page: Page, site: Site) -> None:
    page.goto(site.url("protocol/handshake/"))
    tabs = page.locator("article .tabbed-set").first
    expect(page.locator("linked-tabs:defined")).to_have_count(1)
    tabs.get_by_text("Go", exact=True).click()
    page.goto(site.url("tools/"))
    page.goto(site.url("protocol/handshake/#__tabbed_1_1"))
    expect(page.locator("linked-tabs:defined")).to_have_count(1)
    expect(tabs.locator(".filename").get_by_text("accept.py")).to_be_visible()
    expect(tabs.locator(".filename").get_by_text("accept.go")).to_be_hidden()


def test_name_of_a_tested_file_downloads_it(page: Page, site: Site) -> None:
    page.goto(site.url("languages/python/"))
    name = page.locator(".filename").get_by_role("link", name="echo_client.py", exact=True)
    with page.expect_download() as download:
        name.first.click()
    assert "websockets" in download.value.path().read_text("utf-8")


def test_time_to_read_stands_beside_the_review(page: Page, site: Site) -> None:
    page.goto(site.url("languages/python/"))
    expect(page.get_by_text("minutes to read")).to_have_text(re.compile(r"^\s*\d+ minutes to read"))


def test_paper_holds_the_text_and_the_addresses_of_its_links(page: Page, site: Site) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(site.url("protocol/handshake/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for part in ("banner", "navigation"):
        expect(page.get_by_role(part).filter(visible=True)).to_have_count(0)
    copy = page.get_by_role("button", name="Copy", exact=True)
    expect(copy.filter(visible=True)).to_have_count(0)
    outside = page.get_by_role("article").locator("p a[href^=https]").first
    shown = outside.evaluate("link => getComputedStyle(link, '::after').content")
    assert "attr(href)" in shown or (outside.get_attribute("href") or "") in shown
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    ink = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert ink == "rgb(20, 24, 31)"


def test_paper_shows_what_is_folded(page: Page, site: Site) -> None:
    page.goto(site.url("protocol/handshake/"))
    folded = page.get_by_role("article").locator("details > :not(summary)").first
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()


def test_mono_face_is_ours_and_changes_no_width_when_it_arrives(page: Page, site: Site) -> None:
    waiting: list[Route] = []
    released = threading.Event()
    # A request may be told of only after the others were released.
    page.route(
        "**/*.woff2",
        lambda route: route.continue_() if released.is_set() else waiting.append(route),
    )
    page.goto(site.url("protocol/framing/"), wait_until="domcontentloaded")
    expect(page.locator(":not(:defined)")).to_have_count(0)
    sizes = """() => [...document.querySelectorAll("article :is(code, p, td, pre)")]
      .map(part => part.getBoundingClientRect())
      .flatMap(({ width, height }) => [width, height])"""
    loaded = "() => [...document.fonts].filter(face => face.status === 'loaded').map(f => f.family)"
    before = page.evaluate(sizes)
    assert "Wire Mono" not in " ".join(page.evaluate(loaded))
    released.set()
    for route in waiting:
        assert route.request.url.startswith(site.url("assets/fonts/"))
        route.continue_()
    page.evaluate("async () => { await document.fonts.ready }")
    assert "Wire Mono" in " ".join(page.evaluate(loaded))
    after = page.evaluate(sizes)
    moved = [pair for pair in zip(before, after, strict=True) if abs(pair[0] - pair[1]) > 1]
    # A machine without any of the faces that stand in shows its own default until then.
    assert len(moved) <= len(before) // 20


def test_a_date_stays_on_one_line(page: Page, site: Site) -> None:
    page.goto(site.url("reference/standards/"))
    dates = page.get_by_role("article").locator("time")
    expect(dates.first).to_be_attached()
    for width in (320, 390, 768):
        page.set_viewport_size({"width": width, "height": 844})
        broken = "dates => dates.filter(date => date.getClientRects().length > 1)"
        assert dates.evaluate_all(f"{broken}.map(date => date.textContent)") == []


@pytest.mark.parametrize("width", [320, 390])
def test_a_word_of_a_command_in_a_table_stays_on_one_line(
    page: Page, site: Site, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(site.url("deploy/self-host/"))
    command = page.locator("td code", has_text="journalctl --unit echo-demo --output cat")
    lines = command.evaluate(
        """code => {
          const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
          const found = {};
          while (walker.nextNode()) {
            for (const { 0: word, index } of walker.currentNode.data.matchAll(/\\S+/g)) {
              const range = document.createRange();
              range.setStart(walker.currentNode, index);
              range.setEnd(walker.currentNode, index + word.length);
              found[word] = range.getClientRects().length;
            }
          }
          return found;
        }"""
    )
    assert lines == dict.fromkeys(["journalctl", "--unit", "echo-demo", "--output", "cat"], 1)
