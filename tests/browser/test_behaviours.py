"""The behaviours of the real echo server as Chromium's own WebSocket reports them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.console import Console
from tests.site import Site

# What a script sees of one connection: its events, in order, and the end.
SCRIPT = """([url, protocols, send]) => new Promise((done) => {
  const seen = [];
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    seen.push("open");
    for (const data of send) socket.send(typeof data === "number" ? new Uint8Array(data) : data);
    if (send.length > 1) setTimeout(() => done({ seen, left: socket.bufferedAmount }), 300);
    if (send[0] === "close") socket.close(1000);
  };
  socket.onmessage = ({ data }) => seen.push(typeof data === "string" ? data : data.byteLength);
  socket.onerror = () => seen.push("error");
  socket.onclose = ({ code, reason, wasClean }) =>
    done({ seen, code, reason, wasClean, protocol: socket.protocol });
})"""


def outcome(page: Page, site: Site, path: str, protocols: list[str], *send: str | int) -> Any:
    assert site.echo is not None
    return page.evaluate(SCRIPT, [site.echo.url + path, protocols, list(send)])


@pytest.mark.parametrize(
    ("path", "seen", "code", "reason", "clean"),
    [
        ("/close/4321?reason=over", ["open"], 4321, "over", True),
        ("/close/1012", ["open"], 1012, "", True),
        ("/stream/2", ["open", "1", "2"], 1000, "2 messages sent", True),
        ("/reject/403", ["error"], 1006, "", False),
        ("/redirect/307", ["error"], 1006, "", False),
        ("/close/1005", ["error"], 1006, "", False),
        ("/drop", ["open"], 1006, "", False),
        ("/invalid/accept", ["error"], 1006, "", False),
        ("/invalid/subprotocol", ["error"], 1006, "", False),
        ("/invalid/extension", ["error"], 1006, "", False),
        ("/invalid/masked-frame", ["open", "error"], 1006, "", False),
        ("/invalid/reserved-bit", ["open", "error"], 1006, "", False),
        ("/invalid/reserved-opcode", ["open", "error"], 1006, "", False),
        ("/invalid/reserved-control-opcode", ["open", "error"], 1006, "", False),
        ("/invalid/bad-utf8", ["open", "error"], 1006, "", False),
        ("/invalid/fragmented-ping", ["open", "error"], 1006, "", False),
        ("/invalid/long-ping", ["open", "error"], 1006, "", False),
        ("/invalid/continuation", ["open", "error"], 1006, "", False),
        ("/invalid/interrupted-message", ["open", "error"], 1006, "", False),
        ("/invalid/close-one-byte", ["open", "error"], 1006, "", False),
        ("/invalid/oversized-length", ["open", "error"], 1006, "", False),
        ("/invalid/padded-length", ["open", "error"], 1006, "", False),
    ],
)
def test_how_it_ends(
    page: Page, site: Site, path: str, seen: list[str], code: int, reason: str, clean: bool
) -> None:
    got = outcome(page, site, path, [])
    assert (got["seen"], got["code"], got["reason"], got["wasClean"]) == (seen, code, reason, clean)


def test_a_subprotocol(page: Page, site: Site) -> None:
    path = "/subprotocol/b?close=4000&after=50"
    assert outcome(page, site, path, ["a", "b"])["protocol"] == "b"
    assert outcome(page, site, path, ["a"])["seen"] == ["error"]


def test_what_a_slow_reader_leaves_in_the_buffer(page: Page, site: Site) -> None:
    got = outcome(page, site, "/slow/1000", [], *[1_000_000] * 40)
    assert got["left"] > 0


def test_a_server_that_is_silent_does_not_hold_the_close_event(page: Page, site: Site) -> None:
    got = outcome(page, site, "/silent", [], "close")
    assert (got["seen"][0], got["code"], got["wasClean"]) == ("open", 1006, False)


def test_a_link_fills_the_address_in_and_connects_only_when_asked(page: Page, site: Site) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    console = Console(page, site, path="//close/4000?reason=over")
    assert site.echo is not None
    wanted = f"{site.echo.url}/close/4000?reason=over"
    expect(console.field("Address")).to_have_value(wanted)
    assert sockets == []
    with page.expect_websocket() as opened:
        console.button("Connect").click()
    expect(console.log).to_contain_text("4000")
    assert opened.value.url == wanted


def test_the_close_probe_with_the_real_server(page: Page, site: Site) -> None:
    page.goto(site.url("reference/close-codes/"))
    probe = page.locator("close-probe")
    probe.get_by_label("Close code").fill("4321")
    probe.get_by_role("button", name="The server closes").click()
    expect(probe.locator("dl")).to_contain_text("4321")
    expect(probe.locator("dl")).to_contain_text("true")
