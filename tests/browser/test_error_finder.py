"""`<error-finder>` and lib/error-finder.js: paste a message, get its row."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.modules import Modules
from tests.site import Site

PATH = "troubleshoot/"
STATUS = (
    "app.js:12 WebSocket connection to 'wss://chat.example.org/socket' failed: "
    "Error during WebSocket handshake: Unexpected response code: 502"
)
# Whether something of a table is out of view at the side.
OUTSIDE = """box => box.scrollWidth > box.clientWidth + 1
  || [...box.querySelectorAll("td")].some(td => td.getBoundingClientRect().right > innerWidth)"""
KNOWN = [
    "WebSocket connection to 'ws://…' failed: Unexpected response code: 403",
    "connect ECONNREFUSED 127.0.0.1:8765",
    "Max payload size exceeded",
    "Invalid WebSocket frame: RSV1 must be clear",
]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ('Failed to \u2018send\u2019 on "WebSocket"', ["failed", "to", "send", "on", "websocket"]),
        ("to 'wss://a.example/b?c=d' failed", ["to", "failed"]),
        ("connect ECONNREFUSED 10.0.0.7:443", ["connect", "econnrefused"]),
        ("connect ECONNREFUSED [::1]:8765", ["connect", "econnrefused"]),
        ("code: 403.", ["code", "403"]),
        ("… “ ”", []),
    ],
)
def test_words(site: Site, page: Page, message: str, words: list[str]) -> None:
    modules = Modules.opened(site, page)
    assert modules.run("lib/error-finder.js", "(m, text) => m.words(text)", message) == words


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("WebSocket connection to 'wss://x.example/' failed: Unexpected response code: 502", [0]),
        ("Error: connect ECONNREFUSED ::1:3000 at TCPConnectWrap.afterConnect", [1]),
        ("RangeError: MAX PAYLOAD SIZE EXCEEDED", [2]),
        ("Invalid WebSocket frame: RSV1 must be clear", [3]),
        ("websocket", []),
        ("connection reset by peer", []),
        ("exceeded size payload max", []),
        ("", []),
        ("<img src=x onerror=alert(1)>", []),
    ],
)
def test_finding(site: Site, page: Page, pasted: str, found: list[int]) -> None:
    modules = Modules.opened(site, page)
    script = "(m, ...texts) => m.findMessages(...texts)"
    assert modules.run("lib/error-finder.js", script, pasted, KNOWN) == found


def opened(page: Page, site: Site, fragment: str = "") -> Locator:
    page.goto(site.url(PATH) + fragment)
    finder = page.get_by_role("group", name="Error finder")
    expect(finder.get_by_role("textbox", name="Paste the message")).to_be_visible()
    return finder


def test_pasted_message_shows_its_row_and_the_address_keeps_it(page: Page, site: Site) -> None:
    finder = opened(page, site)
    expect(finder.get_by_role("status")).to_have_text(re.compile(r"\d\d messages are known"))
    finder.get_by_role("textbox").fill(STATUS)
    first = finder.get_by_role("article").first
    expect(first).to_contain_text("Unexpected response code")
    for name in ("Cause", "One-minute test", "Fix"):
        expect(first.get_by_text(name, exact=True)).to_be_visible()
    assert "#error=app.js" in page.url
    page.reload()
    expect(finder.get_by_role("textbox")).to_have_value(STATUS)
    expect(finder.get_by_role("article").first).to_contain_text("Unexpected response code")
    first.get_by_role("link", name="the status").click()
    page.wait_for_url(site.url("troubleshoot/handshake-status-codes/"))
    page.go_back()
    expect(finder.get_by_role("textbox")).to_have_value(STATUS)


def test_an_unknown_one_says_so_and_an_emptied_field_leaves_no_trace(
    page: Page, site: Site
) -> None:
    finder = opened(page, site)
    finder.get_by_role("textbox").fill("the cat sat on the mat")
    expect(finder.get_by_role("status")).to_contain_text("None of the known messages.")
    expect(finder.get_by_role("article")).to_have_count(0)
    finder.get_by_role("link", name="the steps below").click()
    expect(page.get_by_role("heading", name="Without a message")).to_be_in_viewport()
    expect(finder.get_by_role("textbox")).to_have_value("the cat sat on the mat")
    finder.get_by_role("textbox").fill("")
    expect(page).to_have_url(site.url(PATH))


def test_a_part_is_enough_and_the_form_alone_is_not(page: Page, site: Site) -> None:
    finder = opened(page, site)
    field = finder.get_by_role("textbox")
    for pasted, found in (
        ("Unexpected response code: 400", "Unexpected response code: 403"),
        ("net::ERR_CONNECTION_REFUSED", "net::ERR_CONNECTION_REFUSED"),
        ("Unexpected server response: 503", "Unexpected server response: 502"),
    ):
        field.fill(pasted)
        expect(finder.get_by_role("article").first).to_contain_text(found)
    # Of the same form as known ones, and with other causes.
    prefix = STATUS.partition("Error")[0]
    for pasted in (
        f"{prefix}Error in connection establishment: net::ERR_CERT_AUTHORITY_INVALID",
        "RangeError: Invalid WebSocket frame: MASK must be set",
        "Error: WebSocket is not open: readyState 3 (CLOSED)",
        "upstream timed out (110: Connection timed out) while reading response header",
        prefix,
    ):
        field.fill("Max payload size exceeded")
        expect(finder.get_by_role("article")).to_have_count(1)
        field.fill(pasted)
        expect(finder.get_by_role("status")).to_contain_text("None of the known messages.")
        expect(finder.get_by_role("article")).to_have_count(0)


def test_what_is_pasted_is_text(page: Page, site: Site, errors: list[str]) -> None:
    text = "<img src=x onerror=document.title='hit'> Max payload size exceeded"
    finder = opened(page, site, f"#error={quote(text)}")
    expect(finder.get_by_role("article")).to_have_count(1)
    expect(page).not_to_have_title("hit")
    assert errors == []


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_without_scripts_cause_test_and_fix_are_in_view_at_every_width(
    browser: Browser, site: Site, width: int
) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 844}
    )
    page = context.new_page()
    page.goto(site.url(f"{PATH}#ws-payload"))
    expect(page.get_by_text("The finder needs JavaScript.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Max payload size exceeded")
    message, *rest = [cell.bounding_box() for cell in row.get_by_role("cell").all()]
    assert message
    # Where the address leads, and below what stays in view above it.
    assert 0 < message["y"] < 844 / 2
    _, *below = [box for box in rest if box]
    assert len(below) == 3
    assert all(box["y"] >= message["y"] + message["height"] for box in below)
    boxes = page.get_by_role("group", name="Table")
    assert boxes.evaluate_all(f"boxes => boxes.filter({OUTSIDE}).length") == 0
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_it_fits_and_has_no_violation(page: Page, site: Site, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 700})
    finder = opened(page, site, f"#error={quote(STATUS)}")
    expect(finder.get_by_role("article").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
