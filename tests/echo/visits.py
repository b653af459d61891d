"""Short visits to the behaviours, each of which checks what the behaviour promises."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

# Opens a path of the server; keywords are those of the library's `connect`.
Connect = Callable[..., connect]
Visit = Callable[[Connect, random.Random], Awaitable[None]]


async def _closed(opened: Connect, source: random.Random) -> None:
    code = source.choice((1000, 1001, 1011, 1012, 4001))
    async with opened(f"/close/{code}?reason=over&after=20") as client:
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (code, "over")


async def _dropped(opened: Connect, _: random.Random) -> None:
    async with opened("/drop?after=20") as client:
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is None


async def _streamed(opened: Connect, source: random.Random) -> None:
    count = source.randrange(1, 200)
    async with opened(f"/stream/{count}") as client:
        assert [message async for message in client] == [str(n) for n in range(1, count + 1)]


async def refused(opened: Connect, source: random.Random) -> None:
    """The one visit that opens no WebSocket connection."""
    status = source.choice((401, 403, 429, 503))
    with pytest.raises(InvalidStatus) as found:
        await opened(f"/reject/{status}")
    assert found.value.response.status_code == status


async def _in_fragments(opened: Connect, source: random.Random) -> None:
    async with opened(f"/fragment/{source.randrange(1, 50)}") as client:
        message = "é" * source.randrange(500)
        await client.send(message)
        assert await client.recv() == message


async def _late(opened: Connect, source: random.Random) -> None:
    async with opened(f"/delay/{source.randrange(1, 500)}") as client:
        for message in "abc":
            await client.send(message)
        assert [await client.recv() for _ in range(3)] == ["a", "b", "c"]


async def _slowly(opened: Connect, _: random.Random) -> None:
    async with opened("/slow/100000") as client:
        await client.send(bytes(50_000))
        assert await client.recv() == bytes(50_000)


async def _pinged(opened: Connect, _: random.Random) -> None:
    async with opened("/ping/100") as client:
        assert [json.loads(await client.recv())["ping"] for _ in range(3)] == [1, 2, 3]


async def _unanswered(opened: Connect, _: random.Random) -> None:
    client = await opened("/silent")
    await client.send("?")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await client.recv()
    client.transport.abort()


async def _invalid(opened: Connect, _: random.Random) -> None:
    async with opened("/invalid/reserved-bit") as client:
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await client.recv()
    assert closed.value.sent is not None
    assert closed.value.sent.code == 1002


VISITS: tuple[Visit, ...] = (
    _closed,
    _dropped,
    _streamed,
    refused,
    _in_fragments,
    _late,
    _slowly,
    _pinged,
    _unanswered,
    _invalid,
)
