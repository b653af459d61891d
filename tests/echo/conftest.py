"""Servers that the tests of the echo server share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.echo.raw import RawClient


@pytest.fixture(scope="package")
def server() -> Iterator[BackgroundServer]:
    """A server with its default settings, shared by tests that open connections of their own."""
    with BackgroundServer(Settings(port=0)) as shared:
        yield shared


@pytest.fixture
def client(server: BackgroundServer) -> Iterator[RawClient]:
    """A connection to that server, on which nothing is sent yet."""
    with RawClient(server) as connected:
        yield connected
