"""Waits until a page's elements run, also those that wait for a reader to come near."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def start_elements(page: Page) -> None:
    """Go through the page, as a reader does, and back to its top."""
    for late in page.locator("[loading=lazy]").all():
        late.scroll_into_view_if_needed()
    expect(page.locator(":not(:defined)")).to_have_count(0)
    page.evaluate("scrollTo(0, 0)")
