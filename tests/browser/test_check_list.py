"""`<check-list>`: ticks that the browser keeps, how many they are, and the list to take away."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.modules import Modules
from tests.site import Site

PATH = "build/"
MODULE = "lib/check-list.js"
COUNT = 30


def opened(page: Page, site: Site) -> Locator:
    page.goto(site.url(PATH))
    checklist = page.get_by_role("group", name="Checklist")
    expect(checklist.get_by_role("checkbox")).to_have_count(COUNT)
    return checklist


def test_ticks_are_counted_kept_and_cleared(page: Page, site: Site) -> None:
    checklist = opened(page, site)
    expect(checklist.get_by_role("status")).to_have_text(f"0 of {COUNT} done")
    checklist.get_by_role("checkbox", name="Message size").check()
    checklist.get_by_role("checkbox", name="Origin").focus()
    page.keyboard.press("Space")
    expect(checklist.get_by_role("status")).to_have_text(f"2 of {COUNT} done")
    page.reload()
    expect(checklist.get_by_role("checkbox", name="Origin")).to_be_checked()
    expect(checklist.get_by_role("status")).to_have_text(f"2 of {COUNT} done")
    # Another page and back, without a reload of the whole.
    checklist.get_by_role("link", name="a cookie or a ticket").click()
    page.wait_for_url(site.url("build/authentication/"))
    page.go_back()
    expect(checklist.get_by_role("checkbox", name="Message size")).to_be_checked()
    checklist.get_by_role("button", name="Clear").click()
    expect(checklist.get_by_role("status")).to_have_text(f"0 of {COUNT} done")
    expect(checklist.get_by_role("checkbox", name="Origin")).not_to_be_checked()


def test_the_list_can_be_taken_away(page: Page, site: Site) -> None:
    checklist = opened(page, site)
    checklist.get_by_role("checkbox", name="Origin").check()
    with page.expect_download() as download:
        checklist.get_by_role("link", name="Save as Markdown").click()
    text = download.value.path().read_text("utf-8")
    assert text.startswith("## Who may connect\n\n- [x] Origin\n- [ ] Authentication\n")
    assert text.count("- [") == COUNT
    assert download.value.suggested_filename == "websocket-checklist.md"


def test_without_memory_it_works_and_says_so(page: Page, site: Site) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } })"
    )
    checklist = opened(page, site)
    checklist.get_by_role("checkbox", name="Origin").check()
    expect(checklist.get_by_role("status")).to_have_text(
        f"1 of {COUNT} done. Your browser keeps nothing here: save the list before you leave."
    )


def test_every_item_has_a_name_of_its_own_and_a_proof(page: Page, site: Site) -> None:
    checklist = opened(page, site)
    keys = checklist.get_by_role("checkbox").evaluate_all("all => all.map(one => one.value)")
    assert len(set(keys)) == COUNT
    for item in checklist.get_by_role("listitem").all_inner_texts():
        assert "Prove it: " in item, item


def test_without_scripts_it_is_a_list(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url(PATH))
    expect(page.locator("check-list li")).to_have_count(COUNT)
    expect(page.locator("check-list li").first).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("stored", "ticked"),
    [
        (None, []),
        ('["b","a","x"]', ["a", "b"]),
        ("{", []),
        ("null", []),
        ('{"a":1}', []),
        ("[1]", []),
    ],
)
def test_what_was_stored_is_read_with_care(
    page: Page, site: Site, stored: str | None, ticked: list[str]
) -> None:
    modules = Modules.opened(site, page)
    script = "(m, text) => [...m.tickedFrom(text, ['a', 'b'])]"
    assert modules.run(MODULE, script, stored) == ticked


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_it_fits_and_has_no_violation(page: Page, site: Site, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 700})
    opened(page, site).get_by_role("checkbox", name="Origin").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, context="check-list").response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
