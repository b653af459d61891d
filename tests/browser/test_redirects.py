"""An old address brings a reader to where its page is now, without scripts and under any path."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hooks import redirects
from tests.site import serve


@pytest.mark.parametrize("base", ["/", "/docs/"])
def test_an_old_address_leads_to_the_new_one(browser: Browser, tmp_path: Path, base: str) -> None:
    file = tmp_path / "b" / "c" / "new" / "index.html"
    file.parent.mkdir(parents=True)
    file.write_text('<!doctype html><title>New</title><h1 id="part">New</h1>', "utf-8")
    redirects.lead(tmp_path, {"a/old/": "b/c/new/#part"})
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with serve(tmp_path, base) as site:
        page.goto(site.url("a/old/"))
        page.wait_for_url(site.url("b/c/new/#part"))
        expect(page.get_by_role("heading", name="New")).to_be_visible()
        context.close()
