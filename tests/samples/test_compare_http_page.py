"""The programs of /compare/http/: the same answers both ways, and what goes wrong in each."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection, serve

from tests.content import front_matter
from tests.samples.programs import Running, free_port
from tests.site import ROOT

PAGE = ROOT / "docs" / "compare" / "http.md"
FOLDER = ROOT / "docs" / "compare" / "http"
PATIENCE = 20
CLIENTS = {"ask_http.py": ("http", "/"), "ask_websocket.py": ("ws", "/socket")}


class Stock:
    """The running server."""

    def __init__(self) -> None:
        self.port = free_port()
        self.running = Running([sys.executable, "server.py", str(self.port)], FOLDER)
        self.running.errors_with("INFO:     Uvicorn running", 1, PATIENCE)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        address = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, address, trust_env=False, timeout=PATIENCE, **options)

    def connect(self, **options: Any) -> ClientConnection:
        client: ClientConnection = connect(f"ws://127.0.0.1:{self.port}/socket", **options)
        return client


@pytest.fixture
def stock() -> Iterator[Stock]:
    one = Stock()
    try:
        yield one
    finally:
        one.running.end()


@pytest.fixture(scope="module")
def unchanged() -> Iterator[Stock]:
    """A stock for tests that change nothing of it."""
    one = Stock()
    try:
        yield one
    finally:
        one.running.end()


@contextmanager
def asking(client: str, port: int, *names: str) -> Iterator[Running]:
    scheme, path = CLIENTS[client]
    address = f"{scheme}://127.0.0.1:{port}{path}"
    running = Running([sys.executable, client, address, *names], FOLDER)
    try:
        yield running
    finally:
        running.end()


def question(number: int, name: str, method: str = "get", **more: Any) -> str:
    params = {"name": name, **more}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def answer(connection: ClientConnection) -> dict[str, Any]:
    found = json.loads(connection.recv(PATIENCE))
    assert isinstance(found, dict)
    return found


def test_the_page_lists_the_files_that_run_here() -> None:
    files = {"server.py", *CLIENTS}
    listed = front_matter.read(PAGE.read_text("utf-8"))["samples"]
    assert set(listed) == {f"compare/http/{name}" for name in files}


@pytest.mark.parametrize("client", CLIENTS)
def test_both_print_what_the_page_shows(stock: Stock, client: str) -> None:
    text = PAGE.read_text("utf-8")
    shown = text.split("```text\n")[1].split("\n```")[0].splitlines()
    with asking(client, stock.port, "tea", "coffee") as running:
        assert [running.line(PATIENCE), running.line(PATIENCE)] == shown[:2]
        if client == "ask_http.py":  # a change before its first poll is no change to it
            seen = [stock.running.line(PATIENCE) for _ in range(3)]
            assert "200 OK" in seen[2]
        assert stock.request("PUT", "/articles/tea", json=7).json() == {"name": "tea", "count": 7}
        assert running.line(PATIENCE) == shown[2]


@pytest.mark.parametrize("client", CLIENTS)
def test_both_say_that_there_is_no_such_article(stock: Stock, client: str) -> None:
    with asking(client, stock.port, "milk") as running:
        assert running.process.wait(PATIENCE) == 1
        running.end()
        assert running.errors[0].startswith(f"{client}: ")


def test_polling_without_news_is_a_304(stock: Stock) -> None:
    with asking("ask_http.py", stock.port, "tea"):
        lines = [stock.running.line(PATIENCE) for _ in range(3)]
    assert ["200 OK" in line for line in lines] == [True, True, False]
    assert "304 Not Modified" in lines[2]


def test_a_request_is_repeated_after_a_lost_line(stock: Stock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        port = listener.getsockname()[1]
        with asking("ask_http.py", port, "tea") as running:
            lost, _ = listener.accept()
            lost.recv(65536)
            lost.close()
            again, _ = listener.accept()
            with again:
                again.recv(65536)
                body = b'{"name": "tea", "count": 1}'
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                again.sendall(head + body)
                assert running.line(PATIENCE) == "tea: 1"


def test_a_lost_connection_ends_all_questions() -> None:
    def drop(connection: ServerConnection) -> None:
        connection.recv(PATIENCE)
        connection.socket.close()

    with serve(drop, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            port = server.socket.getsockname()[1]
            with asking("ask_websocket.py", port, "tea", "coffee") as running:
                assert running.process.wait(PATIENCE) == 1
                running.end()
                assert running.errors[0].startswith("ask_websocket.py: LostError: ")
        finally:
            server.shutdown()
            thread.join()


class AnswersAndEnds:
    """A connection that ends with its first answer, both read at once."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def send(self, _: str) -> None:
        self.asked.set()

    async def __aiter__(self) -> AsyncIterator[str]:
        await self.asked.wait()
        yield '{"jsonrpc": "2.0", "id": 1, "result": {"name": "tea"}}'


def test_an_end_right_after_an_answer_is_seen() -> None:
    spec = importlib.util.spec_from_file_location("asks", FOLDER / "ask_websocket.py")
    assert spec
    assert spec.loader
    asks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(asks)

    async def run() -> None:
        asker = asks.Asker(AnswersAndEnds())
        assert await asker.ask("get", name="tea") == {"name": "tea"}
        assert await asyncio.wait_for(asker.changes.get(), 5) == {}
        assert asker.ended is not None

    asyncio.run(run())


def test_a_slow_answer_holds_up_no_other(unchanged: Stock) -> None:
    with unchanged.connect() as connection:
        # In one piece of TCP: the second must not come when the first is answered.
        for asked in (question(1, "coffee"), question(2, "tea")):
            connection.protocol.send_text(asked.encode())
        connection.socket.sendall(b"".join(connection.protocol.data_to_send()))
        found = [answer(connection), answer(connection)]
    assert [one["id"] for one in found] == [2, 1]
    assert [one["result"]["count"] for one in found] == [3, 8]


def test_all_of_many_questions_are_answered(unchanged: Stock) -> None:
    with unchanged.connect() as connection:
        for number in range(50):
            connection.send(question(number, "coffee"))
        assert {answer(connection)["id"] for _ in range(50)} == set(range(50))


def test_a_change_is_told_to_everybody_and_once(stock: Stock) -> None:
    with stock.connect() as one, stock.connect() as other:
        for _ in range(2):
            one.send(question(1, "tea", "put", count=5))
        assert stock.request("GET", "/articles/tea").json()["count"] == 5
        found = [answer(one) for _ in range(3)]
        told = {"jsonrpc": "2.0", "method": "changed", "params": {"name": "tea", "count": 5}}
        assert found.count(told) == 1
        assert answer(other) == told
        other.send(question(2, "tea"))
        assert answer(other)["id"] == 2


@pytest.mark.parametrize(
    ("sent", "number", "code"),
    [
        (question(1, "milk"), 1, 404),
        (question(1, "tea", "delete"), 1, -32601),
        (question(1, "tea", "put", count=-1), 1, -32602),
        (question(1, "tea", "put", count=True), 1, -32602),
        ("{", None, -32700),
        ("[]", None, -32600),
        ('{"jsonrpc": "2.0", "id": "a", "method": "get", "params": {}}', None, -32600),
    ],
)
def test_bad_messages_are_told_what_is_wrong(
    unchanged: Stock, sent: str, number: int | None, code: int
) -> None:
    with unchanged.connect() as connection:
        connection.send(sent)
        found = answer(connection)
        assert (found["id"], found["error"]["code"]) == (number, code)
        connection.send(question(2, "tea"))
        assert answer(connection)["result"] == {"name": "tea", "count": 3}


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/articles/milk", {}, 404),
        ("PUT", "/articles/milk", {"json": 1}, 404),
        ("PUT", "/articles/tea", {"json": "many"}, 400),
        ("PUT", "/articles/tea", {"content": "{"}, 400),
        ("PUT", "/articles/tea", {"content": b" " * 5000}, 413),
        ("POST", "/articles/tea", {}, 405),
        ("GET", "/articles/tea", {"headers": {"If-None-Match": '"3"'}}, 304),
    ],
)
def test_statuses(
    unchanged: Stock, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    assert unchanged.request(method, path, **options).status_code == status


def test_bytes_are_no_question(unchanged: Stock) -> None:
    with unchanged.connect() as connection:
        connection.send(b"tea")
        with pytest.raises(ConnectionClosed):
            connection.recv(PATIENCE)
    assert connection.close_code == 1003


def test_pages_of_other_sites_are_refused(unchanged: Stock) -> None:
    with pytest.raises(InvalidStatus):
        unchanged.connect(additional_headers={"Origin": "https://elsewhere.example"}).close()
