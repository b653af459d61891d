"""What one worker tells of the others."""

from __future__ import annotations

import asyncio

from echo_demo.behaviours.catalog import registry
from echo_demo.connection import Connection
from echo_demo.metrics import Metrics, shared_memory
from echo_demo.settings import Settings
from echo_demo.shared import Shared
from tests.echo.plain import number

MESSAGES = 'echo_messages_total{direction="in"}'


async def test_a_connection_that_ends_counts_once_for_another_worker() -> None:
    memory = shared_memory(2)
    busy, asked = Metrics(memory, 0), Metrics(memory, 1)
    settings = Settings()
    loop = asyncio.get_running_loop()
    connection = Connection(Shared(settings, loop, registry(settings), metrics=busy))
    connection.traffic.messages_in = 5
    busy.publish([connection])
    assert number(asked.text(), MESSAGES) == 5
    busy.closed(connection, 1000, "client")
    assert number(asked.text(), MESSAGES) == 5
    assert number(asked.text(), 'echo_closes_total{by="client",code="1000"}') == 1
    busy.publish([])
    assert number(asked.text(), MESSAGES) == 5
    assert number(asked.text(), "echo_connections") == 0


async def test_a_worker_that_takes_the_place_of_another_goes_on_counting() -> None:
    memory = shared_memory(1)
    settings = Settings()
    loop = asyncio.get_running_loop()
    for count in (5, 10):
        metrics = Metrics(memory, 0)
        assert number(metrics.text(), "echo_connections") == 0
        connection = Connection(Shared(settings, loop, registry(settings), metrics=metrics))
        connection.traffic.messages_in = 5
        metrics.publish([connection])
        assert number(metrics.text(), MESSAGES) == count
        assert number(metrics.text(), "echo_connections") == 1
