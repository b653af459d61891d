"""What the tests of the proxies ask of a connection through one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.deploy.stack import PATIENCE, Proxy


def with_a_timeout(use: Callable[[int], None]) -> None:
    """Use a proxy whose time-out is one second, or six where a busy machine stood still for one."""
    with suppress(ConnectionClosed, InvalidHandshake, OSError):
        use(1)
        return
    use(6)


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
