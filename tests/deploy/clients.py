"""What the tests of the proxies ask of a connection through one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.deploy.stack import PATIENCE, Proxy

# Seconds in which a time-out of one second has passed.
LONGER = 2.5


def with_a_timeout(use: Callable[[int], None]) -> None:
    """Use a proxy whose time-out is one second, or six where a busy machine stood still for one."""
    with suppress(ConnectionClosed, InvalidHandshake, OSError):
        use(1)
        return
    use(6)


def outlasts(client: ClientConnection, seconds: int) -> None:
    """Hear nothing for longer than a time-out of so many seconds; the connection stays."""
    with pytest.raises(TimeoutError):
        client.recv(LONGER * seconds)
    assert answers(client)


def outlasts_sending(client: ClientConnection, seconds: int) -> None:
    """Send what nothing answers for longer than a time-out of so many seconds."""
    for _ in range(6 * seconds):
        client.send("not answered")
        with pytest.raises(TimeoutError):
            client.recv(LONGER / 6)


def answers(client: ClientConnection) -> bool:
    """Whether a message comes back."""
    client.send("still there?")
    return client.recv(PATIENCE) == "still there?"


def refusal(proxy: Proxy) -> int:
    """The status that a handshake is refused with."""
    with pytest.raises(InvalidStatus) as refused:
        proxy.connect()
    return refused.value.response.status_code


def ended_without_a_close_frame(client: ClientConnection) -> bool:
    """Whether the connection ends, and as a browser reports with 1006."""
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(PATIENCE)
    return closed.value.rcvd is None
