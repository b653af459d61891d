"""The server of /use-cases/chat/: server.py with rooms.py, and with shared.py over Redis."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.samples.programs import free_port
from tests.use_cases.apps import FOLDER, App, redis, running, start
from tests.use_cases.chatting import talking

ORIGIN = "https://app.example.com"


@pytest.fixture(scope="module")
def chat() -> Iterator[App]:
    with running("chat", ORIGINS=ORIGIN, BLOCKED="scam") as app:
        yield app


def test_all_get_the_same_numbers_in_the_same_order(chat: App) -> None:
    with talking(chat.url, "Ada", "order") as ada, talking(chat.url, "Ben", "order") as ben:
        for number in range(10):
            ada.say(f"a{number}")
            ben.say(f"b{number}")
        assert ada.hear_all(20) == ben.hear_all(20)
    assert [message["id"] for message in ada.messages] == list(range(1, 21))
    by_ada = [message["text"] for message in ada.messages if message["name"] == "Ada"]
    assert by_ada == [f"a{number}" for number in range(10)]


def test_what_is_said_again_keeps_its_number(chat: App) -> None:
    with talking(chat.url, "Ada", "again") as ada:
        key = ada.say("once")
        with talking(chat.url, "Ada", "again") as back:
            back.say("once", key)
            back.say("then")
            assert back.hear_all(2) == ["once", "then"]
    # The key of somebody else silences nobody.
    with talking(chat.url, "Eve", "again") as eve:
        eve.say("mine", key)
        assert eve.hear_all(3) == ["once", "then", "mine"]


def test_a_client_gets_what_it_missed_and_no_more(chat: App) -> None:
    with talking(chat.url, "Ada", "resume") as ada:
        epoch = ada.hear()["epoch"]
        for number in range(5):
            ada.say(str(number))
        ada.hear_all(5)
        with talking(chat.url, "Ben", "resume", epoch, after=3) as ben:
            assert ben.hear() == {"type": "joined", "epoch": epoch, "after": 3}
            assert ben.hear_all(2) == ["3", "4"]
        with talking(chat.url, "Cem", "resume", "0123456789abcdef", after=3) as cem:
            assert cem.hear()["after"] == 0
            assert len(cem.hear_all(5)) == 5


def test_who_was_away_too_long_is_told_how_much_is_missing(chat: App) -> None:
    with ExitStack() as stack:
        talkers = [stack.enter_context(talking(chat.url, f"t{n}", "long")) for n in range(26)]
        epoch = talkers[0].hear()["epoch"]
        for number in range(520):
            talkers[number // 20].say(str(number))
        talkers[0].hear_all(520)
        with talking(chat.url, "Ben", "long", epoch, after=5) as ben:
            assert ben.hear()["after"] == 5
            assert ben.hear() == {"type": "gap", "missed": 15}
            assert ben.hear_all(500)[0] == talkers[0].messages[20]["text"]
        with talking(chat.url, "Cem", "long") as cem:
            assert cem.hear()["after"] == 470


def test_of_the_rooms_that_are_empty_the_oldest_goes(chat: App) -> None:
    with talking(chat.url, "Ada", "stays") as ada:
        ada.say("kept")
        ada.hear_all(1)
        with talking(chat.url, "Ada", "goes") as elsewhere:
            epoch = elsewhere.hear()["epoch"]
        for number in range(101):
            with talking(chat.url, "Ada", f"empty-{number}") as elsewhere:
                elsewhere.hear()
        with talking(chat.url, "Ben", "stays") as ben:
            assert ben.hear_all(1) == ["kept"]
        with talking(chat.url, "Ben", "goes") as ben:
            assert ben.hear()["epoch"] != epoch


def test_people_come_type_and_go(chat: App) -> None:
    with talking(chat.url, "Ada", "people") as ada:
        with talking(chat.url, "Ben", "people") as ben, talking(chat.url, "Ben", "people"):
            ada.sees("Ada", "Ben")
            ben.send(type="typing")
            while not any(one["typing"] for one in ada.people):
                ada.hear()
            while any(one["typing"] for one in ada.people):
                ada.hear()
        ada.sees("Ada")


def test_who_has_said_something_types_no_more(chat: App) -> None:
    with talking(chat.url, "Ada", "said") as ada, talking(chat.url, "Ben", "said") as ben:
        ada.sees("Ada", "Ben")
        ben.send(type="typing")
        while not any(one["typing"] for one in ada.people):
            ada.hear()
        ben.say("what was typed")
        ada.hear_all(1)
        ada.say("seen")
        assert ada.hear_all(2) == ["what was typed", "seen"]
        assert not any(one["typing"] for one in ada.people)


def test_moderation_says_why(chat: App) -> None:
    with talking(chat.url, "Ada", "moderated") as ada:
        key = ada.say("a SCAM")
        ada.say("fine")
        assert ada.hear_all(1) == ["fine"]
        assert ada.messages[0]["id"] == 1
    with talking(chat.url, "Ada", "moderated") as ada:
        ada.say("a scam", key)
        while (heard := ada.hear())["type"] != "refused":
            pass
        assert heard == {
            "type": "refused",
            "key": key,
            "reason": "This room does not take that word.",
        }


KEY = "0" * 36


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("hello", "expected JSON with a type of say, typing"),
        ("[" * 5000, "expected JSON"),
        (b"{}", "expected JSON"),
        ('{"type": "join"}', "expected JSON with a type of say"),
        (json.dumps({"type": "say", "key": "k", "text": "a"}), "say: key must be text like"),
        (json.dumps({"type": "say", "key": KEY, "text": ""}), "say: text must be text like"),
        (json.dumps({"type": "say", "key": KEY, "text": "a" * 2001}), "say: text"),
        (json.dumps({"type": "say", "key": KEY, "text": ["a"]}), "say: text"),
    ],
)
def test_a_bad_message_ends_with_1008_and_words(chat: App, message: str, words: str) -> None:
    with talking(chat.url, "Ada", "bad") as ada:
        ada.socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            ada.hear_all(1)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1008
    assert words in closed.value.rcvd.reason


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"room": "No Room"}, "join: room"),
        ({"name": ""}, "join: name"),
        ({"name": "a\u202eb"}, "name must be printable"),
        ({"after": "1"}, "after must be a number"),
        ({"after": True}, "after must be a number"),
        ({"after": -1}, "after must be a number"),
        ({"epoch": None}, "join: epoch"),
    ],
)
def test_a_bad_hello_ends_with_1008(chat: App, wrong: dict[str, object], words: str) -> None:
    hello = {"type": "join", "room": "room", "name": "Ada", "epoch": "", "after": 0}
    with connect(chat.url, proxy=None) as client:
        client.send(json.dumps(hello | wrong))
        with pytest.raises(ConnectionClosed, match="1008") as closed:
            client.recv(20)
    assert words in str(closed.value)


def test_the_longest_text_fits_and_a_longer_message_ends_with_1009(chat: App) -> None:
    with talking(chat.url, "Ada", "limits") as ada:
        # Twelve bytes each where JSON escapes them.
        ada.say("\N{GRINNING FACE}" * 2000)
        assert ada.hear_all(1) == ["\N{GRINNING FACE}" * 2000]
        ada.say("\N{GRINNING FACE}" * 3000)
        with pytest.raises(ConnectionClosed, match="1009"):
            ada.hear_all(2)


def test_pages_of_other_origins_are_refused(chat: App) -> None:
    for origin in ("https://evil.example", "null", ORIGIN + ".evil.example"):
        with pytest.raises(InvalidStatus, match="403"):
            connect(chat.url, proxy=None, origin=Origin(origin))
    with talking(chat.url, "Ada", "origins", origin=ORIGIN) as ada:
        assert ada.hear()["type"] == "joined"


def test_who_reads_nothing_is_cut_and_holds_up_nobody() -> None:
    with running("chat", ORIGINS=ORIGIN, SLOW="1") as chat, ExitStack() as stack:
        address = ("127.0.0.1", chat.port)
        small = socket.socket()
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.connect(address)
        # It joins, and its client library stops to read when one message waits.
        stack.enter_context(talking(chat.url, "Sleeper", sock=small, max_queue=1, close_timeout=1))
        ada = stack.enter_context(talking(chat.url, "Ada"))
        ada.sees("Ada", "Sleeper")
        talkers = [stack.enter_context(talking(chat.url, "Ada")) for _ in range(20)]
        threads = [
            threading.Thread(target=lambda one=one: [one.say("é" * 2000) for _ in range(20)])
            for one in talkers
        ]
        for thread in threads:
            thread.start()
        assert len(ada.hear_all(400)) == 400
        for thread in threads:
            thread.join()
        ada.sees("Ada")


def test_two_processes_are_one_chat(tmp_path: Path) -> None:
    with redis(tmp_path) as store, ExitStack() as stack:
        settings = {"ORIGINS": ORIGIN, "REDIS_URL": store, "LOOK": "0.3", "GONE": "2"}
        one = stack.enter_context(running("chat", **settings))
        two = stack.enter_context(running("chat", **settings))
        ada = stack.enter_context(talking(one.url, "Ada"))
        ben = stack.enter_context(talking(two.url, "Ben"))
        ada.sees("Ada", "Ben")
        ben.sees("Ada", "Ben")
        for number in range(20):
            ada.say(f"a{number}")
            ben.say(f"b{number}")
        assert ada.hear_all(40) == ben.hear_all(40)
        assert [message["id"] for message in ben.messages] == list(range(1, 41))
        assert sorted(ada.hear_all(40)) == sorted(f"{w}{n}" for w in "ab" for n in range(20))

        # A message sent again to the other process, by a client that has moved there.
        epoch, key = _epoch(two.url), ada.messages[-1]["key"]
        with talking(two.url, ada.messages[-1]["name"], epoch=epoch, after=38) as moved:
            moved.say(ada.messages[-1]["text"], key)
            moved.say("from the other side")
            assert moved.hear_all(3)[-1] == "from the other side"
            assert [message["id"] for message in moved.messages] == [39, 40, 41]

        two.process.kill()
        ada.sees("Ada")


def _epoch(url: str) -> str:
    with talking(url, "Eve") as eve:
        return str(eve.hear()["epoch"])


def test_without_its_store_it_sends_clients_away_and_with_an_empty_one_it_begins_anew(
    tmp_path: Path,
) -> None:
    settings, port = {"ORIGINS": ORIGIN, "LOOK": "0.3"}, free_port()
    with ExitStack() as stack:
        with redis(tmp_path, port) as store:
            chat = stack.enter_context(running("chat", REDIS_URL=store, **settings))
            quiet = stack.enter_context(talking(chat.url, "Ada"))
            epoch = quiet.hear()["epoch"]
            late = stack.enter_context(talking(chat.url, "Ben"))
            for text in ("one", "two"):
                late.say(text)
            assert late.hear_all(2) == quiet.hear_all(2)
        late.say("lost?")
        with pytest.raises(ConnectionClosed, match="1013"):
            late.hear_all(3)

        # Its numbers begin anew: who has been there all the time is told, too.
        stack.enter_context(redis(tmp_path, port))
        while (heard := quiet.hear())["type"] != "joined":
            pass
        assert (heard["epoch"] != epoch, heard["after"]) == (True, 0)
        with talking(chat.url, "Ben", epoch=epoch, after=2) as back:
            assert back.hear()["after"] == 0
            back.say("lost?")
            assert back.hear_all(1) == ["lost?"]
        assert quiet.hear_all(3) == ["one", "two", "lost?"]
        assert quiet.messages[-1]["id"] == 1


def test_sigterm_ends_it_and_its_clients_with_1001() -> None:
    with running("chat", ORIGINS=ORIGIN) as chat, talking(chat.url, "Ada") as ada:
        ada.sees("Ada")
        assert chat.stop() == (0, "")
        with pytest.raises(ConnectionClosed, match="1001"):
            ada.hear()


def test_what_it_needs_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        process = start("chat", str(busy.getsockname()[1]), ORIGINS=ORIGIN)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.startswith("server.py: ")
    assert said.count("\n") == 1


def test_the_page_lists_its_files() -> None:
    front = (FOLDER / "chat.md").read_text("utf-8").split("\n---\n")[0]
    listed = set(yaml.safe_load(front)["samples"])
    files = {path.name for path in (FOLDER / "chat").iterdir() if path.suffix in {".py", ".js"}}
    assert listed == {f"use-cases/chat/{name}" for name in files}
    assert re.search(r"\bapp\.js\b", " ".join(listed))
