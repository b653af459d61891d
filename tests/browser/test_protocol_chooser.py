"""`<protocol-chooser>` and its page: answers, recommendation, address, and the printed rules."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import choose_rules
from tests.browser.modules import Modules
from tests.browser.test_lib_choose import SCENARIOS
from tests.site import ROOT, Site

PATH = "tools/choose/"
CHAT = {case["id"]: case["answers"] for case in SCENARIOS}["chat"]
BOTH, ALWAYS = "Both, whenever they like", "Who starts to speak?"


def opened(page: Page, site: Site, answers: dict[str, str] | None = None) -> Locator:
    page.goto(site.url(PATH) + (f"#{urlencode(answers)}" if answers else ""))
    expect(group(page, ALWAYS)).to_be_visible()
    return page.get_by_role("region", name="Recommendation", exact=True)


def group(page: Page, question: str) -> Locator:
    return page.get_by_role("group", name=question)


def pick(page: Page, question: str, answer: str) -> None:
    group(page, question).get_by_role("radio", name=answer, exact=True).check()


def status(page: Page) -> Locator:
    return page.locator("protocol-chooser").get_by_role("status")


def test_nothing_is_recommended_before_an_answer(page: Page, site: Site) -> None:
    result = opened(page, site)
    expect(result).to_be_hidden()
    expect(status(page)).to_have_text("Answer what you know; skip the rest.")
    groups = page.locator("protocol-chooser").get_by_role("group").all()
    assert len(groups) == 9
    for one in groups:
        expect(one.get_by_role("radio", name="Skip")).to_be_checked()
        assert len(one.locator("p").inner_text()) > 20, "why it matters"


def test_an_answer_changes_the_recommendation_and_its_reasons(page: Page, site: Site) -> None:
    result = opened(page, site)
    pick(page, ALWAYS, BOTH)
    expect(result.get_by_role("heading", level=2)).to_have_text("WebSocket")
    expect(result).to_contain_text("Use a WebSocket")
    expect(result.get_by_role("listitem").first).to_contain_text(f"You said: {BOTH}.")
    pick(page, "What runs the server side?", "Functions that start for each request")
    expect(result.get_by_role("heading", level=2)).to_have_text("A managed service with plain HTTP")
    expect(status(page)).to_have_text("A managed service with plain HTTP. Runner-up: WebSocket.")
    pick(page, "What runs the server side?", "Skip")
    pick(page, ALWAYS, "Skip")
    expect(result).to_be_hidden()


@pytest.mark.parametrize(
    ("case", "kicker", "title"),
    [
        ("contact-form", "Nothing real-time: not a WebSocket", "Plain HTTP"),
        ("news-alert", "Nothing real-time: not a WebSocket", "Web Push with plain HTTP"),
        ("kanban", "Two together, and no WebSocket", "Server-sent events with plain HTTP"),
        ("call", "Two together", "WebRTC data channel with WebSocket"),
        ("tokens", "Not a WebSocket", "Streaming fetch"),
        ("readings", "Not a bare WebSocket", "MQTT over WebSocket"),
    ],
)
def test_link_holds_answers_and_the_verdict_is_plain(
    page: Page, site: Site, case: str, kicker: str, title: str
) -> None:
    (answers,) = [one["answers"] for one in SCENARIOS if one["id"] == case]
    result = opened(page, site, answers)
    expect(result.get_by_role("heading", level=2)).to_have_text(title)
    expect(result.locator("p").first).to_have_text(kicker)
    for name in ("For it", "What would change it", "Read on"):
        expect(result.get_by_role("heading", name=name)).to_be_visible()
    checked = page.locator("protocol-chooser input:checked:not([value=''])")
    expect(checked).to_have_count(len(answers))


def test_all_candidates_are_listed_with_points_or_why_not(page: Page, site: Site) -> None:
    result = opened(page, site, {"network": "strict", **CHAT})
    result.get_by_text("All twelve, with their points").click()
    rows = result.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(12)
    expect(rows.first).to_contain_text("WebSocket")
    expect(rows.filter(has_text="gRPC-Web has no streams")).to_contain_text("cannot be")


def test_back_button_takes_back_one_answer_and_keeps_the_place(page: Page, site: Site) -> None:
    result = opened(page, site)
    pick(page, ALWAYS, "The server tells, the client listens")
    pick(page, ALWAYS, BOTH)
    expect(result.get_by_role("heading", level=2)).to_have_text("WebSocket")
    expect(page).to_have_url(site.url(f"{PATH}#direction=both"))
    scrolled = page.evaluate("scrollY")
    page.go_back()
    expect(result.get_by_role("heading", level=2)).to_have_text("Server-sent events")
    expect(group(page, ALWAYS).get_by_role("radio", name=re.compile("The server"))).to_be_checked()
    page.go_back()
    expect(result).to_be_hidden()
    assert page.evaluate("scrollY") == scrolled
    page.go_forward()
    expect(result.get_by_role("heading", level=2)).to_have_text("Server-sent events")


def test_answers_survive_a_reload_and_wrong_ones_are_ignored(page: Page, site: Site) -> None:
    result = opened(page, site, {"direction": "both", "rate": "<img>", "other": "1"})
    expect(result.get_by_role("heading", level=2)).to_have_text("WebSocket")
    pick(page, "How late may it be?", "At once, and what is late may be lost")
    title = "WebTransport with WebSocket"
    expect(result.get_by_role("heading", level=2)).to_have_text(title)
    page.reload()
    expect(result.get_by_role("heading", level=2)).to_have_text(title)


def test_a_place_on_the_page_does_not_take_the_answers(page: Page, site: Site) -> None:
    result = opened(page, site, CHAT)
    page.evaluate("location.hash = '#rules'")
    expect(page.get_by_role("heading", name="The rules in full")).to_be_in_viewport()
    expect(result.get_by_role("heading", level=2)).to_have_text("WebSocket")


def test_start_again_and_copy(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    result = opened(page, site, CHAT)
    result.get_by_role("button", name="Copy a link to these answers").click()
    expect(status(page)).to_have_text("Copied a link that holds these answers.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    result.get_by_role("button", name="Start again").click()
    expect(result).to_be_hidden()
    expect(page.locator("protocol-chooser input").first).to_be_focused()
    expect(page.locator("protocol-chooser input:checked:not([value=''])")).to_have_count(0)


def test_keyboard_alone_answers_and_reaches_the_reasons(page: Page, site: Site) -> None:
    result = opened(page, site)
    page.locator("protocol-chooser input").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    expect(status(page)).to_contain_text("WebSocket.")
    expect(page.locator("input:focus")).to_have_value("both")
    page.keyboard.press("Tab")
    expect(page.locator("input:focus")).to_have_attribute("name", "rate")
    page.get_by_role("link", name="Why", exact=True).focus()
    page.keyboard.press("Enter")
    expect(result).to_be_focused()
    expect(result.get_by_role("heading", level=2)).to_be_in_viewport()
    expect(page).to_have_url(site.url(f"{PATH}#direction=both"))


def test_it_comes_and_goes_with_the_page(page: Page, site: Site, errors: list[str]) -> None:
    page.goto(site.url())
    page.get_by_role("link", name="Find your protocol").first.click()
    page.wait_for_url(site.url(PATH))
    pick(page, ALWAYS, BOTH)
    expect(status(page)).to_contain_text("WebSocket")
    page.get_by_role("link", name="How WebSocket works").first.click()
    page.wait_for_url(site.url("protocol/"))
    page.go_back()
    expect(status(page)).to_contain_text("WebSocket. Runner-up:")
    assert errors == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1440, "dark")])
def test_it_fits_and_has_no_violation(page: Page, site: Site, width: int, scheme: str) -> None:
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page.set_viewport_size({"width": width, "height": 700})
    result = opened(page, site, {**CHAT, "network": "strict"})
    expect(result).to_be_visible()
    page.locator("details").evaluate_all("folds => folds.forEach(fold => fold.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []


def test_page_prints_the_rules_that_decide(page: Page, site: Site) -> None:
    modules = Modules.opened(site, page)
    groups = modules.run("lib/choose.js", "(m) => m.printedRules()")
    assert f"{len(SCENARIOS)} cases" in choose_rules.PAGE.read_text("utf-8")
    again = "run `.venv/bin/python -m tests.browser.choose_rules`"
    assert choose_rules.printed() == choose_rules.markdown(groups), again


def test_page_reads_completely_without_scripts(browser: Browser, page: Page, site: Site) -> None:
    groups = Modules.opened(site, page).run("lib/choose.js", "(m) => m.printedRules()")
    tables = [table for group in groups for table in group["tables"]]
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    plain = context.new_page()
    plain.goto(site.url(PATH))
    expect(plain.get_by_text("The chooser needs JavaScript.")).to_be_visible()
    # Folded tables count too: a reader unfolds them without a script.
    shown = plain.get_by_role("article").locator("table")
    expect(shown).to_have_count(len(tables))
    for table, box in zip(tables, shown.all(), strict=True):
        rows = box.locator("tbody tr")
        expect(rows).to_have_count(len(table["rows"]))
        texts = rows.evaluate_all("rows => rows.map(row => [...row.cells].map(c => c.textContent))")
        for row, cells in zip(table["rows"], texts, strict=True):
            wanted = [*row["cells"][:-1], row["cells"][-1]]
            if source := row.get("source"):
                wanted[-1] += f" {source['title']}"
            assert cells == wanted
    assert plain.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


# What each of the seven questions of the guide means in answers, and what the chooser says to it.
GUIDE = [
    ("Web Push", {"clients": "closed", "direction": "server"}, "web-push"),
    ("WebRTC", {"direction": "peers"}, "webrtc"),
    ("Plain HTTP", {"direction": "client"}, "http"),
    ("Polling", {"direction": "server", "delay": "seconds", "rate": "rare"}, "polling"),
    ("SSE with POST", {"direction": "mostly", "payload": "text"}, "sse"),
    ("WebTransport", {"direction": "both", "delay": "drop"}, "webtransport"),
    ("WebSocket", {"direction": "both", "delay": "instant"}, "websocket"),
]


def test_guide_decides_as_the_chooser_does(page: Page, site: Site) -> None:
    source = (ROOT / "docs/compare/decision-guide.md").read_text("utf-8")
    named = re.findall(r"^\| \d \|[^|]*\| \*\*\[?([^*\]]+)[^*]*\*\*", source, re.M)
    assert named == [name for name, _, _ in GUIDE]
    modules = Modules.opened(site, page)
    first = "(m, answers) => m.choose(answers).ranking[0].candidate.id"
    for name, answers, winner in GUIDE:
        assert modules.run("lib/choose.js", first, answers) == winner, name
