"""`<reconnect-storm>`: choose clients and server, see the attempts of each policy."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.site import Site

PATH = "build/reconnection/"
PATIENCE = 30_000


def opened(page: Page, site: Site, fragment: str = "") -> Locator:
    page.goto(site.url(PATH) + fragment)
    page.locator("reconnect-storm").scroll_into_view_if_needed()
    storm = page.get_by_role("group", name="Reconnect storm, a simulation")
    expect(storm.get_by_role("status")).to_contain_text("Full jitter", timeout=PATIENCE)
    return storm


def cells(storm: Locator) -> list[list[str]]:
    rows: list[list[str]] = storm.evaluate(
        "one => [...one.querySelectorAll('tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return rows


def test_without_scripts_the_numbers_are_those_of_the_simulation(
    browser: Browser, page: Page, site: Site
) -> None:
    context = browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto(site.url(PATH))
    table = still.locator("reconnect-storm table tbody")
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tr").all()]
    said = still.locator("article").inner_text()
    context.close()
    storm = opened(page, site)
    assert cells(storm) == rows
    # What the prose says of other settings.
    module = site.url("assets/javascripts/lib/reconnect-storm.js")
    gone = page.evaluate(
        """async (url) => {
          const { POLICIES, DEFAULT, simulate } = await import(url);
          return simulate(POLICIES[0], { ...DEFAULT, refusal: 0.5 }).missing;
        }""",
        module,
    )
    assert f"after 10 minutes {gone:,} of 10,000 are missing" in " ".join(said.split())


def test_a_choice_changes_numbers_drawings_and_address(page: Page, site: Site) -> None:
    storm = opened(page, site)
    before = cells(storm)
    drawing = storm.locator("path").first.get_attribute("d")
    storm.get_by_label("Clients").select_option("1,000")
    expect(storm.get_by_role("status")).to_contain_text(
        "1,000 clients are 2 s of work", timeout=PATIENCE
    )
    after = cells(storm)
    assert [row[0] for row in after] == [row[0] for row in before]
    assert all(one[1:] != other[1:] for one, other in zip(after, before, strict=True))
    assert storm.locator("path").first.get_attribute("d") != drawing
    expect(page).to_have_url(site.url(f"{PATH}#clients=1000&capacity=500&away=5&refusal=0.1"))
    page.go_back()
    expect(storm.get_by_role("status")).to_contain_text("10,000 clients", timeout=PATIENCE)
    assert cells(storm) == before


def test_the_address_is_taken_over_and_the_keyboard_is_enough(page: Page, site: Site) -> None:
    storm = opened(page, site, "#capacity=2000&refusal=0")
    expect(storm.get_by_label("Handshakes a second")).to_have_value("2000")
    expect(storm.get_by_label("A refusal costs")).to_have_value("0")
    storm.get_by_label("Server is away for").focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(site.url(f"{PATH}#clients=10000&capacity=2000&away=60&refusal=0"))
    expect(storm.get_by_label("Server is away for")).to_be_focused()
    # A place on the page is no setting.
    page.evaluate("location.hash = '#client'")
    expect(storm.get_by_label("Server is away for")).to_have_value("60")


def test_it_comes_and_goes_with_the_page(page: Page, site: Site, errors: list[str]) -> None:
    page.goto(site.url("languages/javascript/"))
    page.get_by_role("link", name="Reconnect without a stampede").first.click()
    page.wait_for_url(site.url(PATH))
    storm = page.locator("reconnect-storm")
    storm.scroll_into_view_if_needed()
    expect(storm.locator("svg")).to_have_count(5, timeout=PATIENCE)
    page.go_back()
    page.wait_for_url(site.url("languages/javascript/"))
    assert errors == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_it_fits_and_has_no_violation(page: Page, site: Site, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 700})
    opened(page, site)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, context="reconnect-storm").response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
