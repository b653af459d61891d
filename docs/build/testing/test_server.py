"""The real server on a free port, in this process, and real clients: no sleeps, no mocks."""

# --8<-- [start:setup]
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from server import Chat, serving
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

# Long enough for any machine, and nobody waits for it when all is well.
soon = partial(asyncio.wait_for, timeout=30)


@pytest.fixture
async def chat() -> AsyncIterator[tuple[Chat, str]]:
    async with serving() as made:
        yield made


async def heard(websocket: ClientConnection) -> Any:
    return json.loads(await soon(websocket.recv()))


@asynccontextmanager
async def joined(address: str, name: str, **options: Any) -> AsyncIterator[ClientConnection]:
    async with connect(f"ws://{address}/ws/{name}", **options) as websocket:
        assert "here" in await heard(websocket)  # connected is not yet registered
        yield websocket


# --8<-- [end:setup]


# --8<-- [start:tests]
async def test_everyone_hears_everyone_in_one_order(chat: tuple[Chat, str]) -> None:
    _, address = chat
    async with joined(address, "ada") as ada, joined(address, "bob") as bob:
        await asyncio.gather(ada.send('{"say": "hi"}'), bob.send('{"say": "ho"}'))
        assert [await heard(ada), await heard(ada)] == [await heard(bob), await heard(bob)]


@pytest.mark.parametrize(("text", "code"), [("hello", 1008), (b"\x00", 1008), ("x" * 4097, 1009)])
async def test_who_breaks_the_rules_goes_alone(
    chat: tuple[Chat, str], text: str | bytes, code: int
) -> None:
    _, address = chat
    async with joined(address, "ada") as ada, joined(address, "mallory") as mallory:
        await mallory.send(text)
        with pytest.raises(ConnectionClosed) as end:
            await soon(mallory.recv())
        assert end.value.rcvd and end.value.rcvd.code == code
        await ada.send('{"say": "still here"}')
        assert (await heard(ada))["say"] == "still here"


async def test_who_reads_nothing_is_cut_and_delays_nobody(chat: tuple[Chat, str]) -> None:
    room, address = chat
    plain = {"compression": None, "close_timeout": 0.1}
    async with joined(address, "ada", **plain) as ada, joined(address, "sloth", **plain):
        sent = 0
        while len(room.present) == 2:  # until what the network holds is full
            text = f"{sent:<100000}"
            room.tell(text)
            assert await soon(ada.recv()) == text
            sent += 1
        assert sent > 10


# --8<-- [end:tests]
