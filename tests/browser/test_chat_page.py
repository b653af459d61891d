"""/use-cases/chat/ in pages of Chromium: client.js and app.js, by themselves and embedded."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, WebSocket, expect

from tests.samples.cutting import at_random, line
from tests.site import Site
from tests.use_cases.apps import FOLDER, App, running, unused_address

PAGE = "use-cases/chat/"
LONG = 30_000
# Mounts the application by itself, as a page of the reader's own would.
MOUNT = """async ([module, options]) => {
  const { mount } = await import(module);
  const root = document.querySelector("article").appendChild(document.createElement("section"));
  root.id = "mounted";
  window.end = mount(root, options);
}"""
# The page was built without a server; with one, `make serve` names it.
NAME_SERVER = """(element, url) => {
  const place = document.createComment("");
  element.setAttribute("url", url);
  element.replaceWith(place);
  place.replaceWith(element);
}"""


@pytest.fixture(scope="module")
def chat(site: Site) -> Iterator[App]:
    with running("chat", ORIGINS=site.origin, BLOCKED="scam") as app:
        yield app


def mounted(page: Page, site: Site, **options: Any) -> Locator:
    page.goto(site.url(PAGE))
    page.evaluate(MOUNT, [site.url(PAGE + "app.js"), options])
    return page.locator("#mounted")


def say(chat: Locator, text: str) -> None:
    chat.get_by_role("textbox").fill(text)
    chat.get_by_role("textbox").press("Enter")


def started(page: Page, site: Site, url: str, path: str = PAGE) -> tuple[Locator, Locator]:
    """The embedded demo, started; gives the panes of Ada and Ben."""
    page.goto(site.url(path))
    demo = page.get_by_role("region", name="Demo: chat")
    demo.evaluate(NAME_SERVER, url)
    page.get_by_role("button", name="Start the demo").click()
    ada, ben = (demo.get_by_role("region", name=name, exact=True) for name in ("Ada", "Ben"))
    return ada, ben


def test_a_line_that_is_cut_again_and_again_loses_and_doubles_nothing(
    context: BrowserContext, site: Site, chat: App
) -> None:
    names, count = ("Ada", "Ben", "Cem"), 15
    room = secrets.token_hex(8)  # where nobody has been, also when this is run again
    with line(chat.port, at_random(7, 300, 900, 2500, 6000)) as cutting:
        seen = [
            mounted(
                context.new_page(),
                site,
                # Ben's line is a good one.
                url=chat.url if name == "Ben" else f"ws://127.0.0.1:{cutting.port}",
                room=room,
                name=name,
                second=15,
            )
            for name in names
        ]
        for number in range(count):
            for name, one in zip(names, seen, strict=True):
                say(one, f"{name} {number}")
        logs = []
        for one in seen:
            expect(one.locator("[data-id]")).to_have_count(count * len(names), timeout=LONG)
            expect(one.locator(".waiting")).to_have_count(0, timeout=LONG)
            logs.append(one.locator("[data-id]").all_inner_texts())
        assert cutting.cuts > 5
    assert logs[0] == logs[1] == logs[2]
    for name in names:
        mine = [row for row in logs[0] if row.startswith(f"{name}: ")]
        assert mine == [f"{name}: {name} {number}" for number in range(count)]


def test_what_goes_over_the_wire_keeps_the_schema(page: Page, site: Site, chat: App) -> None:
    schema = json.loads((FOLDER / "chat" / "messages.schema.json").read_text("utf-8"))
    sides: dict[str, list[str]] = {"client": [], "server": []}

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda data: sides["client"].append(str(data)))
        socket.on("framereceived", lambda data: sides["server"].append(str(data)))

    page.on("websocket", listen)
    seen = mounted(page, site, url=chat.url, room=secrets.token_hex(8), name="Ada")
    for text in ("a scam", "fine"):
        say(seen, text)
    expect(seen.locator("[data-id]")).to_have_text(["Ada: fine"], timeout=LONG)
    expect(seen.locator(".people")).to_have_text("Ada", timeout=LONG)
    seen.get_by_role("textbox").type("a")
    refused = "Ada: a scam Not sent: This room does not take that word."
    expect(seen.locator(".waiting")).to_have_text(refused, timeout=LONG)
    kinds = set()
    for side, messages in sides.items():
        validator = jsonschema.Draft202012Validator(
            {"$ref": f"#/$defs/{side}", "$defs": schema["$defs"]}
        )
        for message in messages:
            validator.validate(json.loads(message))
            kinds.add(json.loads(message)["type"])
    assert kinds >= {"join", "say", "joined", "message", "refused", "people"}


def test_a_first_app_is_shown_as_what_it_can_become(page: Page, site: Site, chat: App) -> None:
    ada, ben = started(page, site, chat.url, "build/first-app/")
    expect(ada.locator(".people")).to_have_text("Ada, Ben", timeout=LONG)
    say(ada, "hello")
    expect(ben.get_by_role("log")).to_contain_text("Ada: hello", timeout=LONG)


def test_the_embedded_chat(page: Page, site: Site, chat: App, errors: list[str]) -> None:
    ada, ben = started(page, site, chat.url)
    expect(ada).to_contain_text("Connected.", timeout=LONG)
    expect(ben.locator(".people")).to_have_text("Ada, Ben", timeout=LONG)
    expect(ada.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("<img src=x onerror=alert(1)>")
    expect(ben.locator(".people")).to_have_text("Ada is typing …, Ben", timeout=LONG)
    page.keyboard.press("Enter")
    expect(ben.get_by_role("log")).to_contain_text("Ada: <img src=x onerror=alert(1)>")
    assert page.locator("demo-app img").count() == 0

    ben.get_by_role("button", name="Go offline").click()
    expect(ada.locator(".people")).to_have_text("Ada", timeout=LONG)
    say(ben, "from Ben, offline")
    expect(ben.locator(".waiting")).to_have_text("Ben: from Ben, offline (waiting)")
    say(ada, "from Ada, meanwhile")
    ben.get_by_role("button", name="Go online").click()
    rows = ["Ada: <img src=x onerror=alert(1)>", "Ada: from Ada, meanwhile"]
    for pane in (ada, ben):
        texts = pane.locator("[data-id]")
        expect(texts).to_have_text([*rows, "Ben: from Ben, offline"], timeout=LONG)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert errors == []


def test_without_a_server_it_says_so(page: Page, site: Site) -> None:
    page.goto(site.url(PAGE))
    demo = page.get_by_role("region", name="Demo: chat")
    expect(demo.get_by_role("status")).to_contain_text("is not running here")
    expect(demo.get_by_role("button")).to_be_disabled()
    expect(demo.locator("p").last).to_be_visible()


def test_a_server_that_is_not_there_is_told(page: Page, site: Site) -> None:
    ada, _ = started(page, site, unused_address())
    expect(ada.get_by_role("status")).to_contain_text("Lost (1006); next attempt in", timeout=LONG)


def test_it_leaves_the_room_with_the_page(page: Page, site: Site, chat: App) -> None:
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    ada, _ = started(page, site, chat.url)
    expect(ada.locator(".people")).to_have_text("Ada, Ben", timeout=LONG)
    assert len(sockets) == 2
    page.locator("demo-app").evaluate("element => element.remove()")
    for socket in sockets:
        if not socket.is_closed():
            socket.wait_for_event("close", timeout=LONG)
