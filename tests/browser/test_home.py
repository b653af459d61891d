"""The home page and the page of all guides: their parts, and only links to what there is."""

from __future__ import annotations

import re
from urllib.parse import urldefrag

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.site import Site

PARTS = [
    "Explore WebSockets",
    "Try it",
    "Why WebSockets?",
    "What's new",
    "Deploy and operate",
    "Common questions",
]
CARDS = {
    "Understand the protocol": ["protocol/", "reference/"],
    "Build something": ["build/", "frameworks/", "troubleshoot/"],
    "Compare protocols": ["compare/"],
    "By language": ["languages/"],
    "Use cases": ["use-cases/"],
}
HREFS = "links => links.map(link => link.href)"


def pages(page: Page) -> list[str]:
    """Return the address of every page in the navigation."""
    hrefs: list[str] = page.locator("nav[aria-label=Pages] a").evaluate_all(HREFS)
    assert len(hrefs) > 12
    return hrefs


def card(page: Page, name: str) -> Locator:
    heading = page.get_by_role("heading", name=name, level=3, exact=True)
    return page.locator(".chapter").filter(has=heading)


def test_parts_stand_in_their_order(page: Page, site: Site) -> None:
    page.goto(site.url())
    headings = page.get_by_role("main").get_by_role("heading", level=2)
    # Behind each name is the sign of its link, which is not shown here.
    expect(headings).to_have_text([re.compile(f"^{re.escape(part)}") for part in PARTS])


def test_every_link_leads_to_a_page_and_a_place_on_it(page: Page, site: Site) -> None:
    page.goto(site.url())
    links = set(page.get_by_role("main").get_by_role("link").evaluate_all(HREFS))
    ours = sorted(link for link in links if link.startswith(site.origin))
    assert len(ours) > 20
    text: dict[str, str] = {}
    for link in ours:
        address, place = urldefrag(link)
        if address not in text:
            response = page.request.get(address)
            assert response.status == 200, link
            text[address] = response.text()
        assert not place or f'id="{place}"' in text[address], link


@pytest.mark.parametrize("name", CARDS)
def test_card_links_to_every_page_of_its_sections(page: Page, site: Site, name: str) -> None:
    page.goto(site.url())
    roots = tuple(site.url(path) for path in CARDS[name])
    wanted = {
        address
        for address in pages(page)
        # Pages in a folder of their own are reached by the first of them.
        if address.startswith(roots) and address.removeprefix(site.url()).count("/") <= 2
    }
    assert wanted <= set(card(page, name).get_by_role("link").evaluate_all(HREFS))


def test_echo_server_and_protocol_finder_are_offered(page: Page, site: Site) -> None:
    page.goto(site.url())
    expect(page.get_by_role("link", name="Try it now")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Find your protocol").last.click()
    page.wait_for_url(site.url("tools/choose/"))
    expect(page.get_by_role("group", name="Who starts to speak?")).to_be_visible()


def test_news_are_dated_and_lead_to_their_entry(page: Page, site: Site) -> None:
    page.goto(site.url())
    news = page.locator(".news").get_by_role("link")
    expect(news.filter(has_text=re.compile(r"\d+ \w+ 20\d\d"))).not_to_have_count(0)
    title = news.last.locator("b").inner_text()
    news.last.click()
    page.wait_for_url("**/whats-new/#*")
    heading = page.get_by_role("heading", level=2).filter(has_text=title)
    expect(heading).to_be_in_viewport()


def test_questions_are_answered_with_sources_and_a_page(page: Page, site: Site) -> None:
    page.goto(site.url())
    answers = page.locator(".questions > div")
    assert 5 <= answers.count() <= 7
    for answer in answers.all():
        hrefs = answer.get_by_role("link").evaluate_all(HREFS)
        assert any(href.startswith("https://") for href in hrefs)
        assert any(href.startswith(site.origin) for href in hrefs)


@pytest.mark.parametrize(("width", "height"), [(360, 780), (1440, 900)])
def test_instrument_is_where_the_reader_begins(
    page: Page, site: Site, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(site.url())
    expect(page.get_by_role("region", name="WebSocket monitor")).to_be_in_viewport(ratio=0.3)
    call = page.get_by_role("link", name="Start with the handshake").bounding_box()
    monitor = page.locator("ws-monitor").bounding_box()
    assert call
    assert monitor
    if width > 1000:
        assert call["x"] + call["width"] < monitor["x"]
        assert monitor["y"] + monitor["height"] <= height, "the whole instrument is on the screen"
    else:
        assert monitor["y"] + monitor["height"] < call["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_guides_lists_every_page_with_what_it_says(page: Page, site: Site) -> None:
    page.goto(site.url())
    page.get_by_role("link", name="Browse all guides").click()
    page.wait_for_url(site.url("guides/"))
    # The address changes before the page does.
    table = page.get_by_role("article").locator("table.guides")
    expect(table).to_be_visible()
    listed = table.get_by_role("link").evaluate_all(HREFS)
    assert sorted([*listed, site.url("guides/")]) == sorted(set(pages(page)))
    row = table.get_by_role("row").filter(has_text="Ping, pong and close")
    expect(row).to_contain_text("concept")
    expect(row).to_contain_text("Either end may ping")


def test_all_guides_are_found_by_word_kind_and_section(page: Page, site: Site) -> None:
    page.goto(site.url("guides/"))
    field = page.get_by_role("searchbox", name="Find a guide")
    row = page.get_by_role("article").locator("tbody tr:has(td)").filter(visible=True)
    field.fill("masking")
    expect(row.first).to_contain_text("masking")
    expect(page.get_by_role("rowheader", name="Languages")).to_be_hidden()
    field.fill("languages guide")
    expect(row.filter(has_text="Python")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Languages")).to_be_visible()
    expect(page.locator("table-filter [role=status]")).to_contain_text(re.compile(r"\d+ of \d+ pa"))


def test_all_guides_fit_a_phone_and_need_no_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(site.url())
    page.get_by_role("banner").get_by_role("link", name="search needs JavaScript").click()
    page.wait_for_url(site.url("guides/"))
    box = page.get_by_role("article").get_by_role("table").bounding_box()
    assert box
    expect(page.get_by_role("searchbox")).to_be_hidden()
    expect(page.get_by_role("cell", name="The opening handshake", exact=True)).to_be_visible()
    assert page.get_by_role("article").evaluate("article => article.scrollWidth") <= 320
    context.close()


def test_it_loads_no_more_of_the_mono_face_than_its_readouts_need(page: Page, site: Site) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
    page.goto(site.url(), wait_until="networkidle")
    expect(page.get_by_text("OPEN", exact=True)).to_be_visible()
    fonts = sorted(name for name in loaded if name.endswith(".woff2"))
    assert fonts == ["mono-400.woff2", "mono-600-readout.woff2"]
