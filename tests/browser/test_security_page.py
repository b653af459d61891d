"""The hijacking page of /build/security/: a foreign page drives the naive server alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.samples.security import Server, attack, hear, serving


def visit(page: Page, server: Server, address: str) -> None:
    """Log in at the server, and fall for the page of attack.py, which has an origin of its own."""
    page.goto(f"http://127.0.0.1:{server.port}/login?user=ada")
    page.goto(address.partition("open ")[2])


def test_a_foreign_page_reads_and_speaks_as_its_visitor_and_is_refused(page: Page) -> None:
    with (
        serving("naive") as server,
        attack("hijack", server) as foreign,
        server.join("bob") as bob,
    ):
        visit(page, server, foreign.told)
        expect(page.locator("pre")).to_contain_text('stolen: {"type": "hello", "user": "ada"}')
        said = "said by a page that you visited"
        assert hear(bob) == {"from": "ada", "type": "say", "text": said}
    with serving("hardened") as server, attack("hijack", server) as foreign:
        visit(page, server, foreign.told)
        expect(page.locator("pre")).to_have_text("refused: 1006\n")
        # The browser did send the cookie: another port is the same site, so SameSite lets it.
        assert '"user": "ada", "status": 403' in server.said()
