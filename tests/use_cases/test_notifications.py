"""The server of /use-cases/notifications/."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.reference import support
from tests.use_cases.apps import FOLDER, PATIENCE, App, code_lines, running

ORIGIN = "https://app.example.com"
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    with running("notifications", ORIGINS=ORIGIN, PUSH_AFTER="0.3") as app:
        yield app


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def hear(socket: ClientConnection) -> Entry:
    message: Entry = json.loads(socket.recv(PATIENCE))
    return message


@contextmanager
def device(app: App, user: str, epoch: str = "", after: int = 0) -> Iterator[ClientConnection]:
    with connect(app.url, proxy=None) as socket:
        say(socket, type="hello", user=user, epoch=epoch, after=after)
        yield socket


def test_all_devices_get_everything_once_and_go_on_where_they_were(app: App) -> None:
    with device(app, "ada") as one, device(app, "ada") as two, device(app, "ben") as other:
        epoch = hear(one)["epoch"]
        assert hear(two) == {"type": "welcome", "epoch": epoch, "after": 0, "last": 0}
        say(one, type="send", text="a")
        say(two, type="send", text="b")
        first = [hear(one), hear(one)]
        assert [hear(two), hear(two)] == first
        assert [entry["n"] for entry in first] == [1, 2]
        # Read on both at the same time: one entry.
        say(one, type="read", note=1)
        say(two, type="read", note=1)
        say(two, type="read", note=2)
        reads = [{"n": 3, "type": "read", "note": 1}, {"n": 4, "type": "read", "note": 2}]
        assert sorted([hear(one), hear(one)], key=lambda entry: entry["n"]) in (
            reads,
            [{"n": 3, "type": "read", "note": 2}, {"n": 4, "type": "read", "note": 1}],
        )
        with device(app, "ada", epoch, after=2) as back:
            assert hear(back)["after"] == 2
            assert [hear(back)["n"], hear(back)["n"]] == [3, 4]
        with device(app, "ada", "0" * 16, after=2) as old:
            assert hear(old)["after"] == 0
            assert hear(old) == first[0]
        assert hear(other)["last"] == 0


def test_web_push_is_for_who_has_no_tab() -> None:
    with running("notifications", ORIGINS=ORIGIN, PUSH_AFTER="0.3") as app:
        with device(app, "cem") as socket:
            hear(socket)
            # In one piece of TCP: a tab that stalls would confirm too late.
            for message in ({"type": "send", "text": "seen"}, {"type": "got", "n": 1}):
                socket.protocol.send_text(json.dumps(message).encode())
            socket.socket.sendall(b"".join(socket.protocol.data_to_send()))
            assert hear(socket)["n"] == 1
            say(socket, type="send", text="not confirmed")
            hear(socket)
        assert app.process.stdout is not None
        # The first would have come first.
        assert app.process.stdout.readline() == "push to cem: 2\n"


def test_who_reads_nothing_is_cut_off_and_holds_up_nobody() -> None:
    batch, batches = 100, 40
    with (
        running("notifications", ORIGINS=ORIGIN, PUSH_AFTER="600") as app,
        device(app, "eve") as asleep,
        device(app, "eve") as awake,
    ):
        hear(awake)
        for number in range(batches):
            for _ in range(batch):
                say(awake, type="send", text="\N{GRINNING FACE}" * 200)
            ends = [hear(awake)["n"] for _ in range(batch)]
            assert ends[-1] == (number + 1) * batch
        got = hear(asleep)["last"]
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                got = hear(asleep)["n"]
    assert closed.value.rcvd is None  # no close frame: there was no room for one
    assert got < batch * batches


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("hello", "expected JSON with a type of got, read, send"),
        ("[" * 3000, "expected JSON"),
        ('{"type": "read", "note": "1"}', "read: note is missing or malformed"),
        ('{"type": "read", "note": true}', "read: note"),
        ('{"type": "send", "text": ""}', "send: text"),
        (json.dumps({"type": "send", "text": "a" * 201}), "send: text"),
        ('{"type": "hello"}', "expected JSON"),
    ],
)
def test_a_bad_message_ends_with_1008_and_words(app: App, message: str, words: str) -> None:
    with device(app, "bad") as socket:
        hear(socket)
        socket.send(message)
        with pytest.raises(ConnectionClosed, match="1008") as closed:
            while True:
                hear(socket)
    assert words in str(closed.value)


def test_pages_of_other_origins_are_refused(app: App) -> None:
    for origin in ("https://evil.example", "null"):
        with pytest.raises(InvalidStatus, match="403"):
            connect(app.url, proxy=None, origin=Origin(origin))


def test_the_page_lists_its_files_and_shows_the_support() -> None:
    page = (FOLDER / "notifications.md").read_text("utf-8")
    listed = set(yaml.safe_load(page.split("\n---\n")[0])["samples"])
    folder = FOLDER / "notifications"
    files = {path.name for path in folder.iterdir() if path.suffix in {".py", ".js"}}
    assert listed == {f"use-cases/notifications/{name}" for name in files}
    assert "under 300 lines of code in all" in page
    assert code_lines(*(folder / name for name in files)) < 300
    data = json.loads(support.EXTRACT.read_text("utf-8"))
    assert support.render(page, data) == page
