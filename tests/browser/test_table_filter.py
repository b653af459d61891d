"""`<table-filter>`: search, rows that can be linked to, and a table that is whole without it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.modules import Modules
from tests.site import Site

PATH = "reference/close-codes/"
COUNT = 25


def shown(page: Page) -> Locator:
    return page.get_by_role("table").first.locator("tbody tr").filter(visible=True)


def search(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Find a code, a name or a cause")


def status(page: Page) -> Locator:
    return page.locator("table-filter [role=status]").first


@pytest.mark.parametrize(
    ("query", "cells", "found"),
    [
        ("", ["1000", "Normal"], True),
        ("NORMAL 10", ["1000", "Normal"], True),
        ("normal away", ["1000", "Normal"], False),
        ("4321", ["4000-4999", "Private"], True),
        ("5000", ["4000-4999", "Private"], False),
        ("4321", ["4000-4999x", "Private"], False),
    ],
)
def test_rule(site: Site, page: Page, query: str, cells: list[str], found: bool) -> None:
    modules = Modules.opened(site, page)
    script = "(m, ...a) => m.rowMatches(...a)"
    assert modules.run("lib/table-search.js", script, query, cells) is found


def test_search_hides_what_does_not_match_and_says_how_many(page: Page, site: Site) -> None:
    page.goto(site.url(PATH))
    expect(status(page)).to_have_text(f"{COUNT} codes and ranges")
    search(page).press_sequentially("idle")
    expect(shown(page)).to_have_count(1)
    expect(shown(page)).to_contain_text("1006")
    expect(status(page)).to_have_text(f"1 of {COUNT} codes and ranges")
    search(page).fill("4321")
    expect(shown(page)).to_contain_text("Private use")
    search(page).fill("nothing-has-this")
    expect(shown(page)).to_have_count(0)
    expect(status(page)).to_contain_text("Nothing here contains “nothing-has-this”")
    search(page).fill("")
    expect(shown(page)).to_have_count(COUNT)


def test_row_has_an_address_that_its_link_copies(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site.url(PATH))
    link = page.get_by_role("link", name="Copy the link to 1006")
    link.focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("Copied the link to 1006.")
    assert page.evaluate("navigator.clipboard.readText()") == site.url(f"{PATH}#1006")
    expect(page).to_have_url(site.url(f"{PATH}#1006"))
    expect(page.locator("tr.tf-target")).to_contain_text("Abnormal Closure")


def test_address_of_a_row_shows_it_though_a_search_hides_it(page: Page, site: Site) -> None:
    page.goto(site.url(f"{PATH}#1015"))
    expect(page.locator("tr.tf-target")).to_contain_text("TLS Handshake")
    expect(page.locator("tr.tf-target")).to_be_in_viewport()
    search(page).fill("going away")
    expect(page.locator("tr.tf-target")).to_be_hidden()
    page.evaluate("location.hash = '#1013'")
    expect(page.locator("tr.tf-target")).to_contain_text("Try Again Later")
    expect(page.locator("tr.tf-target")).to_be_visible()
    expect(search(page)).to_have_value("")


def test_address_that_is_no_text_names_no_row(page: Page, site: Site, errors: list[str]) -> None:
    page.goto(site.url(f"{PATH}#%"))
    expect(status(page)).to_have_text(f"{COUNT} codes and ranges")
    expect(page.locator("tr.tf-target")).to_have_count(0)
    assert errors == []


def test_a_move_leaves_the_addresses_of_rows(page: Page, site: Site) -> None:
    page.goto(site.url(PATH))
    rows = "() => [...document.querySelectorAll('.tf-link')].map(({ hash }) => hash)"
    expect(page.locator(".tf-link").first).to_be_visible()
    before = page.evaluate(rows)
    page.locator("table-filter").first.evaluate("filter => filter.before(filter)")
    assert page.evaluate(rows) == before


def test_each_table_has_its_own_search(page: Page, site: Site) -> None:
    page.goto(site.url(PATH))
    page.get_by_role("searchbox", name="Find a private code").fill("graphql")
    private = page.get_by_role("table").nth(1).locator("tbody tr").filter(visible=True)
    expect(private).to_have_count(6)
    expect(shown(page)).to_have_count(COUNT)


def test_table_is_whole_without_scripts(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url(f"{PATH}#1006"))
    expect(shown(page)).to_have_count(COUNT)
    expect(page.locator("[id='1006']")).to_be_in_viewport()
    expect(page.locator("table-filter").first).to_be_hidden()
    context.close()


@pytest.mark.parametrize(
    "page_name", ["close-codes", "websocket-api", "headers", "browser-support", "standards"]
)
def test_nothing_scrolls_sideways_on_a_phone(page: Page, site: Site, page_name: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site.url(f"reference/{page_name}/"))
    expect(status(page)).to_have_text(re.compile(r"\d+ \w+"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_search_stands_in_no_box_of_a_table(page: Page, site: Site) -> None:
    page.goto(site.url(PATH))
    expect(page.get_by_role("group", name="Table")).to_have_count(2)
    expect(page.get_by_role("group", name="Table").locator("table-filter")).to_have_count(0)
