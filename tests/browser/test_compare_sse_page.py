"""The programs of /compare/sse/, in Chromium, over a line that is cut."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.browser.line import PATIENCE, Line, line
from tests.content import front_matter
from tests.samples.programs import Running, free_port
from tests.site import ROOT

PAGE = ROOT / "docs" / "compare" / "sse.md"
FOLDER = ROOT / "docs" / "compare" / "sse"
FILES = {"server.py", "sse.js", "stream.js", "websocket.js"}
WAYS = ("sse", "websocket")


@dataclass
class Board:
    """The running server."""

    port: int
    running: Running

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def post(self, text: str) -> None:
        """Post past the line."""
        answer = httpx.post(f"{self.url}notes", content=text, trust_env=False)
        assert answer.status_code == 204, answer.text


@contextmanager
def running_board() -> Iterator[Board]:
    port = free_port()
    running = Running([sys.executable, "server.py", str(port)], FOLDER)
    try:
        running.errors_with("INFO:     Uvicorn running", 1, PATIENCE)
        yield Board(port, running)
    finally:
        running.end()


@pytest.fixture
def board() -> Iterator[Board]:
    with running_board() as one:
        yield one


@pytest.fixture(scope="module")
def any_board() -> Iterator[Board]:
    """A board for tests to which its notes do not matter."""
    with running_board() as one:
        yield one


@pytest.fixture
def way(board: Board) -> Iterator[Line]:
    with line(board.port) as one:
        yield one


# Notes on the document which of the page's ways have heard of the board.
HEARD = """for (const [name, way, kind] of [
  ["EventSource", "sse", "position"], ["WebSocket", "websocket", "message"],
]) {
  globalThis[name] = class extends globalThis[name] {
    constructor(...given) {
      super(...given);
      this.addEventListener(kind, () => { document.documentElement.dataset[way] = ""; });
    }
  };
}"""


def opened(page: Page, url: str) -> None:
    """Open the page and wait until it follows the board: earlier notes are none of its own."""
    page.add_init_script(HEARD)
    page.goto(url)
    expect(page.locator("html[data-sse][data-websocket]")).to_have_count(1)


def shown(page: Page, way: str, *texts: str) -> None:
    """Wait until a list shows these notes, each once, and nothing else."""
    # Pauses between the attempts of a client grow while its line is cut.
    expect(page.locator(f"#{way} li")).to_have_text(list(texts), timeout=3 * PATIENCE * 1000)


def test_the_page_lists_the_files_that_run_here() -> None:
    listed = front_matter.read(PAGE.read_text("utf-8"))["samples"]
    assert set(listed) == {f"compare/sse/{name}" for name in FILES}


def test_a_cut_line_loses_nothing_and_doubles_nothing(page: Page, board: Board, way: Line) -> None:
    opened(page, way.url)
    page.get_by_label("Note").fill("one")
    page.get_by_role("button", name="Post by request").click()
    for name in WAYS:
        shown(page, name, "one")
    page.get_by_label("Note").fill("two")
    page.get_by_role("button", name="Send by WebSocket").click()
    for name in WAYS:
        shown(page, name, "one", "two")

    way.cut()
    board.post("three")
    board.post("four\nin two lines")
    way.mend()
    for name in WAYS:
        shown(page, name, "one", "two", "three", "four in two lines")
    board.post("five")
    for name in WAYS:
        shown(page, name, "one", "two", "three", "four in two lines", "five")


def test_the_browser_says_where_it_was(page: Page, board: Board, way: Line) -> None:
    opened(page, way.url)
    board.post("one")
    shown(page, "sse", "one")
    way.heads.clear()
    way.cut()
    way.mend()
    board.post("two")
    shown(page, "sse", "one", "two")
    again = [head for head in way.heads if head.startswith("GET /events")]
    assert again
    assert all(re.search(r"^last-event-id: \d{16}\r$", head, re.I | re.M) for head in again)


OPEN = """address => new Promise((resolve) => {
  globalThis.source = new EventSource(address);
  source.onopen = resolve;
  globalThis.end = new Promise((resolve) => {
    source.onerror = () => source.readyState === EventSource.CLOSED && resolve("given up");
  });
})"""


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable"])
def test_the_object_gives_up_at_an_error_and_the_program_does_not(
    page: Page, board: Board, way: Line, status: str
) -> None:
    opened(page, way.url)
    board.post("one")
    shown(page, "sse", "one")
    page.evaluate(OPEN, "/events")
    head = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    way.cut(head.encode())
    assert page.evaluate("end") == "given up"
    board.post("two")
    way.mend()
    shown(page, "sse", "one", "two")
    assert page.evaluate("source.readyState") == 2


def test_readers_are_told_of_what_is_forgotten(page: Page, board: Board, way: Line) -> None:
    opened(page, way.url)
    board.post("one")
    for name in WAYS:
        shown(page, name, "one")
    way.cut()
    with httpx.Client(trust_env=False) as client:
        for number in range(1001):
            client.post(f"{board.url}notes", content=str(number))
    way.mend()
    for name in WAYS:
        shown(page, name, "one", "(something was missed: load again)")
    board.post("after")
    for name in WAYS:
        shown(page, name, "one", "(something was missed: load again)", "after")


SEVEN = """() => {
  globalThis.sources = [...Array(7)].map(() => new EventSource("/events"));
  globalThis.sockets = [...Array(7)].map(() => new WebSocket(`ws://${location.host}/socket`));
}"""
OPENED = (
    """() => [sources, sockets].map((all) => all.filter((one) => one.readyState === 1).length)"""
)


def test_six_over_http_1_and_no_request_beside_them(page: Page, board: Board) -> None:
    page.goto(board.url + "sse.js")
    page.evaluate(SEVEN)
    page.wait_for_function(f"String(({OPENED})()) === '6,7'", timeout=PATIENCE * 1000)
    page.evaluate("""() => {
      globalThis.answered = false;
      fetch("/notes", { method: "POST", body: "one" }).then(() => { answered = true; });
      const socket = new WebSocket(`ws://${location.host}/socket`);
      return new Promise((resolve) => { socket.onmessage = resolve; });
    }""")
    assert page.evaluate(OPENED) == [6, 7]
    assert page.evaluate("answered") is False
    page.evaluate("sources.filter((one) => one.readyState === 1).slice(0, 2).map((s) => s.close())")
    page.wait_for_function("answered", timeout=PATIENCE * 1000)


READ = """async () => {
  const { events } = await import("/stream.js");
  const answer = await fetch("/events", { headers: { Authorization: "Bearer 1" } });
  const found = [];
  for await (const event of events(answer)) {
    found.push([event.kind, event.data]);
    if (found.length === 1) await fetch("/notes", { method: "POST", body: "ä\\n\\nb" });
    if (found.length === 2) return found;
  }
}"""


def test_a_fetch_reads_the_same_events_with_headers_of_its_own(
    page: Page, board: Board, way: Line
) -> None:
    page.route("**/stream.js", lambda route: route.fulfill(path=FOLDER / "stream.js"))
    page.goto(way.url + "sse.js")
    assert page.evaluate(READ) == [["position", ""], ["message", "ä\n\nb"]]
    assert any("Authorization: Bearer 1\r\n" in head for head in way.heads)


PARTS = """async (parts) => {
  const { events } = await import("/stream.js");
  const body = new ReadableStream({ start(stream) {
    for (const part of parts) stream.enqueue(new TextEncoder().encode(part));
    stream.close();
  } });
  const found = [];
  for await (const event of events(new Response(body))) found.push(event);
  return found;
}"""


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (["data: a\n\n"], [("message", "", "a")]),
        (
            ["data:a\r", "\n\r\n: no\r\n\r\nda", "ta: b\r\n\r\n"],
            [("message", "", "a"), ("message", "", "b")],
        ),
        (["id: 1\nevent: x\ndata:  a\ndata\ndata: b: c\n\n"], [("x", "1", " a\n\nb: c")]),
        (["id: 1\n\ndata: a\n\n", "data: unfinished\n"], [("message", "1", "a")]),
        (["data: a\rid: 2\r\rdata: b\r\r:"], [("message", "2", "a"), ("message", "2", "b")]),
    ],
)
def test_it_reads_events_as_the_standard_says(
    page: Page, any_board: Board, parts: list[str], found: list[tuple[str, str, str]]
) -> None:
    page.route("**/stream.js", lambda route: route.fulfill(path=FOLDER / "stream.js"))
    page.goto(any_board.url + "sse.js")
    keys = ("kind", "id", "data")
    assert page.evaluate(PARTS, parts) == [dict(zip(keys, one, strict=True)) for one in found]


@pytest.mark.parametrize(
    ("path", "headers", "status", "said"),
    [
        ("events?after=x", {}, 400, "digits"),
        ("events", {"Last-Event-ID": "²"}, 400, "digits"),
        ("events?after=", {}, 400, "digits"),
        ("nothing", {}, 404, ""),
    ],
)
def test_bad_requests_are_told_what_is_wrong(
    any_board: Board, path: str, headers: dict[str, str], status: int, said: str
) -> None:
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = httpx.get(any_board.url + path, headers=sent, trust_env=False)
    assert answer.status_code == status
    assert said in answer.text


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"x" * 4097, {}, 413),
        (b"\xff", {}, 400),
        (b"x", {"Origin": "https://elsewhere.example"}, 403),
    ],
)
def test_bad_notes_are_refused(
    any_board: Board, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = httpx.post(f"{any_board.url}notes", content=content, headers=headers, trust_env=False)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "origin"), [("socket?after=x", None), ("socket", "https://elsewhere.example")]
)
def test_bad_handshakes_are_refused(any_board: Board, path: str, origin: str | None) -> None:
    address = f"ws://127.0.0.1:{any_board.port}/{path}"
    extra = {"Origin": origin} if origin else {}
    with pytest.raises(InvalidStatus) as caught:
        connect(address, additional_headers=extra).close()
    assert caught.value.response.status_code in (400, 403)


def test_bytes_are_no_note(any_board: Board) -> None:
    with connect(f"ws://127.0.0.1:{any_board.port}/socket") as client:
        client.send(b"note")
        with pytest.raises(ConnectionClosed):
            while True:
                client.recv(PATIENCE)
    assert client.close_code == 1003


def test_it_stops_while_readers_listen(page: Page, board: Board) -> None:
    opened(page, board.url)
    board.post("one")
    for name in WAYS:
        shown(page, name, "one")
    assert board.running.stop() in (0, -15)
