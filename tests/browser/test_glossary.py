"""What an abbreviation stands for, by pointer, keyboard and finger, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.site import Site

PAGE = "whats-new/websockets-and-ai/"
NAME = "Model Context Protocol"
SENTENCE = "How AI agents reach tools"


def term(page: Page) -> Locator:
    return page.get_by_role("article").get_by_role("link", name="MCP", exact=True).first


def note(page: Page) -> Locator:
    return page.get_by_role("tooltip")


def test_pointing_at_it_shows_the_entry_and_leaving_hides_it(page: Page, site: Site) -> None:
    page.goto(site.url(PAGE))
    term(page).hover()
    expect(note(page)).to_contain_text(NAME)
    expect(note(page)).to_contain_text(SENTENCE)
    # The link at the end of the entry is none of the note.
    expect(note(page)).to_have_text(re.compile(r"not WebSocket\.$"))
    # The pointer may move onto the note, and read there.
    note(page).hover()
    expect(note(page)).to_be_visible()
    page.get_by_role("heading", level=1).hover()
    expect(note(page)).to_be_hidden()


def test_the_keyboard_reaches_it_and_escape_hides_it(page: Page, site: Site) -> None:
    page.goto(site.url(PAGE))
    link = term(page)
    # The link before it, then on by Tab: focus that a script sets is no keyboard's.
    page.locator("#__content").evaluate("main => { main.tabIndex = -1; main.focus(); }")
    for _ in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    expect(note(page)).to_contain_text(NAME)
    assert link.get_attribute("aria-describedby") == note(page).get_attribute("id")
    page.keyboard.press("Escape")
    expect(note(page)).to_be_hidden()
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(site.url("reference/glossary/#mcp"))


@pytest.mark.parametrize("width", [320, 390])
def test_a_tap_shows_it_within_the_window_and_another_leads_on(
    browser: Browser, site: Site, width: int
) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": width, "height": 640})
    page = context.new_page()
    page.goto(site.url(PAGE))
    term(page).tap()
    expect(note(page)).to_contain_text(SENTENCE)
    assert page.url == site.url(PAGE)
    box = note(page).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("heading", level=1).tap()
    expect(note(page)).to_be_hidden()
    term(page).tap()
    expect(note(page)).to_be_visible()
    term(page).tap()
    page.wait_for_url(site.url("reference/glossary/#mcp"))
    expect(page.locator("#mcp")).to_be_in_viewport()
    expect(note(page)).to_be_hidden()
    context.close()


def test_without_scripts_it_leads_to_the_glossary(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url(PAGE))
    expect(page.get_by_title(NAME)).to_have_text("MCP")
    term(page).click()
    page.wait_for_url(site.url("reference/glossary/#mcp"))
    context.close()


def test_nothing_is_loaded_for_it_before_it_is_wanted(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url(PAGE), wait_until="networkidle")
    assert not [url for url in asked if "term-note" in url or "glossary" in url]
    term(page).hover()
    expect(note(page)).to_contain_text(SENTENCE)
    assert [url for url in asked if "term-note" in url]
