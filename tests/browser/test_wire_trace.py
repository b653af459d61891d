"""`<wire-trace>`: the bytes of a connection as a reader sees them, recorded and live."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.modules import Modules
from tests.browser.monitor import READDRESS
from tests.browser.record import TRACE
from tests.site import Site

PAGE = "protocol/framing/"


def opened(page: Page, site: Site, hash_: str = "", echo: str | None = None) -> Locator:
    if echo is not None:
        page.add_init_script(READDRESS % (json.dumps(echo), json.dumps(echo)))
    page.goto(site.url(PAGE) + hash_)
    panel = page.get_by_role("group", name="Bytes on the wire", exact=True)
    panel.scroll_into_view_if_needed()
    expect(panel.get_by_role("status")).to_contain_text("Recorded on 20")
    return panel


def unit(panel: Locator, text: str, sender: str = "server") -> Locator:
    return panel.locator(f".wt-units [data-from='{sender}'] button").filter(has_text=text)


def title(panel: Locator) -> Locator:
    return panel.locator("[data-part='title']")


def test_the_recording_is_shown_and_nothing_is_opened(page: Page, site: Site) -> None:
    sockets: list[Any] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    panel = opened(page, site)
    expect(panel.locator("[data-part='source']")).to_have_text("RECORDED")
    expect(title(panel)).to_contain_text("Client to server: opening handshake, request: GET")
    for words in (
        "ping, 4 bytes",
        "text “Hello, wire”",
        "binary, 4 bytes",
        "text “”",
        "close 1009",
    ):
        expect(unit(panel, words).first).to_be_attached()
    assert sockets == []


def test_a_field_lights_its_bytes_and_explains_itself(page: Page, site: Site) -> None:
    panel = opened(page, site)
    unit(panel, "text “Hello, wire”").last.click()
    expect(title(panel)).to_have_text("Server to client: text “Hello, wire”")
    panel.get_by_role("button", name="Payload 11").focus()
    expect(panel.locator(".wb-hex .wb-lit")).to_have_count(11)
    expect(panel.locator(".wb-text .wb-lit")).to_have_count(11)
    page.keyboard.press("Shift+Tab")
    expect(panel.locator(".wb-hex .wb-lit")).to_have_text(["0b"])
    expect(panel.get_by_role("link", name="RFC 6455 §5.2")).to_be_visible()


def test_the_address_names_a_frame(page: Page, site: Site) -> None:
    panel = opened(page, site, "#frame-1")
    expect(title(panel)).to_contain_text("Server to client: ping")
    unit(panel, "opening handshake, response").click()
    expect(page).to_have_url(re.compile("#response$"))
    expect(panel.get_by_role("button", name="Sec-WebSocket-Accept")).to_be_visible()


def test_own_bytes_are_seen(page: Page, site: Site, errors: list[str]) -> None:
    panel = opened(page, site)
    panel.get_by_role("button", name="Connect", exact=True).click()
    expect(panel.locator("[data-part='source']")).to_have_text("LIVE")
    expect(unit(panel, "ping, 4 bytes").first).to_be_attached()
    expect(unit(panel, "pong", sender="client").first).to_be_attached()
    for button, words in (
        ("Text", "text “Hello, wire”"),
        ("Binary", "binary, 4 bytes"),
        ("Empty", "text “”"),
        ("126 bytes", "binary, 126 bytes"),
        ("70,000 bytes", "binary"),
        ("Repetitive text", "text, compressed"),
    ):
        panel.get_by_role("button", name=button, exact=True).click()
        expect(unit(panel, words).first).to_be_attached()
    unit(panel, "kB").last.click()
    expect(panel).to_contain_text("which the server did not repeat")
    unit(panel, "text, compressed").click()
    expect(panel).to_contain_text("Decompressed: 1,000 B, “again and again and")
    panel.get_by_role("button", name="More than allowed").click()
    expect(panel.get_by_role("status")).to_contain_text("Closed with 1009")
    unit(panel, "close 1009").click()
    expect(panel.get_by_role("button", name="Close code 1009")).to_be_visible()
    assert errors == []


@pytest.mark.parametrize(
    ("echo", "words"),
    [("ws://127.0.0.1:9/demo", "No echo server answers"), ("", "has no echo server")],
)
def test_without_a_server_the_recording_stays(
    page: Page, site: Site, echo: str, words: str
) -> None:
    panel = opened(page, site, echo=echo)
    panel.get_by_role("button", name="Connect", exact=True).click()
    expect(panel.get_by_role("status")).to_contain_text(words)
    expect(panel.locator("[data-part='source']")).to_have_text("RECORDED")
    expect(unit(panel, "close 1009")).to_be_attached()


def test_export_holds_every_part(page: Page, site: Site) -> None:
    panel = opened(page, site)
    with page.expect_download() as download:
        panel.get_by_role("button", name="Export all").click()
    data = json.loads(download.value.path().read_text("utf-8"))
    assert [part["id"] for part in data["units"][:3]] == ["request", "response", "frame-1"]
    assert data["units"][2]["hex"].startswith("8904")


def test_it_fits_a_phone(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    opened(page, site)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


UNITS = """async ({ wireUnits }, events, root) => {
  const { newSession, reduce } = await import(`${root}lib/session.js`);
  const { parseHex } = await import(`${root}lib/bytes.js`);
  const state = events.map((event) => {
    if (event.data?.hex === undefined) return event;
    const data = new Uint8Array(event.data.length);
    data.set(parseHex(event.data.hex));
    return { ...event, data };
  }).reduce(reduce, newSession());
  return { fault: state.fault, totals: state.totals, units: wireUnits(state) };
}"""


def test_each_recorded_byte_is_in_one_field(site: Site, page: Page) -> None:
    modules = Modules.opened(site, page)
    events = json.loads(TRACE.read_text("utf-8"))["events"]
    found = modules.run("lib/wire-unit.js", UNITS, events, modules.root)
    assert found["fault"] is None
    sums = {"client": 0, "server": 0}
    for part in found["units"]:
        at = 0
        for field in part["fields"]:
            assert field["start"] == at
            at = field["end"]
        assert at == part["total"], part["title"]
        sums[part["from"]] += at
    # What the server counted: its last report comes before its close frame, and counts no report.
    totals = found["totals"]
    close = found["units"][-1]["total"]
    assert sums["server"] - close == totals["out"]["bytes"] - totals["out"]["report_bytes"]
    assert sums["client"] <= totals["in"]["bytes"]
