"""`<row-picker>` on /troubleshoot/1006/: pick when it ends, get the cause and the fix."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.site import Site

PATH = "troubleshoot/1006/"


def opened(page: Page, site: Site, fragment: str = "") -> Locator:
    page.goto(site.url(PATH) + fragment)
    group = page.get_by_role("group", name="When does it end?")
    expect(group).to_be_visible()
    return group


def picked(page: Page) -> Locator:
    return page.locator("row-picker").get_by_role("status")


def test_each_row_can_be_picked_and_is_shown_whole(page: Page, site: Site) -> None:
    group = opened(page, site)
    expect(picked(page)).to_be_empty()
    rows = page.get_by_role("table").first.locator("tbody tr").all()
    assert len(rows) == 9
    for row in rows:
        first, cause, fix = row.locator("td").all_inner_texts()
        group.get_by_role("radio", name=first.strip(), exact=True).check()
        expect(picked(page).locator("dd")).to_have_text([cause.strip(), fix.strip()])


def test_address_keeps_the_pick_and_back_takes_it_back(page: Page, site: Site) -> None:
    group = opened(page, site)
    group.get_by_role("radio", name="After 350 s of silence").check()
    expect(page).to_have_url(site.url(f"{PATH}#ends=after-350-s-of-silence"))
    page.reload()
    expect(picked(page)).to_contain_text("Network Load Balancer")
    group.get_by_role("radio", name="On a large message").check()
    page.go_back()
    expect(picked(page)).to_contain_text("Network Load Balancer")
    page.evaluate("location.hash = '#on-deploy'")
    expect(picked(page)).to_contain_text("Network Load Balancer")


def test_a_pick_that_is_none_shows_nothing(page: Page, site: Site, errors: list[str]) -> None:
    opened(page, site, "#ends=%3Cimg%3E")
    expect(picked(page)).to_be_empty()
    assert errors == []


def test_keyboard_alone(page: Page, site: Site) -> None:
    group = opened(page, site)
    group.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    expect(picked(page)).to_contain_text("Ping from the server every 20 s")


def test_without_scripts_the_table_is_there(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url(PATH))
    expect(page.locator("row-picker")).to_be_hidden()
    expect(page.get_by_role("table").first).to_contain_text("After 60 s of silence")
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_it_fits_and_has_no_violation(page: Page, site: Site, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 700})
    opened(page, site, "#ends=on-a-large-message")
    expect(picked(page)).to_contain_text("1009")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
