"""/build/first-app/: server.mjs and server.py, each with index.html in two browsers."""

from __future__ import annotations

import shutil
import socket
import struct
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.echo.node_packages import node_packages
from tests.samples.manifest import DOCS
from tests.samples.programs import Running, free_port

FOLDER = DOCS / "build" / "first-app"
PATIENCE = 30_000


class Room:
    """A server of the page as its reader starts it; it can be started again."""

    def __init__(self, file: str, folder: Path) -> None:
        for name in (file, "index.html"):
            shutil.copy(FOLDER / name, folder)
        program = sys.executable
        if file.endswith(".mjs"):
            program = "node"
            (folder / "node_modules").symlink_to(node_packages() / "node_modules")
        self.folder = folder
        self.port = free_port()
        self.command = [program, file, str(self.port)]
        self.start()

    def start(self) -> None:
        self.running = Running(self.command, self.folder)
        assert self.running.line(60) == f"open {self.url} twice"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@pytest.fixture(params=["server.mjs", "server.py"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    room = Room(request.param, tmp_path)
    request.addfinalizer(lambda: room.running.end())
    return room


def say(page: Page, text: str) -> None:
    page.get_by_label("Message").fill(text)
    page.get_by_role("button", name="Send").click()


def shows(page: Page, people: str, *texts: str) -> None:
    expect(page.get_by_role("status")).to_have_text(people, timeout=PATIENCE)
    expect(page.get_by_role("listitem")).to_have_text(list(texts), timeout=PATIENCE)


def test_two_browsers_talk_and_a_third_catches_up(browser: Browser, page: Page, room: Room) -> None:
    page.goto(room.url)
    shows(page, "1 here")
    context = browser.new_context()
    other = context.new_page()
    other.goto(room.url)
    for one in (page, other):
        shows(one, "2 here")
    say(page, "hello ✓ <b>you</b>")
    say(other, "hello yourself")
    for one in (page, other):
        shows(one, "2 here", "hello ✓ <b>you</b>", "hello yourself")
    third = context.new_page()
    third.goto(room.url)
    shows(third, "3 here", "hello ✓ <b>you</b>", "hello yourself")
    context.close()
    shows(page, "1 here", "hello ✓ <b>you</b>", "hello yourself")


def test_it_comes_back_when_the_server_does(page: Page, room: Room) -> None:
    page.goto(room.url)
    shows(page, "1 here")
    say(page, "before")
    shows(page, "1 here", "before")
    room.running.end()
    expect(page.get_by_role("status")).to_contain_text("connection lost", timeout=PATIENCE)
    say(page, "kept")
    expect(page.get_by_label("Message")).to_have_value("kept")
    room.start()
    shows(page, "1 here")  # the history was in memory
    page.get_by_role("button", name="Send").click()
    shows(page, "1 here", "kept")


def test_who_is_refused_and_gone_already_does_not_end_it(page: Page, room: Room) -> None:
    request = (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{room.port}\r\nOrigin: http://evil.example\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", room.port)) as gone:
            gone.sendall(request.encode())
            # To close it now sends a reset, not an end.
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    page.goto(room.url)
    shows(page, "1 here")


def test_foreign_pages_and_wrong_messages_are_refused(room: Room) -> None:
    address = room.url.replace("http", "ws")
    with pytest.raises(InvalidStatus) as refusal:
        connect(address, origin=Origin("http://evil.example"), proxy=None)
    assert refusal.value.response.status_code == 403
    own = Origin(room.url.rstrip("/"))
    for wrong in ("hello", "null", '{"text": 1}', f'{{"text": "{"x" * 201}"}}', b"\xff"):
        with connect(address, origin=own, proxy=None) as client:
            client.send(wrong)
            with pytest.raises(ConnectionClosed) as end:
                while True:
                    client.recv(timeout=30)
        assert end.value.rcvd
        assert end.value.rcvd.code == 1008, wrong
