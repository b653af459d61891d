"""Bytes on the wire for one message, counted by a line between client and server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache

import httpx

from tests.measure import traffic
from tests.measure.transports.clients import browser, http, position, websocket
from tests.measure.transports.line import Line

SIZES = (10, 100, 1024, 10_240)
_WARM_UP = 3

Count = dict[str, float]
# Carries one message; the publisher makes an event of a text, on a connection that is not counted.
Carry = Callable[[str], Awaitable[None]]
Publish = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Way:
    """One way to carry a message: who carries it, and behind which server."""

    carry: Callable[[AsyncExitStack, int, Publish], Awaitable[Carry]]
    server: str = "uvicorn"


@cache
def texts(size: int, seed: int) -> list[str]:
    """Different messages of a size: JSON as an API sends it, cut to the size."""
    return [
        message.payload.decode()
        for message in traffic.messages("json", size, compressed=False, seed=seed)
    ]


def _same(text: str, came: str) -> None:
    if came != text:
        raise RuntimeError(f"{came[:80]!r} came instead of {text[:80]!r}")


def _post(*, headers: bool, http2: bool = False) -> Way:
    async def start(stack: AsyncExitStack, port: int, _: Publish) -> Carry:
        client = await stack.enter_async_context(http(port, http2=http2))
        given = browser("send", port) if headers else [("Content-Type", "text/plain;charset=UTF-8")]

        async def carry(text: str) -> None:
            (await client.post("/send", content=text, headers=given)).raise_for_status()

        return carry

    return Way(start, "hypercorn" if http2 else "uvicorn")


def _get(path: str, *, headers: bool, http2: bool = False, waiting: bool = False) -> Way:
    async def start(stack: AsyncExitStack, port: int, publish: Publish) -> Carry:
        client = await stack.enter_async_context(http(port, http2=http2))
        given = browser("poll", port) if headers else []
        at = await position(client)

        async def ask() -> httpx.Response:
            return await client.get(path, params={"from": at}, headers=given)

        async def carry(text: str) -> None:
            nonlocal at
            if waiting:
                answer, _ = await asyncio.gather(ask(), publish(text))
            else:
                await publish(text)
                answer = await ask()
            _same(text, answer.text)
            at += 1

        return carry

    return Way(start, "hypercorn" if http2 else "uvicorn")


def _events(*, http2: bool = False) -> Way:
    async def start(stack: AsyncExitStack, port: int, publish: Publish) -> Carry:
        client = await stack.enter_async_context(http(port, http2=http2))
        given = browser("EventSource", port)
        response = await stack.enter_async_context(client.stream("GET", "/events", headers=given))
        lines = response.aiter_lines()

        async def carry(text: str) -> None:
            await publish(text)
            async for line in lines:
                if line.startswith("data: "):
                    _same(text, line.removeprefix("data: "))
                    return

        return carry

    return Way(start, "hypercorn" if http2 else "uvicorn")


def _websocket(*, compression: bool, up: bool) -> Way:
    async def start(stack: AsyncExitStack, port: int, publish: Publish) -> Carry:
        connection = await stack.enter_async_context(websocket(port, compression=compression))
        answer = connection.response
        if answer is None or compression != ("Sec-WebSocket-Extensions" in answer.headers):
            raise RuntimeError("compression is not as asked for")

        async def receive(text: str) -> None:
            await publish(text)
            _same(text, str(await connection.recv()))

        return connection.send if up else receive

    return Way(start)


DOWN = {
    "http1_bare": _get("/poll", headers=False),
    "http1": _get("/poll", headers=True),
    "http1_gzip": _get("/gzip/poll", headers=True),
    "http2": _get("/poll", headers=True, http2=True),
    "long_poll": _get("/wait", headers=True, waiting=True),
    "sse_http1": _events(),
    "sse_http2": _events(http2=True),
    "websocket": _websocket(compression=False, up=False),
    "websocket_deflate": _websocket(compression=True, up=False),
}
UP = {
    "http1_bare": _post(headers=False),
    "http1": _post(headers=True),
    "http2": _post(headers=True, http2=True),
    "websocket": _websocket(compression=False, up=True),
    "websocket_deflate": _websocket(compression=True, up=True),
}


@asynccontextmanager
async def _publisher(port: int) -> AsyncIterator[Publish]:
    async with http(port) as client:

        async def publish(text: str) -> None:
            (await client.post("/publish", content=text)).raise_for_status()

        yield publish


async def of_one_message(way: Way, port: int, size: int, *, messages: int, seed: int) -> Count:
    """The mean bytes of a message, by direction, on a connection that has carried some."""
    made = texts(size, seed)
    async with _publisher(port) as publish, Line(port) as line, AsyncExitStack() as stack:
        carry = await way.carry(stack, line.port, publish)
        for number in range(_WARM_UP):
            await carry(made[number % len(made)])
        before = await line.quiet()
        for number in range(_WARM_UP, _WARM_UP + messages):
            await carry(made[number % len(made)])
        count = await line.quiet() - before
    return {"up": round(count.up / messages, 1), "down": round(count.down / messages, 1)}


async def of_an_empty_poll(port: int, *, http2: bool, polls: int) -> Count:
    """The mean bytes of a browser's poll that finds nothing."""
    async with Line(port) as line, http(line.port, http2=http2) as client:
        at, given = await position(client), browser("poll", line.port)
        for number in range(_WARM_UP + polls):
            if number == _WARM_UP:
                before = await line.quiet()
            (await client.get("/poll", params={"from": at}, headers=given)).raise_for_status()
        count = await line.quiet() - before
    return {"up": round(count.up / polls, 1), "down": round(count.down / polls, 1)}


async def of_an_opening(way: Way, port: int) -> Count:
    """The bytes until a message could pass: a request for a stream, or a handshake."""
    async with _publisher(port) as publish, Line(port) as line, AsyncExitStack() as stack:
        await way.carry(stack, line.port, publish)
        count = await line.quiet()
    return {"up": count.up, "down": count.down}
