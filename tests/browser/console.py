"""What the tests of `<ws-console>` share: the panel as a reader uses it, and servers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect
from websockets.sync.server import ServerConnection, serve

from tests.site import Site


class Console:
    """The panel on the echo page."""

    def __init__(self, page: Page, site: Site, **prefill: str) -> None:
        self.page = page
        query = f"?{urlencode(prefill)}" if prefill else ""
        page.goto(site.url(f"tools/echo/{query}"))
        self.panel = page.get_by_role("region", name="WebSocket console")
        self.log = self.panel.get_by_role("log")
        expect(self.button("Connect")).to_be_visible()

    def field(self, label: str) -> Locator:
        return self.panel.get_by_label(label, exact=True)

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    def rows(self, kind: str, direction: str = "") -> Locator:
        """Rows of a type, such as TEXT; ``direction`` is "sent" or "received"."""
        rows = self.log.locator("li.wsc-row").filter(
            has=self.page.locator(f".wsc-type:text-is('{kind}')")
        )
        return rows.filter(has_text=direction) if direction else rows

    def number(self, label: str) -> Locator:
        """The value beside a label, such as "sent"."""
        return self.panel.locator("dl > div").filter(has_text=label).locator("b")

    def hint(self, label: str) -> Locator:
        """What stands under a field to describe it."""
        described = self.field(label).get_attribute("aria-describedby")
        return self.panel.locator(f"[id='{described}']")

    def expect_state(self, state: str) -> None:
        expect(self.panel.locator("header strong")).to_have_text(state)

    def connect(self, address: str = "", protocols: str = "") -> None:
        """Ask for a connection, to the site's own endpoint where no address is given."""
        if address:
            self.field("Address").fill(address)
        self.field("Subprotocols, comma separated").fill(protocols)
        self.button("Connect").click()

    def open(self, address: str = "", protocols: str = "") -> None:
        self.connect(address, protocols)
        self.expect_state("OPEN")

    def send(self, text: str, kind: str = "Text") -> None:
        self.field(kind).check()
        self.field("Message").fill(text)
        self.button("Send").click()


@contextmanager
def server(handler: Callable[[ServerConnection], None], **options: Any) -> Iterator[str]:
    """Run a WebSocket server with this handler; the value is its address."""
    with serve(handler, "127.0.0.1", 0, **options) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{running.socket.getsockname()[1]}/"
        finally:
            running.shutdown()
            thread.join()
