"""`<close-probe>`: what this browser reports for a code that the server or the page closes with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from websockets.sync.server import ServerConnection

from tests.browser.monitor import READDRESS
from tests.browser.servers import server
from tests.site import Site

Probe = Callable[..., Locator]


def close_as_asked(connection: ServerConnection) -> None:
    """Close with the code in the path, or echo."""
    assert connection.request
    before, _, code = connection.request.path.rpartition("/")
    if before == "/close":
        connection.close(int(code), f"you asked for {code}")
    for message in connection:
        connection.send(message)


@pytest.fixture
def address() -> Iterator[str]:
    with server(close_as_asked, subprotocols=()) as running:
        yield running


@pytest.fixture
def probe(page: Page, site: Site) -> Probe:
    def opened(echo: str) -> Locator:
        page.add_init_script(READDRESS % (json.dumps(echo), json.dumps(echo)))
        page.goto(site.url("reference/close-codes/"))
        panel = page.get_by_role("group", name="Close probe")
        expect(panel.get_by_role("status")).to_have_text("Nothing is connected yet.")
        return panel

    return opened


def fact(panel: Locator, name: str) -> Locator:
    return panel.locator("dl > div").filter(has_text=name).locator("dd")


@pytest.mark.parametrize("code", ["1000", "1001", "1008", "1011", "1014", "3000", "4321"])
def test_server_closes_and_the_event_says_so(probe: Probe, address: str, code: str) -> None:
    panel = probe(address)
    field = panel.get_by_label("Close code")
    field.fill(code)
    field.press("Enter")
    expect(fact(panel, "event.code")).to_contain_text(code)
    expect(fact(panel, "event.reason")).to_have_text(f"you asked for {code}")
    expect(fact(panel, "event.wasClean")).to_have_text("true")
    expect(fact(panel, "Events")).to_have_text("open, close")


@pytest.mark.parametrize("code", ["1005", "1006", "1015", "1004", "2000", "5000", "x", ""])
def test_code_that_no_server_may_send_is_explained(probe: Probe, address: str, code: str) -> None:
    panel = probe(address)
    panel.get_by_label("Close code").fill(code)
    panel.get_by_role("button", name="The server closes").click()
    words = f"No server may send {code}." if code else "Type a code for the server to send."
    expect(panel.get_by_role("status")).to_contain_text(words)
    expect(panel.get_by_role("status")).to_contain_text("Choose 1000-1003, 1007-1014 or 3000-4999")


def test_page_closes(probe: Probe, address: str) -> None:
    panel = probe(address)
    button = panel.get_by_role("button", name="This page closes")
    panel.get_by_label("Close code").fill("4000")
    button.click()
    expect(fact(panel, "event.code")).to_have_text("4000 Private use")
    panel.get_by_label("Close code").fill("")
    button.click()
    expect(fact(panel, "event.code")).to_have_text("1005 No Status Received")
    panel.get_by_label("Close code").fill("1001")
    button.click()
    expect(fact(panel, "Exception")).to_contain_text("InvalidAccessError")
    expect(panel.get_by_role("status")).to_contain_text("This browser refuses.")


def test_no_server_is_said(probe: Probe) -> None:
    panel = probe("ws://127.0.0.1:9/demo")
    panel.get_by_role("button", name="The server closes").click()
    expect(fact(panel, "event.code")).to_have_text("1006 Abnormal Closure")
    expect(fact(panel, "Events")).to_have_text("error, close")
    expect(panel.get_by_role("status")).to_contain_text("never opened")


def test_site_without_an_echo_server_says_so(probe: Probe) -> None:
    panel = probe("")
    panel.get_by_role("button", name="The server closes").click()
    expect(panel.get_by_role("status")).to_contain_text("no echo server")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1001", "event.code 1001, clean"),
        ("1005", "event.code 1005, clean"),
        ("1006", "event.code 1006, not clean"),
        ("1014", "event.code 1014, clean"),
        ("3008", "event.code 3008, clean"),
        ("4000", "event.code 4000, clean"),
    ],
)
def test_each_row_provokes_its_code(page: Page, site: Site, code: str, words: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(site.url("reference/close-codes/"))
    row = page.get_by_role("row").filter(has=page.locator(f"[id='{code}'], [id='{code}-4999']"))
    row.get_by_role("button", name=f"Provoke {code}").press("Enter")
    expect(row.get_by_role("status")).to_have_text(words)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_row_without_an_echo_server_says_so(page: Page, site: Site) -> None:
    page.add_init_script(READDRESS % (json.dumps(""), json.dumps("")))
    page.goto(site.url("reference/close-codes/"))
    page.get_by_role("button", name="Provoke 1000").click()
    expect(page.locator("close-probe[code='1000']")).to_contain_text("no echo server")
