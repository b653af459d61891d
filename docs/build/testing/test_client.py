"""The client against a server that is there, gone, mute or late; its pauses take no time."""

# --8<-- [start:clock]
import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
from client import follow
from line import Line, line
from server import Chat, serving

soon = partial(asyncio.wait_for, timeout=30)


class Clock:
    """Time for the client: it notes each pause and lets it pass at once."""

    def __init__(self) -> None:
        self.pauses: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self.pauses.put_nowait(seconds)
        await asyncio.sleep(0)


async def test_pauses_double_up_to_a_minute() -> None:
    clock = Clock()
    async with line("127.0.0.1:1") as nowhere:  # it accepts, and resets
        url = f"ws://{nowhere.address}/"
        task = asyncio.create_task(
            follow(url, print, sleep=clock.sleep, uniform=lambda _low, high: high)
        )
        pauses = [await soon(clock.pauses.get()) for _ in range(7)]
        task.cancel()
    assert pauses == [2, 4, 8, 16, 32, 60, 60]


# --8<-- [end:clock]


# --8<-- [start:faults]
Stage = tuple[Chat, Line, asyncio.Queue[str | bytes], Clock]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A room, a line to it, and a client at the other end whose messages come out of a queue."""
    messages: asyncio.Queue[str | bytes] = asyncio.Queue()
    clock = Clock()
    async with serving() as (chat, address), line(address) as bad:
        task = asyncio.create_task(
            follow(
                f"ws://{bad.address}/ws/ada",
                messages.put_nowait,
                sleep=clock.sleep,
                ping_interval=0.2,
                ping_timeout=0.5,
                close_timeout=0.5,
            )
        )
        assert "here" in str(await soon(messages.get()))
        yield chat, bad, messages, clock
        task.cancel()


async def test_it_comes_back_after_a_cut(stage: Stage) -> None:
    chat, bad, messages, clock = stage
    bad.cut()
    assert "here" in str(await soon(messages.get()))
    chat.tell("after")
    assert await soon(messages.get()) == "after"
    assert 0 <= await soon(clock.pauses.get()) <= 2


async def test_it_notices_a_line_that_is_mute(stage: Stage) -> None:
    _, bad, messages, clock = stage
    bad.flowing.clear()
    await soon(clock.pauses.get())  # the heartbeat found out
    bad.flowing.set()
    assert "here" in str(await soon(messages.get()))


# --8<-- [end:faults]
