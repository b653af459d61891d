"""A soak of seconds, so that the ten minutes of `make soak` are known to work."""

from __future__ import annotations

from tests.echo.soak import run


async def test_clients_come_and_go() -> None:
    found = await run(clients=40, seconds=4)
    assert found["messages"]
    assert found["visits"]
