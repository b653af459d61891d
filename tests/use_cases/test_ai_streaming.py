"""The server of /use-cases/ai-streaming/: server.py and model.py, over both lines."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.measure import results
from tests.measure.tokens import FILE, PAGE, table
from tests.places import fill_one
from tests.use_cases.apps import FOLDER, PATIENCE, App, running

ORIGIN = "https://app.example.com"
Event = dict[str, Any]


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    with running("ai-streaming", ORIGINS=ORIGIN, PACE="0.005", GRACE="60") as app:
        yield app


def http(app: App, path: str = "") -> str:
    return f"http://127.0.0.1:{app.port}/{path}"


def post(app: App, **message: Any) -> int:
    content = json.dumps(message)
    return httpx.post(http(app), content=content, timeout=PATIENCE, trust_env=False).status_code


def events(app: App, name: str, after: int = 0, most: int = 10**6) -> list[Event]:
    """What an EventSource gets until the end, or until it has enough and goes away."""
    found: list[Event] = []
    headers = {"Last-Event-ID": str(after)} if after else {}
    with httpx.stream(
        "GET", http(app, name), headers=headers, timeout=PATIENCE, trust_env=False
    ) as answer:
        assert answer.status_code == 200, answer.read()
        number = 0
        for line in answer.iter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            if line.startswith("data: "):
                found.append({"n": number, **json.loads(line[6:])})
                if found[-1]["type"] == "end" or len(found) == most:
                    return found
    raise AssertionError(found[-3:])


def hear(socket: ClientConnection, count: int = 10**6) -> list[Event]:
    found: list[Event] = []
    while len(found) < count:
        found.append(json.loads(socket.recv(PATIENCE)))
        if found[-1]["type"] == "end":
            break
    return found


def text(found: list[Event]) -> str:
    return "".join(event["text"] for event in found if event["type"] == "token")


def ask(socket: ClientConnection, prompt: str, name: str = "", after: int = 0) -> str:
    name = name or str(uuid.uuid4())
    message = {"type": "ask", "id": name, "prompt": prompt, "after": after}
    socket.send(json.dumps(message))
    return name


def opened(app: App, **options: Any) -> ClientConnection:
    socket: ClientConnection = connect(app.url, proxy=None, **options)
    return socket


def test_both_lines_bring_the_same_answer_with_its_tools(app: App) -> None:
    with opened(app) as socket:
        name, found = ask(socket, "hello"), list[Event]()
        while not found or found[-1]["type"] != "end":
            found.append(json.loads(socket.recv(PATIENCE)))
            if found[-1]["type"] == "tool_call":
                value = {"clock": "12:00", "window": "wide"}[found[-1]["name"]]
                result = {"type": "result", "id": name, "call": found[-1]["n"], "value": value}
                socket.send(json.dumps(result))
                socket.send(json.dumps(result | {"value": "again"}))
    assert [event["n"] for event in found] == list(range(1, len(found) + 1))
    assert "You wrote 5 characters." in text(found)
    assert "Your clock says 12:00, and your window is wide." in text(found)
    kinds = [event["type"] for event in found]
    first, second = (i for i, kind in enumerate(kinds) if kind == "tool_call")
    assert second == first + 1
    # It does not wait in silence.
    assert kinds[second + 1] == "token"

    other = str(uuid.uuid4())
    assert post(app, type="ask", id=other, prompt="hello") == 204
    for call, value in ((first + 1, "12:00"), (second + 1, "wide")):
        events(app, other, most=second + 1)
        assert post(app, type="result", id=other, call=call, value=value) == 204
    assert text(events(app, other)) == text(found)


def test_an_answer_goes_on_where_it_broke(app: App) -> None:
    with opened(app) as socket:
        name = ask(socket, "words: 40")
        first = hear(socket, 10)
    with opened(app) as socket:
        ask(socket, "words: 40", name, after=10)
        rest = hear(socket)
    assert [event["n"] for event in first + rest] == list(range(1, 42))
    assert rest[-1] == {"id": name[:8], "n": 41, "type": "end", "reason": "done"}
    # Over the other line, too.
    assert [event["n"] for event in events(app, name, after=30)] == list(range(31, 42))


@pytest.mark.parametrize("line", ["websocket", "sse"])
def test_cancelling_stops_the_model(app: App, line: str) -> None:
    with opened(app) as socket:
        name = ask(socket, "words: 9999")
        hear(socket, 5)
        if line == "websocket":
            socket.send(json.dumps({"type": "cancel", "id": name}))
        else:
            assert post(app, type="cancel", id=name) == 204
        found = hear(socket)
    assert found[-1]["reason"] == "cancelled"
    assert found[-1]["n"] < 9999
    assert events(app, name)[-1]["n"] == found[-1]["n"]
    assert post(app, type="cancel", id=name) == 204


def test_a_question_that_is_cancelled_at_once_still_ends(app: App) -> None:
    with opened(app) as socket:
        name = str(uuid.uuid4())
        question = {"type": "ask", "id": name, "prompt": "words: 9999"}
        # In one piece of TCP where it can be, so that the model has not begun.
        socket.send(json.dumps(question))
        socket.send(json.dumps({"type": "cancel", "id": name}))
        assert hear(socket)[-1]["reason"] == "cancelled"


def test_an_answer_that_nobody_reads_ends() -> None:
    with running("ai-streaming", ORIGINS=ORIGIN, PACE="0.005", GRACE="0.2") as app:
        with opened(app) as socket:
            name = ask(socket, "words: 9999")
            hear(socket, 5)
        event: Event = {}
        end = time.monotonic() + PATIENCE
        while event.get("type") != "end" and time.monotonic() < end:
            with opened(app) as socket:
                ask(socket, "words: 200")  # a second, in which the other one runs ahead and waits
                hear(socket)
                ask(socket, "words: 9999", name, after=5)
                event = json.loads(socket.recv(PATIENCE))
        assert event == {"id": name[:8], "n": 6, "type": "end", "reason": "lost"}
        assert events(app, name, after=5) == [{"n": 6, "type": "end", "reason": "lost"}]


def test_the_model_waits_for_who_does_not_read() -> None:
    with running("ai-streaming", ORIGINS=ORIGIN, PACE="0", GRACE="60") as app:
        name = str(uuid.uuid4())
        assert post(app, type="ask", id=name, prompt="words: 99999") == 204
        # Nobody has read anything. Meanwhile another has thousands, at the same pace.
        with opened(app) as socket:
            ask(socket, "words: 2000")
            assert len(hear(socket)) == 2001
        assert post(app, type="cancel", id=name) == 204
        assert [event["n"] for event in events(app, name)] == list(range(1, 66))


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("hello", "expected a JSON object"),
        ("[" * 9000, "expected a JSON object"),
        ("[]", "expected a JSON object"),
        ('{"type": "ask", "id": "1", "prompt": "a"}', "id a UUID"),
        (json.dumps({"type": "ask", "id": "0" * 36, "after": -1, "prompt": "a"}), "after a number"),
        (json.dumps({"type": "ask", "id": "0" * 36, "prompt": ""}), "prompt"),
        ('{"type": "other"}', "result or cancel"),
    ],
)
def test_what_is_wrong_is_told(app: App, message: str, words: str) -> None:
    with opened(app) as socket:
        socket.send(message)
        with pytest.raises(ConnectionClosed, match=words) as closed:
            socket.recv(PATIENCE)
    assert "1008" in str(closed.value)
    answer = httpx.post(http(app), content=message, timeout=PATIENCE, trust_env=False)
    assert (answer.status_code, words in answer.text) == (400, True)


def test_bytes_are_refused(app: App) -> None:
    with opened(app) as socket:
        socket.send(b"{}")
        with pytest.raises(ConnectionClosed, match=r"1003.*send text"):
            socket.recv(PATIENCE)


def test_a_page_that_leaves_while_it_is_answered_leaves_no_trace() -> None:
    with running("ai-streaming", ORIGINS=ORIGIN) as app:
        for message in (b"ping", b"hello"):
            with opened(app) as leaving:
                leaving.protocol.send_text(message)
                leaving.protocol.send_close(1001)
                leaving.socket.sendall(b"".join(leaving.protocol.data_to_send()))
                with pytest.raises(ConnectionClosed):
                    while True:
                        leaving.recv(PATIENCE)
        assert app.stop()[1] == ""


def test_a_position_that_is_none_is_told(app: App) -> None:
    answer = httpx.get(http(app, "0" * 36), params={"after": "x"}, trust_env=False)
    assert (answer.status_code, "after must be" in answer.text) == (400, True)


def test_a_connection_has_eight_answers_and_a_request_some_kilobytes(app: App) -> None:
    with opened(app) as socket:
        for _ in range(9):
            ask(socket, "words: 9999")
        with pytest.raises(ConnectionClosed, match="too many answers on one connection"):
            while True:
                socket.recv(PATIENCE)
    answer = httpx.post(http(app), content="a" * 20_000, timeout=PATIENCE, trust_env=False)
    assert (answer.status_code, answer.text) == (413, "too long")


def test_pages_of_other_origins_are_refused(app: App) -> None:
    for origin in ("https://evil.example", "null"):
        with pytest.raises(InvalidStatus, match="403"):
            connect(app.url, proxy=None, origin=Origin(origin))
        headers = {"Origin": origin}
        for answer in (
            httpx.post(http(app), content="{}", headers=headers, trust_env=False),
            httpx.get(http(app, "0" * 36), headers=headers, trust_env=False),
        ):
            assert answer.status_code == 403
            assert "Access-Control-Allow-Origin" not in answer.headers


def code_lines(path: Path) -> int:
    """Lines that are neither blank nor comment."""
    text = path.read_text("utf-8")
    text = re.sub(
        r'^ *""".*?"""$' if path.suffix == ".py" else r"/\*.*?\*/", "", text, flags=re.M | re.S
    )
    lines = (line.strip() for line in text.splitlines())
    return sum(bool(line) and not line.startswith(("#", "//")) for line in lines)


def test_the_application_is_as_small_as_the_page_says() -> None:
    folder = FOLDER / "ai-streaming"
    model = code_lines(folder / "model.py")
    both = sum(code_lines(folder / name) for name in ("server.py", "lines.js", "app.js"))
    said = f"{both} lines of code for both transports, and {model} for the stand-in model"
    assert said in " ".join(PAGE.read_text("utf-8").split())
    assert both <= 300


def test_the_page_shows_what_was_measured_and_lists_its_files() -> None:
    page = PAGE.read_text("utf-8")
    assert fill_one(page, "measured", "tokens", table(results.load(FILE))) == page
    listed = set(yaml.safe_load(page.split("\n---\n")[0])["samples"])
    folder = FOLDER / "ai-streaming"
    files = {path.name for path in folder.iterdir() if path.suffix in {".py", ".js"}}
    assert listed == {f"use-cases/ai-streaming/{name}" for name in files}
