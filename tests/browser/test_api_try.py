"""`<api-try>`: every outcome that the page of the API promises is what Chromium does."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.modules import Modules
from tests.site import Site

PATH = "reference/websocket-api/"
ROWS = "table:has(api-try) tbody tr"
# Name of the example, the call as the page has it, the outcome that the page promises.
CELLS = """rows => rows.map(({ cells }) => [
  cells[3].querySelector("api-try").getAttribute("name"),
  cells[0].innerText, cells[1].innerText])"""


def squeezed(code: str) -> str:
    """Return ``code`` without whitespace."""
    return re.sub(r"\s", "", code)


def test_every_outcome_is_what_happens(page: Page, site: Site, errors: list[str]) -> None:
    page.goto(site.url(PATH))
    button = page.get_by_role("button", name="Run every example on this page")
    button.focus()
    page.keyboard.press("Enter")
    rows = page.locator(ROWS)
    expect(page.locator("api-try[all] output")).to_have_text(
        f"{rows.count()} examples ran in this browser.", timeout=20_000
    )
    outputs = rows.locator("output").all_inner_texts()
    for (name, _, promised), output in zip(rows.evaluate_all(CELLS), outputs, strict=True):
        assert output.split(":")[0] == promised or output == promised, (name, output)
    assert errors == []


def test_page_shows_the_code_that_runs(page: Page, site: Site) -> None:
    page.goto(site.url(PATH))
    expect(page.locator("api-try[all] button")).to_be_visible()
    shown = {name: code for name, code, _ in page.locator(ROWS).evaluate_all(CELLS)}
    script = "m => Object.entries(m.EXAMPLES).map(([name, run]) => [name, run.toString()])"
    run = dict(Modules.opened(site, page).run("lib/api-examples.js", script))
    assert shown.keys() == run.keys()
    for name, code in shown.items():
        assert squeezed(code) in squeezed(run[name]), name


def test_without_the_echo_server_an_example_says_so(page: Page, site: Site) -> None:
    page.goto(site.url(PATH))
    page.locator("meta[name=echo-url]").evaluate("meta => (meta.content = 'ws://127.0.0.1:9/')")
    row = page.locator(ROWS).filter(has_text="héllo")
    row.get_by_role("button").click()
    expect(row.locator("output")).to_have_text("Error: the echo server cannot be reached")
