"""What a reader sees of `<ws-monitor>`, for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.site import Site

COUNTERS = {
    "sent": ("in", "messages"),
    "received": ("out", "messages"),
    "text-in": ("in", "text"),
    "text-out": ("out", "text"),
    "binary-in": ("in", "binary"),
    "binary-out": ("out", "binary"),
    "control-in": ("in", "ping", "pong"),
    "control-out": ("out", "ping", "pong"),
}

# The address is changed while the page is parsed, before the script reads it. A document that
# the test answers itself will not do: Chromium counts it as public, and lets it open no connection
# to loopback.
READDRESS = """new MutationObserver(() => {
  const meta = document.querySelector('meta[name="echo-url"]');
  if (meta && meta.content !== %s) meta.content = %s;
}).observe(document, { childList: true, subtree: true });"""


@dataclass
class Monitor:
    """The panel on a page."""

    page: Page

    @property
    def root(self) -> Locator:
        """The element."""
        return self.page.locator("ws-monitor")

    def field(self, name: str) -> Locator:
        """Return the place of one number or word."""
        return self.root.locator(f"[data-field='{name}']")

    def button(self, name: str) -> Locator:
        """Return a button by its name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def rows(self, text: str) -> Locator:
        """Return the frames of the feed that contain a text."""
        return self.root.get_by_role("log").get_by_role("listitem").filter(has_text=text)

    def echo(self, text: str) -> Locator:
        """Return the frame that brings a text back from the server."""
        return self.rows(text).filter(has_text="to the client")

    def expect_state(self, state: str, words: str = "") -> None:
        """Wait for a state, and for words that explain it."""
        expect(self.field("state")).to_have_text(state)
        expect(self.field("words")).to_contain_text(words)

    def expect_source(self, name: str) -> None:
        """Wait for the word that says what the picture is: LIVE, RECORDED, PAUSED, ENDED."""
        expect(self.field("source")).to_have_text(name)

    def expect_counts(self, totals: dict[str, Any]) -> None:
        """Wait until every number is what a `totals` report says."""
        for name, (direction, *counts) in COUNTERS.items():
            side = totals[direction]
            value = sum(side[c] if c == "messages" else side["frames"][c] for c in counts)
            expect(self.field(name)).to_have_text(str(value))

    def say(self, text: str) -> None:
        """Type a message and send it."""
        self.root.get_by_role("textbox").fill(text)
        self.button("Send").click()


def open_monitor(page: Page, site: Site, address: str | None = None) -> Monitor:
    """Open the home page, its demo endpoint being ``address`` where one is given."""
    if address is not None:
        page.add_init_script(READDRESS % (json.dumps(address), json.dumps(address)))
    page.goto(site.url())
    return Monitor(page)
