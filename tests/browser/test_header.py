"""The ways around the site: header, menu of narrow screens, navigation of wide ones."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.content.tree import Tree, small_tree
from tests.site import Site, build, serve


@pytest.fixture
def narrow(page: Page) -> Page:
    """A page on the narrowest screen the site is made for."""
    page.set_viewport_size({"width": 320, "height": 800})
    return page


def test_wide_navigation_shows_the_section_and_nothing_to_fold(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(site.url("tools/echo/"))
    pages = page.locator("nav[aria-label=Pages]")
    (tools,) = (entry["Tools"] for entry in Tree().config["nav"] if "Tools" in entry)
    expect(pages.get_by_role("link")).to_have_count(len(tools))
    expect(pages.locator("summary").filter(visible=True)).to_have_count(0)


def test_navigation_does_not_repeat_a_section_of_one_page(page: Page, tmp_path: Path) -> None:
    tree, built = tmp_path / "tree", tmp_path / "site"
    tree.mkdir()
    small_tree(tree)
    (tree / "docs" / "lone.md").write_text("# A page alone\n", "utf-8")
    with (tree / "mkdocs.yml").open("a", encoding="utf-8") as config:
        config.write("  - Lone:\n      - lone.md\n")
    with serve(built) as site:
        build(built, site_url=site.url(), echo_url="/demo", root=tree)
        page.goto(site.url())
        lone = page.locator("nav[aria-label=Pages] a").filter(has_text=re.compile("^Lone$"))
        page.set_viewport_size({"width": 390, "height": 844})
        page.get_by_role("button", name="Menu of all sections").press("Space")
        lone.click()
        page.wait_for_url(site.url("lone/"))
        expect(lone).to_have_attribute("aria-current", "page")
        page.set_viewport_size({"width": 1440, "height": 900})
        expect(page.locator("nav[aria-label=Pages] a").filter(visible=True)).to_have_count(0)


def test_menu_works_by_keyboard_and_is_closed_on_the_next_page(narrow: Page, site: Site) -> None:
    narrow.goto(site.url("tools/report-protocol/"))
    menu = narrow.get_by_role("button", name="Menu of all sections")
    pages = narrow.get_by_role("navigation", name="Pages")
    link = pages.get_by_role("link", name="echo server")
    expect(link).to_be_hidden()
    menu.focus()
    narrow.keyboard.press("Enter")
    expect(link).to_be_in_viewport()
    narrow.keyboard.press("Tab")
    expect(pages.get_by_role("button", name="Close the menu")).to_be_focused()
    narrow.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(menu).to_be_focused()

    narrow.keyboard.press("Enter")
    link.focus()
    narrow.keyboard.press("Enter")
    narrow.wait_for_url(site.url("tools/echo/"))
    expect(narrow.get_by_role("heading", level=1)).to_contain_text("echo server")
    expect(link).to_be_hidden()


def test_menu_closes_by_a_touch_beside_it_without_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 800}, has_touch=True, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(site.url("tools/echo/"))
    pages = page.get_by_role("navigation", name="Pages")
    page.get_by_role("button", name="Menu of all sections").tap()
    expect(pages.get_by_role("link", name="echo server")).to_be_in_viewport()
    pages.get_by_text("Protocol", exact=True).first.tap()
    expect(pages.get_by_role("link", name="handshake").first).to_be_in_viewport()
    page.touchscreen.tap(310, 300)
    expect(pages.get_by_role("link", name="echo server")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("width", [320, 1023, 1024, 1220, 1440])
def test_header_is_one_row_in_which_nothing_touches(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(site.url("about/"))
    controls = page.get_by_role("banner").locator("a, button").filter(visible=True)
    expect(page.get_by_role("banner").get_by_role("button", name="Search")).to_be_visible()
    boxes = [box for control in controls.all() if (box := control.bounding_box())]
    boxes.sort(key=lambda box: box["x"])
    assert len(boxes) >= 4
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] <= right["x"]
    assert boxes[-1]["x"] + boxes[-1]["width"] <= width
    assert max(box["y"] + box["height"] for box in boxes) <= 57


def test_sections_that_do_not_fit_are_behind_more(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1024, "height": 640})
    page.goto(site.url("tools/echo/"))
    sections = page.get_by_role("navigation", name="Sections", exact=True)
    expect(sections.get_by_role("link", name="Tools")).to_have_attribute("aria-current", "true")
    about = sections.get_by_role("link", name="About")
    expect(about).to_be_hidden()
    sections.get_by_role("button", name="More").press("Enter")
    expect(about).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(about).to_be_hidden()

    page.keyboard.press("Enter")
    about.click()
    page.wait_for_url(site.url("about/"))
    expect(sections.get_by_role("button", name="More")).to_have_attribute("aria-current", "true")
    expect(about).to_be_hidden()


def test_every_section_is_in_the_header_once(page: Page, site: Site) -> None:
    page.goto(site.url("about/"))
    hrefs = "links => links.map(link => link.href)"
    listed = page.locator("nav[aria-label=Sections] a").evaluate_all(hrefs)
    foot = page.locator("nav[aria-label='All sections'] a").evaluate_all(hrefs)
    assert sorted(listed) == sorted(foot)
    assert len(set(listed)) == len(listed)
