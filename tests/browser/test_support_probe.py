"""`<support-probe>`: what it says of the Chromium that the tests run."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.site import Site


def answer(panel: Locator, name: str) -> Locator:
    term = panel.page.get_by_text(name, exact=True)
    return panel.locator("dl > div").filter(has=term).locator("dd")


def test_probe_tells_what_this_browser_supports(page: Page, site: Site, errors: list[str]) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(site.url("reference/browser-support/"))
    panel = page.get_by_role("group", name="Test of this browser")
    expect(panel.get_by_role("status")).to_contain_text("Not tested yet")
    assert sockets == []
    panel.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("status")).to_have_text("Tested.")
    for name in ("WebSocket", "WebSocketStream", "https: addresses", "Relative addresses"):
        expect(answer(panel, name)).to_have_text("yes")
    negotiated = answer(panel, "Subprotocols and compression")
    expect(negotiated).to_contain_text("v1.report.websocket.org")
    expect(negotiated).to_contain_text("permessage-deflate")
    expect(answer(panel, "This browser")).to_contain_text("Chrome")
    assert page.evaluate("document.baseURI") == site.url("reference/browser-support/")
    assert errors == []
