"""Behaviors over TLS, whose transport buffers, pauses and resets in its own way."""

from __future__ import annotations

import random
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from websockets.asyncio.client import connect

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.echo.soak import OPTIONS
from tests.echo.visits import VISITS, Visit

_authority = trustme.CA()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    cert: Path = tmp_path_factory.mktemp("tls") / "cert.pem"
    cert.write_bytes(_authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.bytes())
    with BackgroundServer(Settings(port=0, cert=str(cert))) as server:
        yield f"wss://127.0.0.1:{server.port}"


@pytest.mark.parametrize("visit", VISITS)
async def test_over_tls(address: str, visit: Visit) -> None:
    context = ssl.create_default_context()
    _authority.configure_trust(context)

    def opened(path: str) -> connect:
        return connect(address + path, ssl=context, **OPTIONS)

    await visit(opened, random.Random(1))
