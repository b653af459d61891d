"""Every way brings the same events, what is counted is what passed, and a cut loses nothing."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from docs.compare.race.feed import FIRST, Feed
from tests.race.running import PATIENCE, Running, running

RATE = 20


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running("--rate", str(RATE)) as server:
        yield server


class Reader:
    """One reader's race, with a client for each way."""

    def __init__(self, url: str, client: httpx.AsyncClient, answer: dict[str, Any]) -> None:
        self.url, self.client, self.token = url, client, answer["race"]
        self.start: int = answer["from"]

    def query(self, position: int | None = None) -> dict[str, str]:
        return {"race": self.token, "from": str(self.start if position is None else position)}

    async def report(self) -> dict[str, dict[str, int]]:
        answer = await self.client.get("/state", params=self.query())
        ways: dict[str, dict[str, int]] = answer.json()["ways"]
        return ways

    async def reports(self, way: str, key: str, least: int) -> dict[str, int]:
        """Ask until a count has been reached."""
        async with asyncio.timeout(PATIENCE):
            while (report := (await self.report())[way])[key] < least:
                pass
        return report

    async def cut(self) -> list[str]:
        cut: list[str] = (await self.client.post("/cut", params=self.query())).json()["cut"]
        return cut

    async def asked(self, path: str, number: int) -> list[int]:
        """The ids of so many events by asking again."""
        ids: list[int] = []
        async with asyncio.timeout(PATIENCE):
            while len(ids) < number:
                answer = await self.client.get(path, params=self.query(self.start + len(ids)))
                assert answer.status_code in (200, 204)
                ids += [json.loads(line)["id"] for line in answer.text.splitlines()]
                await asyncio.sleep(0.05)
        return ids[:number]

    @asynccontextmanager
    async def stream(self, last: int | None = None) -> AsyncIterator[AsyncIterator[int]]:
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        async with self.client.stream(
            "GET", "/events", params=self.query(), headers=headers
        ) as response:
            assert response.headers["Content-Type"].startswith("text/event-stream")

            async def ids() -> AsyncIterator[int]:
                async for line in response.aiter_lines():
                    if line.startswith("id: "):
                        yield int(line.removeprefix("id: "))

            yield ids()

    def socket(self, position: int | None = None) -> connect:
        query = httpx.QueryParams(self.query(position))
        return connect(f"{self.url.replace('http', 'ws')}socket?{query}", proxy=None)


@asynccontextmanager
async def reader(server: Running) -> AsyncIterator[Reader]:
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, trust_env=False) as client:
        answer = await client.post("/start")
        assert answer.status_code == 200
        yield Reader(server.url, client, answer.json())
        await client.post("/stop", params={"race": answer.json()["race"]})


async def take(ids: AsyncIterator[int], number: int) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        return [await anext(ids) for _ in range(number)]


async def received(connection: ClientConnection, number: int) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        return [json.loads(await connection.recv())["id"] for _ in range(number)]


async def test_every_way_brings_the_same_events(server: Running) -> None:
    async with reader(server) as one, one.stream() as stream, one.socket() as socket:
        got = await asyncio.gather(
            one.asked("/poll", 12), one.asked("/wait", 12), take(stream, 12), received(socket, 12)
        )
    assert list(got) == [list(range(one.start, one.start + 12))] * 4


async def test_an_event_has_the_measured_size_and_the_servers_time(server: Running) -> None:
    async with reader(server) as one, one.socket() as socket:
        text = str(await socket.recv())
        event = json.loads(text)
        after = (await one.client.get("/state", params=one.query())).json()["now"]
    assert len(text) == 100
    assert 0 <= after - event["made"] < PATIENCE * 1000


async def test_counts_are_those_of_the_wire(server: Running) -> None:
    async with reader(server) as one, one.socket() as socket:
        head = socket.request
        assert head is not None
        lines = [f"{name}: {value}" for name, value in head.headers.raw_items()]
        handshake = "\r\n".join([f"GET {head.path} HTTP/1.1", *lines, "", ""])
        before = (await one.report())["socket"]
        assert before["up"] == len(handshake)
        await received(socket, 5)
        after = await one.reports("socket", "events", 10)
        events = after["events"] - before["events"]
        # RFC 6455 section 5.2: two bytes before a payload of up to 125.
        assert after["down"] - before["down"] == events * (2 + 100)
        assert after["up"] == before["up"]

        answer = await one.client.get("/poll", params=one.query(one.start + 10_000))
        assert answer.status_code == 204
        request = answer.request
        sent = [f"{name}: {value}" for name, value in request.headers.items()]
        poll = (await one.report())["poll"]
        assert poll["requests"] == 1
        assert poll["up"] == len(
            "\r\n".join([f"GET {request.url.raw_path.decode()} HTTP/1.1", *sent, "", ""])
        )
        came = [f"{name.decode()}: {value.decode()}" for name, value in answer.headers.raw]
        assert poll["down"] == len("\r\n".join(["HTTP/1.1 204 No Content", *came, "", ""]))


async def test_a_cut_resets_what_is_open_and_nothing_is_lost(server: Running) -> None:
    async with reader(server) as one:
        async with one.stream() as stream, one.socket() as socket:
            ids, heard = await take(stream, 3), await received(socket, 3)
            assert {"events", "socket"} <= set(await one.cut())
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    heard += await received(socket, 1)
            assert closed.value.rcvd is None, "no close frame"
            with pytest.raises(httpx.ReadError):
                while True:
                    ids += await take(stream, 1)
        async with asyncio.timeout(PATIENCE):  # the server ends what it did for them a little later
            while (await asyncio.to_thread(server.get, "healthz"))["open"] > 0:
                pass
        async with one.stream(last=ids[-1]) as stream, one.socket(heard[-1] + 1) as socket:
            ids += await take(stream, 3)
            heard += await received(socket, 3)
        for got in (ids, heard):
            assert got == list(range(one.start, one.start + len(got)))


async def test_a_waiting_request_is_cut_too() -> None:
    with running("--rate", "0.1") as slow:
        async with reader(slow) as one, asyncio.timeout(PATIENCE):
            for number in itertools.count(1):
                news = one.query(one.start + 10_000)
                asked = asyncio.create_task(one.client.get("/wait", params=news))
                await one.reports("wait", "requests", number)
                cut = await one.cut()
                (answer,) = await asyncio.gather(asked, return_exceptions=True)
                if cut:  # and no event was made before
                    break
            assert cut == ["wait"]
            assert isinstance(answer, httpx.NetworkError)


async def test_a_cut_is_one_readers(server: Running) -> None:
    async with reader(server) as one, reader(server) as other, other.socket() as socket:
        await received(socket, 1)
        assert await one.cut() == []
        await received(socket, 3)


def test_a_feed_keeps_the_last_and_hands_out_what_it_has() -> None:
    feed = Feed(keep=3)
    for number in range(5):
        feed.publish(str(number))
    assert feed.since(FIRST) == ["2", "3", "4"]
    assert feed.since(FIRST + 4) == ["4"]
    assert feed.since(feed.end) == []
