"""The programs of /compare/long-polling/: on a line that is cut, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from tests.samples import cutting
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, Running, free_port, run_client

FOLDER = DOCS / "compare" / "long-polling"
MANIFEST = load(FOLDER / "samples.toml")
SCHEMES = {"by_polling.py": "http", "by_websocket.py": "ws"}
CLIENTS = pytest.mark.parametrize("client", SCHEMES)
HOLD = 0.3  # seconds; what the page's server holds is far too long to wait for


def test_every_sample_is_tried_here() -> None:
    assert {sample.file for sample in MANIFEST.samples} == {
        "feed.py",
        "server.py",
        "by_polling.py",
        "by_websocket.py",
        "lossy.py",
    }


@contextlib.contextmanager
def running(command: list[str], folder: Path) -> Iterator[Running]:
    process = Running(command, folder)
    try:
        yield process
    finally:
        process.end()


@contextlib.contextmanager
def serving(program: Program, hold: float = HOLD) -> Iterator[int]:
    """Start the server with its polls held for ``hold`` seconds; gives its port."""
    port = free_port()
    with running(program.command(str(port), str(hold)), program.folder) as server:
        assert server.line(30) == f"listening on http://127.0.0.1:{port}"
        yield port


@contextlib.contextmanager
def following(programs: Build, client: str, port: int) -> Iterator[Running]:
    """Start a client; after a failure it comes back within 50 ms."""
    program = programs(MANIFEST)[client]
    url = f"{SCHEMES[client]}://127.0.0.1:{port}/events"
    with running(program.command(url, "0.05"), program.folder) as process:
        yield process


@pytest.fixture
def server(programs: Build) -> Iterator[int]:
    with serving(programs(MANIFEST)["server.py"]) as port:
        yield port


def publish(port: int, *texts: str) -> None:
    with httpx.Client(trust_env=False) as client:
        for text in texts:
            answer = client.post(f"http://127.0.0.1:{port}/events", content=text)
            assert answer.status_code == 201, answer.text


def poll(port: int, after: str | None = None) -> httpx.Response:
    query = {} if after is None else {"after": after}
    return httpx.get(f"http://127.0.0.1:{port}/events", params=query, trust_env=False)


@CLIENTS
def test_a_line_that_is_cut_loses_and_doubles_nothing(
    programs: Build, server: int, client: str
) -> None:
    texts = [f"event {number}" for number in range(300)]
    budgets = cutting.at_random(1, 40, 400, 1200, 3000)
    with (
        cutting.line(server, budgets) as line,
        following(programs, client, line.port) as process,
    ):
        for start in range(0, len(texts), 10):
            publish(server, *texts[start : start + 10])
            for text in texts[start : start + 10]:
                assert process.line(30) == text
        assert line.cuts >= 5, "the line was hardly cut"
        assert process.lines.empty(), process.lines.get_nowait()


@CLIENTS
def test_what_happened_while_the_client_was_away_is_delivered(
    programs: Build, server: int, client: str
) -> None:
    publish(server, "before anybody asked")
    with (
        cutting.line(server, iter([10_000, 0, 10_000])) as line,
        following(programs, client, line.port) as process,
    ):
        assert process.line(30) == "before anybody asked"
        for sock in list(line.sockets):
            cutting.cut(sock)
        publish(server, "in the gap", "and once more")
        assert process.line(30) == "in the gap"
        assert process.line(30) == "and once more"


@CLIENTS
def test_a_quiet_feed_keeps_its_client(programs: Build, server: int, client: str) -> None:
    with following(programs, client, server) as process:
        publish(server, "first")
        assert process.line(30) == "first"
        assert poll(server, last_id(server)).status_code == 204  # as long as one poll is held
        publish(server, "second")
        assert process.line(30) == "second"
        assert not process.errors, process.errors


def last_id(port: int) -> str:
    last: str = poll(port).json()[-1]["id"]
    return last


@CLIENTS
def test_a_new_server_is_not_taken_for_the_old_one(programs: Build, client: str) -> None:
    program = programs(MANIFEST)["server.py"]
    with contextlib.ExitStack() as stack:
        new = stack.enter_context(serving(program))
        publish(new, "three", "four", "five")  # as many as to hide that two were others
        with serving(program) as old:
            publish(old, "one", "two")
            line = stack.enter_context(cutting.line(old, itertools.repeat(100_000)))
            process = stack.enter_context(following(programs, client, line.port))
            assert [process.line(30), process.line(30)] == ["one", "two"]
            line.to = new
        assert [process.line(30) for _ in range(3)] == ["three", "four", "five"]
        process.errors_with("events were missed", 1, within=30)


def test_the_close_code_says_what_410_says(server: int) -> None:
    assert poll(server, "of-another-server-7").status_code == 410
    url = f"ws://127.0.0.1:{server}/events?after=of-another-server-7"
    with connect(url, proxy=None) as websocket, pytest.raises(ConnectionClosedError) as caught:
        websocket.recv(timeout=10)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4410


def test_answers_are_never_cached(server: int) -> None:
    publish(server, "x")
    answers = [poll(server), poll(server, last_id(server)), poll(server, "nonsense")]
    assert [answer.status_code for answer in answers] == [200, 204, 410]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


def test_one_answer_holds_at_most_a_hundred_events(server: int) -> None:
    publish(server, *[str(number) for number in range(130)])
    first = poll(server).json()
    assert [event["text"] for event in first] == [str(number) for number in range(100)]
    assert len(poll(server, first[-1]["id"]).json()) == 30


def test_publishing_has_limits(server: int) -> None:
    url = f"http://127.0.0.1:{server}/events"
    large = httpx.post(url, content=b"x" * (64 * 1024 + 1), trust_env=False)
    assert (large.status_code, large.text) == (413, "at most 65536 bytes")
    broken = httpx.post(url, content=b"\xff", trust_env=False)
    assert (broken.status_code, broken.text) == (400, "the body must be UTF-8 text")


@CLIENTS
def test_a_refusal_ends_the_client(programs: Build, server: int, client: str) -> None:
    result = run_client(
        programs(MANIFEST)[client], f"{SCHEMES[client]}://127.0.0.1:{server}/nothing"
    )
    assert result.status == 1
    assert result.err.startswith(f"{client}: ")
    assert "404" in result.err or "403" in result.err


@pytest.mark.parametrize("file", sorted({s.file for s in MANIFEST.samples} - {"feed.py"}))
def test_a_call_without_arguments_is_explained(programs: Build, file: str) -> None:
    result = run_client(programs(MANIFEST)[file])
    assert result.status == 1
    assert result.err.startswith(f"usage: {file} ")


def test_the_server_names_a_busy_port(programs: Build, server: int) -> None:
    result = run_client(programs(MANIFEST)["server.py"], str(server))
    assert result.status == 1
    assert "Address already in use" in result.err


def test_the_server_stops_though_a_poll_is_held(programs: Build) -> None:
    program = programs(MANIFEST)["server.py"]
    port = free_port()
    with running(program.command(str(port), "60"), program.folder) as server:
        server.line(30)
        with following(programs, "by_polling.py", port) as client:
            publish(port, "open")
            assert client.line(30) == "open"
            server.process.terminate()
            server.process.wait(timeout=15)


def test_without_ids_an_event_between_two_polls_is_lost(programs: Build) -> None:
    with serving(programs(MANIFEST)["lossy.py"]) as port:
        url = f"http://127.0.0.1:{port}/events"
        with httpx.Client(trust_env=False) as client:
            assert client.post(url, content="while nobody asks").status_code == 204
            assert client.get(url).status_code == 204, "the event has come after all"


def module(name: str) -> ModuleType:
    """A program of the page, imported."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


async def test_a_poll_ends_when_its_client_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    app = module("server").app
    app.state.hold = 60
    coming = iter([{"type": "http.request", "body": b""}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/events", "query_string": b"", "headers": []}
    async with asyncio.timeout(20):  # it is held for a minute where nobody looks
        await app(scope, receive, send)
    assert sent[0]["status"] == 204


@pytest.mark.parametrize("name", ["by_polling", "by_websocket"])
def test_pauses_are_random_and_bounded(name: str) -> None:
    pause = module(name).pause
    for failures, most in ((1, 0.5), (4, 4.0), (50, 30.0)):
        pauses = [pause(failures, 30.0) for _ in range(200)]
        assert 0 <= min(pauses) < most / 4
        assert most / 2 < max(pauses) <= most


def test_events_that_are_no_longer_kept_are_missed_loudly() -> None:
    feed = module("feed")
    log = feed.Feed(kept=3)
    ids = [log.publish(str(number)).id for number in range(5)]
    assert [event.text for event in log.since(ids[1])] == ["2", "3", "4"]
    assert log.since(ids[4]) == []
    for lost in (ids[0], f"{ids[0].rpartition('-')[0]}-99", "0-1", "", "-", "x"):
        with pytest.raises(feed.GoneError):
            log.since(lost)
    assert json.dumps([event.text for event in log.since(None)]) == '["2", "3", "4"]'
