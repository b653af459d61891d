"""What every page is made of: frame, head and foot from front matter, the page for no page.

Its elements are <color-scheme>, <code-tools> and <not-found-search>.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.started import start_elements
from tests.site import Site, build, serve

# One page of each kind: home, index of a section, text with a table and code, tool, missing.
KINDS = [
    "",
    "protocol/",
    "tools/report-protocol/",
    "languages/python/",
    "tools/echo/",
    "no/such/page/",
]

# Whether the text of a table's cell reaches out of the cell.
PAINTS_OUTSIDE = """cell => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  return text.getBoundingClientRect().right > cell.getBoundingClientRect().right + 0.5;
}"""

# Whether a copy button lies over its block's code or over the name of its file.
COVERS_TEXT = """button => {
  const box = button.getBoundingClientRect();
  return [...button.closest(".highlight").querySelectorAll("pre, .filename")].some(part => {
    const text = document.createRange();
    text.selectNodeContents(part);
    return [...text.getClientRects()].some(line => line.width > 0 && line.left < box.right &&
      line.right > box.left && line.top < box.bottom && line.bottom > box.top);
  });
}"""


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    """A page on the narrowest screen the site is made for."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def assert_search_for_missing_page(page: Page, site: Site) -> None:
    response = page.goto(site.url("guides/web-socket%20close_codes.html"))
    assert response
    assert response.status == 404
    words = "guides web socket close codes"
    lost = page.get_by_role("search", name="Words of the address")
    expect(lost.get_by_role("searchbox", name="Search this site")).to_have_value(words)

    sections = page.get_by_role("article").get_by_role("listitem")
    expect(sections.get_by_role("link", name="Protocol")).to_be_visible()
    address = sections.get_by_role("link", name="Protocol").evaluate("link => link.href")
    assert address == site.url("protocol/")

    lost.get_by_role("button", name="Search").click()
    dialog = page.get_by_role("dialog", name="Search")
    expect(dialog.get_by_role("searchbox", name="Search this site")).to_have_value(words)
    assert urlsplit(page.url).path == site.base


def test_missing_page_searches_for_the_words_of_its_address(page: Page, site: Site) -> None:
    assert_search_for_missing_page(page, site)


def test_missing_page_works_under_a_sub_path(
    page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("below")
    with serve(folder, "/below/") as site:
        build(folder, site_url=site.url(), echo_url="")
        assert_search_for_missing_page(page, site)


def test_site_built_without_an_echo_server_names_none(
    page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("silent")
    with serve(folder) as site:
        build(folder, site_url=site.url(), echo_url="")
        page.goto(site.url())
        assert page.locator("meta[name=echo-url]").get_attribute("content") == ""


def test_chosen_color_scheme_is_remembered(page: Page, site: Site) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(site.url())
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    # From the system's scheme to light, from light to dark.
    page.get_by_title("Switch to light mode").click()
    page.get_by_title("Switch to dark mode").click()
    expect(page.get_by_title("Follow the system")).to_be_visible()
    dark = page.evaluate(paper)
    assert dark != light
    expect(page.get_by_title("Follow the system").locator("svg:visible")).to_have_count(1)

    page.goto(site.url("tools/report-protocol/"))
    expect(page.get_by_title("Follow the system")).to_be_visible()
    assert page.evaluate(paper) == dark
    page.get_by_title("Follow the system").click()
    assert page.evaluate(paper) == light


def test_page_shows_what_its_front_matter_says(page: Page, site: Site) -> None:
    page.goto(site.url("languages/python/"))
    heading = page.get_by_role("heading", level=1)
    answer = heading.evaluate("heading => heading.nextElementSibling.textContent")
    assert answer == page.locator("meta[name=description]").get_attribute("content")
    expect(page.get_by_text("Reviewed")).to_have_text(re.compile(r"Reviewed \d{4}-\d\d-\d\d"))

    sources = page.get_by_role("region", name="Sources").get_by_role("link")
    assert sources.count() > 0
    for link in sources.all():
        assert (link.get_attribute("href") or "").startswith("https://")

    for link in page.get_by_role("region", name="What ran").get_by_role("link").all():
        path = link.inner_text()
        assert link.evaluate("link => link.href") == site.url(path)
        with page.expect_download() as download:
            link.click()
        assert download.value.suggested_filename == path.rsplit("/", 1)[-1]
        assert download.value.path().stat().st_size > 0


def test_related_pages_carry_the_titles_of_those_pages(page: Page, site: Site) -> None:
    page.goto(site.url("tools/report-protocol/"))
    links = page.get_by_role("region", name="Related pages").get_by_role("link").all()
    related = [(link.inner_text(), link.evaluate("link => link.href")) for link in links]
    assert len(related) == 3
    for title, address in related:
        page.goto(address)
        expect(page).to_have_title(re.compile(f"^{re.escape(title)} - "))


def test_index_of_a_section_lists_its_pages(page: Page, site: Site) -> None:
    page.goto(site.url("tools/"))
    terms = page.get_by_role("article").get_by_role("term").get_by_role("link")
    listed = {link.evaluate("link => link.href") for link in terms.all()}
    assert {site.url("tools/echo/"), site.url("tools/report-protocol/")} <= listed
    description = page.get_by_role("definition").filter(has_text="what it saw on the wire")
    expect(description).to_be_visible()


@pytest.mark.parametrize("path", KINDS)
def test_no_sideways_scrolling_at_320_px(narrow: Page, site: Site, path: str) -> None:
    narrow.goto(site.url(path))
    expect(narrow.get_by_role("heading", level=1)).to_be_visible()
    start_elements(narrow)
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 320


def test_wide_table_scrolls_inside_its_box_and_keeps_its_first_column(
    narrow: Page, site: Site
) -> None:
    narrow.goto(site.url("reference/browser-support/"))
    # Nothing above the table grows any more.
    start_elements(narrow)
    box = narrow.get_by_role("group", name="Table").first
    first = box.get_by_role("cell").first
    before = first.bounding_box()
    assert box.evaluate("box => { box.scrollLeft = 80; return box.scrollLeft }") == 80
    assert before
    assert first.bounding_box() == before


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize(
    ("path", "row", "cell"),
    [
        ("troubleshoot/1006/", "After 60 s of silence", "Ping from the server every 20 s"),
        ("reference/close-codes/", "1000", "Provoke"),
    ],
)
@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_on_a_phone_the_last_column_of_a_table_to_read_is_in_view(
    browser: Browser, site: Site, path: str, row: str, cell: str, width: int, *, script: bool
) -> None:
    with browser.new_context(
        viewport={"width": width, "height": 844}, java_script_enabled=script
    ) as context:
        page = context.new_page()
        page.goto(site.url(path))
        table = page.get_by_role("table").first
        expect(table.get_by_role("columnheader")).not_to_have_count(0)
        found = table.get_by_role("row").filter(has_text=row).first.get_by_role("cell").last
        if script or cell != "Provoke":
            expect(found).to_contain_text(cell)
            box = found.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        # Chromium's own tree: what a screen reader is told.
        tree = context.new_cdp_session(page).send("Accessibility.getFullAXTree")
        roles = [node["role"]["value"] for node in tree["nodes"] if not node["ignored"]]
        assert {"table", "row", "columnheader", "cell"} <= set(roles)


@pytest.mark.parametrize("width", [320, 390, 719, 768, 1440])
@pytest.mark.parametrize("path", ["tools/report-protocol/", "languages/python/", "reference/"])
def test_no_cell_of_a_table_paints_over_its_neighbor(
    page: Page, site: Site, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(site.url(path))
    tables = page.get_by_role("article").get_by_role("table")
    expect(tables.first).to_be_visible()
    assert tables.get_by_role("cell").evaluate_all(f"cells => cells.filter({PAINTS_OUTSIDE})") == []


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("path", ["tools/echo/", "tools/report-protocol/", "protocol/handshake/"])
def test_no_copy_button_covers_code_or_title(page: Page, site: Site, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(site.url(path))
    buttons = page.get_by_role("button", name="Copy", exact=True)
    expect(buttons.first).to_be_visible()
    covered = buttons.evaluate_all(f"buttons => buttons.filter({COVERS_TEXT})")
    assert covered == []


def test_title_of_a_folded_note_ends_before_its_arrow(narrow: Page, site: Site) -> None:
    narrow.goto(site.url("protocol/handshake/"))
    titles = narrow.get_by_role("article").locator("details > summary")
    expect(titles.first).to_be_visible()
    room = """summaries => summaries.map(summary => {
      const text = document.createRange();
      text.selectNodeContents(summary);
      const arrow = parseFloat(getComputedStyle(summary, "::after").width);
      return summary.getBoundingClientRect().right - arrow - text.getBoundingClientRect().right;
    })"""
    assert min(titles.evaluate_all(room)) > 0


def test_code_block_copies_its_text(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site.url("tools/report-protocol/"))
    button = page.get_by_role("button", name="Copy").first
    expected = button.evaluate("button => button.parentElement.nextElementSibling.textContent")
    button.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == expected


def test_no_request_leaves_the_origin(page: Page, site: Site) -> None:
    requested: list[str] = []
    sockets: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("websocket", lambda socket: sockets.append(socket.url))
    for path in KINDS:
        page.goto(site.url(path), wait_until="networkidle")
    assert requested
    assert site.echo
    assert {url for url in requested if not url.startswith(site.origin + "/")} == set()
    assert {url for url in sockets if not url.startswith(site.echo.url + "/")} == set()


@pytest.mark.parametrize("path", KINDS)
def test_page_reads_without_scripts(scriptless: Page, site: Site, path: str) -> None:
    scriptless.goto(site.url(path))
    expect(scriptless.get_by_role("heading", level=1)).to_be_visible()
    for heading in scriptless.get_by_role("article").get_by_role("heading", level=2).all():
        expect(heading).to_be_visible()
    # Nothing is offered that needs a script to answer.
    expect(scriptless.get_by_role("button", name="Search").first).to_be_hidden()
    banner = scriptless.get_by_role("banner")
    expect(banner.get_by_role("link", name="search needs JavaScript")).to_be_visible()


def test_instrument_says_what_it_is_without_scripts(scriptless: Page, site: Site) -> None:
    scriptless.goto(site.url())
    expect(scriptless.locator("ws-monitor")).to_contain_text("opens a WebSocket")
    expect(scriptless.locator("ws-monitor").get_by_role("link")).to_be_visible()
