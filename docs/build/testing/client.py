"""Follow a room, and come back after each loss."""

# --8<-- [start:client]
import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException


async def follow(
    url: str,
    receive: Callable[[str | bytes], None],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    uniform: Callable[[float, float], float] = random.uniform,
    **options: Any,
) -> None:
    """Hand every message to ``receive``; return when the server closes with 1000."""
    attempt = 0
    while True:
        try:
            async with connect(url, **options) as websocket:
                async for message in websocket:
                    attempt = 0
                    receive(message)
            if websocket.close_code == 1000:
                return
        except (OSError, WebSocketException):
            pass  # refused, lost, or no pong in time
        attempt += 1
        await sleep(uniform(0, min(2**attempt, 60)))


# --8<-- [end:client]
