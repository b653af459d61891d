"""`<capacity-model>`: enter what one has, get what it takes."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.site import Site

PATH = "build/scale/"


def opened(page: Page, site: Site, fragment: str = "") -> Locator:
    page.goto(site.url(PATH) + fragment)
    model = page.get_by_role("group", name="Capacity model")
    expect(model.get_by_label("Connections")).to_be_visible()
    return model


def test_numbers_change_the_result_and_the_address(page: Page, site: Site) -> None:
    model = opened(page, site)
    result = model.get_by_role("status")
    expect(result).to_contain_text("142 MiB")
    expect(result).to_contain_text("10,000 a second")
    model.get_by_label("Connections").fill("100000")
    expect(result).to_contain_text("1,416 MiB")
    model.get_by_label("Messages sent").fill("40")
    expect(result).to_contain_text("20,000 a second")
    expect(page).to_have_url(site.url(f"{PATH}#connections=100000&sent=40"))
    page.reload()
    expect(result).to_contain_text("1,416 MiB")


def test_wrong_numbers_are_refused_and_change_nothing(page: Page, site: Site) -> None:
    model = opened(page, site, "#sent=40")
    field = model.get_by_label("Connections")
    field.fill("many")
    message = field.evaluate("field => field.validationMessage")
    assert message == "Enter a number, such as 5000 or 7.3."
    expect(model.get_by_role("status")).to_contain_text("142 MiB")
    expect(page).to_have_url(site.url(f"{PATH}#sent=40"))
    field.fill("20000")
    expect(model.get_by_role("status")).to_contain_text("283 MiB")


def test_only_numbers_that_change_are_read_aloud(page: Page, site: Site) -> None:
    model = opened(page, site)
    result = model.get_by_role("status")
    expect(result).to_have_attribute("aria-atomic", "false")
    result.evaluate("""result => {
      window.told = new Set();
      const note = changes => changes.forEach(({ target }) => window.told.add(target.outerHTML));
      new MutationObserver(note).observe(result, { childList: true, subtree: true });
    }""")
    model.get_by_label("Messages sent").fill("40")
    expect(result).to_contain_text("20,000 a second")
    told = page.evaluate("[...window.told]")
    assert "<dd>20,000 a second</dd>" in told
    assert "142 MiB" not in str(told)


def test_without_scripts_the_formulas_are_there(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url(PATH))
    expect(page.get_by_text("The calculator needs JavaScript.")).to_contain_text("142 MiB")
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_it_fits_and_has_no_violation(page: Page, site: Site, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 700})
    opened(page, site)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
