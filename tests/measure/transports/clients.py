"""Clients that people use, one for each transport: httpx, h2 through it, and `websockets`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket

from tests.measure.transports import headers

# What the library writes itself, and what belongs to one connection only.
_OWN = {"host", "connection", "content-length", "upgrade"}
_TIMEOUT = 30.0


async def position(client: httpx.AsyncClient) -> int:
    """Where the server's feed stands."""
    return int((await client.get("/position")).text)


def _given(name: str, port: int) -> list[tuple[str, str]]:
    """The headers of the browser's request, as if its page came from this port."""
    given = []
    for key, value in headers.load(name):
        if key.lower() in _OWN or key.lower().startswith("sec-websocket-"):
            continue
        if key.lower() in ("origin", "referer"):
            value = f"http://127.0.0.1:{port}" + ("/" if value.endswith("/") else "")
        given.append((key, value))
    return given


@asynccontextmanager
async def http(port: int, *, http2: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    """A client that adds no header of its own but Host and the length of a body."""
    client = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        http1=not http2,
        http2=http2,
        timeout=_TIMEOUT,
        trust_env=False,
    )
    for name in list(client.headers):
        del client.headers[name]
    async with client:
        yield client


def browser(name: str, port: int) -> list[tuple[str, str]]:
    """Headers of a browser's `poll`, `send` or `EventSource`, for a request of this client."""
    return _given(name, port)


@asynccontextmanager
async def websocket(port: int, *, compression: bool) -> AsyncIterator[ClientConnection]:
    """A WebSocket connection whose handshake has a browser's headers."""
    options: dict[str, Any] = {"compression": "deflate" if compression else None}
    async with open_websocket(
        f"ws://127.0.0.1:{port}/",
        additional_headers=_given("WebSocket", port),
        user_agent_header=None,
        ping_interval=None,
        proxy=None,
        **options,
    ) as connection:
        yield connection
