"""The content security policy: what the self-host page tells to send, and pages that obey it.

The test server sends it with every answer, so every browser test runs under it.
"""

from __future__ import annotations

import base64
import hashlib
import re

from playwright.sync_api import Page, expect

from tests.browser.test_pages import KINDS
from tests.site import HEADERS, Site, security_headers

SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
CADDY = re.compile(r'^\t([A-Z][\w-]+) "([^"]*)"$', re.MULTILINE)


def directives() -> dict[str, list[str]]:
    parts = security_headers()["Content-Security-Policy"].split(";")
    return {name: values for name, *values in (part.split() for part in parts)}


def test_scripts_are_ours_alone() -> None:
    scripts = directives()["script-src"]
    assert {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:", "data:"}.isdisjoint(scripts)
    assert directives()["default-src"] == ["'none'"]


def test_nginx_and_caddy_are_told_the_same() -> None:
    assert dict(CADDY.findall(HEADERS.with_suffix(".caddy").read_text())) == security_headers()


def test_the_inline_script_is_the_one_that_the_policy_names(page: Page, site: Site) -> None:
    for path in KINDS:
        text = page.request.get(site.url(path)).text()
        scripts = SCRIPT.findall(text)
        assert len(scripts) == 1
        digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in directives()["script-src"]


def test_no_page_violates_it(page: Page, site: Site) -> None:
    violations: list[str] = []
    page.on(
        "console",
        lambda message: violations.append(message.text) if "Security" in message.text else None,
    )
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (event) =>"
        " console.error('Content Security Policy', event.violatedDirective, event.blockedURI))"
    )
    for path in KINDS:
        response = page.goto(site.url(path), wait_until="networkidle")
        assert response
        assert "Content-Security-Policy".lower() in response.headers
        expect(page.get_by_role("button", name="Search").first).to_be_visible()
        page.keyboard.press("/")
        search = page.get_by_role("dialog", name="Search")
        search.get_by_role("searchbox").fill("handshake")
        expect(search.get_by_role("listitem").first).to_be_visible()
    assert violations == []


def test_the_policy_is_enforced(page: Page, site: Site) -> None:
    page.goto(site.url())
    ran = """() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.head.append(script);
      return window.ran === true;
    }"""
    assert page.evaluate(ran) is False
