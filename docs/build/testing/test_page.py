"""The page in a browser: once with the real server, else with one that the test plays."""

# --8<-- [start:setup]
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The real server, in a process of its own, on a port of its choice."""
    command = [sys.executable, "server.py", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().split()[-1]
        server.terminate()


# --8<-- [end:setup]


# --8<-- [start:real]
def test_it_says_what_is_typed(page: Page, address: str) -> None:
    with page.expect_websocket() as opening:
        page.goto(address)
    socket = opening.value
    expect(page.get_by_role("status")).to_have_text("open")
    page.get_by_label("Message").fill("hello")
    with socket.expect_event("framesent") as sent:
        page.get_by_role("button", name="Say").click()
    assert json.loads(sent.value) == {"say": "hello"}
    expect(page.get_by_role("listitem")).to_have_text("ada: hello")


# --8<-- [end:real]


# --8<-- [start:played]
def test_it_comes_back_when_the_server_restarts(page: Page, address: str) -> None:
    connections: list[WebSocketRoute] = []

    def server(websocket: WebSocketRoute) -> None:
        connections.append(websocket)
        said = {"from": "bob", "say": f"connection {len(connections)}"}
        websocket.on_message(lambda _: websocket.send(json.dumps(said)))

    page.clock.install()
    page.route_web_socket("**/ws/*", server)
    page.goto(address)
    for number in (1, 2):
        expect(page.get_by_role("status")).to_have_text("open")
        page.get_by_role("button", name="Say").click()
        expect(page.get_by_role("listitem").last).to_have_text(f"bob: connection {number}")
        connections[-1].close(code=1012, reason="restart")
        expect(page.get_by_role("status")).to_have_text("waiting")
        page.clock.fast_forward(60_000)


# --8<-- [end:played]


# --8<-- [start:between]
def test_it_shows_what_was_changed_on_the_way(page: Page, address: str) -> None:
    def between(websocket: WebSocketRoute) -> None:
        server = websocket.connect_to_server()
        server.on_message(lambda text: websocket.send(str(text).replace("hello", "HELLO")))

    page.route_web_socket("**/ws/*", between)
    page.goto(address)
    expect(page.get_by_role("status")).to_have_text("open")
    page.get_by_label("Message").fill("hello")
    page.get_by_role("button", name="Say").click()
    expect(page.get_by_role("listitem").last).to_have_text("ada: HELLO")


# --8<-- [end:between]
