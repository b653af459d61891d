"""The search dialog: how it opens, what it shows, its keyboard, and when it loads its index."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.site import Site, build, serve


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search")


def field(page: Page) -> Locator:
    return dialog(page).get_by_role("searchbox", name="Search this site")


def results(page: Page) -> Locator:
    return dialog(page).get_by_role("list", name="Results").get_by_role("listitem")


def open_search(page: Page, site: Site, words: str = "") -> None:
    page.goto(site.url())
    page.get_by_role("button", name="Search").click()
    expect(field(page)).to_be_focused()
    if words:
        field(page).fill(words)


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
def test_a_key_opens_it_and_escape_closes_it(page: Page, site: Site, keys: str) -> None:
    page.goto(site.url("tools/"))
    expect(page.get_by_role("button", name="Search")).to_be_visible()
    page.keyboard.press(keys)
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()


def test_a_slash_in_a_field_is_text(page: Page, site: Site) -> None:
    page.goto(site.url("tools/echo/"))
    address = page.get_by_label("Address", exact=True)
    expect(address).to_be_visible()
    address.press("End")
    address.press("/")
    expect(address).to_have_value(re.compile("/$"))
    expect(dialog(page)).to_be_hidden()


def test_nothing_is_loaded_before_it_opens(page: Page, site: Site) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(site.url(), wait_until="networkidle")
    assert [url for url in loaded if "pagefind" in url] == []
    open_search(page, site, "handshake")
    expect(results(page).first).to_be_visible()
    assert [url for url in loaded if "pagefind" in url]


def test_a_result_shows_its_section_and_the_matching_sentence(page: Page, site: Site) -> None:
    open_search(page, site, "opening handshake")
    first = results(page).first
    expect(first).to_contain_text("The opening handshake")
    expect(first).to_contain_text("Protocol")
    expect(first.locator("mark").first).to_have_text(re.compile("opening|handshake", re.I))
    expect(dialog(page).get_by_role("status")).to_have_text(re.compile(r"^\d+ pages?$"))


def test_a_sentence_finds_the_page_that_has_most_of_its_words(page: Page, site: Site) -> None:
    open_search(page, site, "why would zzzzqqqq close with 1006 unexpectedly")
    expect(results(page).first).to_contain_text("Close code 1006")
    expect(results(page).first.locator("mark")).not_to_have_count(0)


def test_the_keyboard_alone_leads_to_a_page(page: Page, site: Site) -> None:
    open_search(page, site, "report protocol")
    expect(results(page).first).to_contain_text("The echo report protocol")
    page.keyboard.press("ArrowDown")
    expect(results(page).first.get_by_role("link").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(site.url("tools/report-protocol/**"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("The echo report protocol")
    expect(dialog(page)).to_be_hidden()


def test_enter_in_the_field_takes_the_first_result(page: Page, site: Site) -> None:
    open_search(page, site, "report protocol")
    expect(results(page).first).to_contain_text("The echo report protocol")
    page.keyboard.press("Enter")
    page.wait_for_url(site.url("tools/report-protocol/**"))


@pytest.mark.parametrize("words", ["zzzzqqqq", "xqzzvk", "xqzzvk qwzzzy the"])
def test_a_word_that_is_nowhere_finds_nothing_and_that_is_said(
    page: Page, site: Site, words: str
) -> None:
    """The engine alone finds what begins with its first letter."""
    open_search(page, site, words)
    status = dialog(page).get_by_role("status")
    expect(status).to_contain_text(f"No page holds “{words}”.")
    expect(results(page)).to_have_count(0)
    field(page).fill("")
    expect(status).to_have_text("")


@pytest.mark.parametrize("words", ["handshkae", "Handshakes", "websocket xqzzvk", "ws", "the"])
def test_a_mistyped_end_a_plural_and_one_known_word_of_two_find_pages(
    page: Page, site: Site, words: str
) -> None:
    open_search(page, site, words)
    expect(results(page).first).to_be_visible()
    expect(dialog(page).get_by_role("status")).to_have_text(re.compile(r"^\d+ pages?$"))


def test_a_lost_index_is_said_and_tried_again(page: Page, site: Site) -> None:
    page.route("**/pagefind/**", lambda route: route.abort())
    open_search(page, site, "handshake")
    expect(dialog(page).get_by_role("status")).to_contain_text("could not be loaded")
    page.unroute("**/pagefind/**")


def test_an_address_with_a_query_opens_it(page: Page, site: Site) -> None:
    page.goto(site.url("?q=report+protocol"))
    expect(field(page)).to_have_value("report protocol")
    expect(results(page).first).to_contain_text("The echo report protocol")


def test_it_works_under_a_sub_path(page: Page, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("below")
    with serve(folder, "/below/") as site:
        build(folder, site_url=site.url(), echo_url="")
        page.goto(site.url("no/such/page/?q=report+protocol"))
        link = results(page).first.get_by_role("link").first
        expect(link).to_contain_text("The echo report protocol")
        assert link.evaluate("link => link.href") == site.url("tools/report-protocol/")


@pytest.mark.parametrize("width", [320, 1440])
def test_it_fits_the_screen(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    open_search(page, site, "websocket")
    expect(results(page).first).to_be_visible()
    box = dialog(page).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 640
    wide = (
        "dialog => [dialog, ...dialog.querySelectorAll('*')].filter(e => "
        "e.getBoundingClientRect().right > innerWidth).length"
    )
    assert dialog(page).evaluate(wide) == 0
