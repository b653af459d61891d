"""/use-cases/ai-streaming/ in Chromium: the same answers over both lines, one that breaks too."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.test_chat_page import NAME_SERVER
from tests.samples.cutting import line
from tests.site import Site, serve
from tests.use_cases.apps import App, running

PAGE = "use-cases/ai-streaming/"
LONG = 30_000
# Asks over a line, with tools, and gives all events until the last.
ASK = """async ([module, line, url, prompt, second]) => {
  const lines = await import(module);
  const made = new lines[line](url, { second });
  const events = [];
  await new Promise((resolve) => {
    const id = made.ask(prompt, (event) => {
      events.push(event);
      if (event.type === "tool_call") made.result(id, event.n, `${event.name}!`);
      if (event.type === "end") resolve();
    });
  });
  made.close();
  return events;
}"""

# Writes down what is waited for, at its longest.
WAITS = """() => {
  const later = window.setTimeout;
  window.waits = [];
  window.setTimeout = (act, wait, ...rest) => (waits.push(wait), later(act, wait, ...rest));
  Math.random = () => 1;
}"""


@pytest.fixture(scope="module")
def served(site: Site) -> Iterator[Site]:
    """The site under a policy that names the server of the answers."""
    with serve(site.folder, connect="http://127.0.0.1:*") as served:
        yield served


@pytest.fixture(scope="module")
def app(served: Site) -> Iterator[App]:
    with running("ai-streaming", ORIGINS=served.origin, PACE="0.01") as app:
        yield app


def started(page: Page, served: Site, url: str) -> dict[str, Locator]:
    page.goto(served.url(PAGE))
    demo = page.get_by_role("region", name="Demo: ai-streaming")
    demo.evaluate(NAME_SERVER, url)
    page.get_by_role("button", name="Start the demo").click()
    return {
        name: demo.get_by_role("region", name=name, exact=True) for name in ("WebSocket", "SSE")
    }


@pytest.mark.parametrize("name", ["WebSocketLine", "SseLine"])
def test_a_line_that_is_cut_loses_and_doubles_no_token(
    page: Page, served: Site, app: App, name: str
) -> None:
    page.goto(served.url(PAGE))
    # Twice in the middle of an event; then it holds.
    with line(app.port, chain([907, 1501], repeat(10**9))) as cutting:
        url = f"ws://127.0.0.1:{cutting.port}"
        module = served.url(PAGE + "lines.js")
        # Nine seconds of silence are a loss, too: each line shall live until it is cut.
        found: list[dict[str, Any]] = page.evaluate(ASK, [module, name, url, "hello", 300])
        assert cutting.cuts == 2
    assert [event["n"] for event in found] == list(range(1, len(found) + 1))
    assert found[-1]["reason"] == "done"
    text = "".join(event.get("text", "") for event in found)
    assert "Your clock says clock!, and your window is window!." in text


def test_events_come_after_a_proxy_that_has_no_server_for_a_while(
    page: Page, served: Site, app: App
) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) <= 3:
            route.fulfill(status=502)
        else:
            route.continue_()

    page.route("**/*?after=*", answer)
    page.goto(served.url(PAGE))
    page.evaluate(WAITS)
    module = served.url(PAGE + "lines.js")
    found = page.evaluate(ASK, [module, "SseLine", app.url, "words: 20", 15])
    assert [event["n"] for event in found] == list(range(1, 22))
    assert len(asked) == 4
    # It asks ever less often: 1, 2 and 4 seconds of 15 ms.
    waits = page.evaluate("waits")
    assert [wait for wait in waits if wait in (15, 30, 60)] == [15, 30, 60]


def test_both_answer_with_tools_and_can_be_cancelled(
    page: Page, served: Site, errors: list[str]
) -> None:
    # So slow that there is something to cancel where the browser is slow, too.
    with running("ai-streaming", ORIGINS=served.origin, PACE="0.08") as app:
        panes = started(page, served, app.url)
        for name, pane in panes.items():
            pane.get_by_label(f"Ask over {name}").fill("<img src=x onerror=alert(1)>")
            pane.get_by_role("button", name="Ask").click()
        for pane in panes.values():
            expect(pane.get_by_role("log")).to_contain_text("And so on", timeout=LONG)
            pane.get_by_role("button", name="Cancel").click()
            expect(pane.get_by_role("textbox")).to_be_focused()
        for pane in panes.values():
            log = pane.get_by_role("log")
            expect(log).to_contain_text("You wrote 28 characters.")
            expect(log).to_contain_text("px]")
            expect(log).to_contain_text("your window is")
            expect(log).to_contain_text("[cancelled, ", timeout=LONG)
            expect(pane.get_by_role("button", name="Cancel")).to_be_disabled()
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert errors == []


def test_without_a_server_it_says_so(page: Page, served: Site) -> None:
    page.goto(served.url(PAGE))
    demo = page.get_by_role("region", name="Demo: ai-streaming")
    expect(demo.get_by_role("status")).to_contain_text("is not running here")
