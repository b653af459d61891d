"""The Caddyfile of docs/deploy/index.md, loaded into Caddy and used."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.deploy.clients import answers, refusal
from tests.deploy.stack import ECHO, PATIENCE, Proxy, caddy_of_its_page, echo, refusing


def test_messages_pass_and_the_server_learns_the_clients_address(tmp_path: Path) -> None:
    claim = {"X-Forwarded-For": "203.0.113.9"}
    with echo() as server:
        with (
            caddy_of_its_page(tmp_path, server.port) as (proxy, _),
            proxy.connect(source="127.0.0.2", additional_headers=claim) as client,
        ):
            client.send(b"\x00\xff" * 50_000)
            assert client.recv(PATIENCE) == b"\x00\xff" * 50_000
        (entry,) = server.stop()
    assert entry["client"] == "127.0.0.2"


def test_silence_outlasts_even_its_idle_timeout(tmp_path: Path) -> None:
    """That one is for connections between two requests."""
    idle = "\tservers {\n\t\ttimeouts {\n\t\t\tidle 1s\n\t\t}\n\t}\n"
    with (
        echo("--ping-interval", "0") as server,
        caddy_of_its_page(tmp_path, server.port, options=idle) as (proxy, _),
        proxy.connect(ping_interval=None) as client,
    ):
        with pytest.raises(TimeoutError):
            client.recv(2.5)
        assert answers(client)


def reload(folder: Path, proxy: Proxy, admin: int) -> None:
    """Change the configuration and have it read."""
    text = (folder / "Caddyfile").read_text("utf-8")
    changed = text.replace("\treverse_proxy", "\theader X-Reloaded yes\n\treverse_proxy")
    answer = httpx.post(
        f"http://127.0.0.1:{admin}/load",
        content=changed,
        headers={"Content-Type": "text/caddyfile"},
        trust_env=False,
        timeout=PATIENCE,
    )
    assert answer.status_code == 200, answer.text
    assert "X-Reloaded" in proxy.get(ECHO, "/readyz").headers


def test_a_reload_closes_connections(tmp_path: Path) -> None:
    with (
        echo() as server,
        caddy_of_its_page(tmp_path, server.port) as (proxy, admin),
        proxy.connect() as old,
    ):
        assert answers(old)
        reload(tmp_path, proxy, admin)
        with pytest.raises(ConnectionClosed) as closed:
            old.recv(PATIENCE)
        assert closed.value.rcvd is not None
        # Caddy 2.6.2 sends the server a close frame without a mask; the answer may be faster.
        assert closed.value.rcvd.code in (1001, 1002)


def test_more_than_the_server_may_have_is_refused(tmp_path: Path) -> None:
    few = {"unhealthy_request_count 10000": "unhealthy_request_count 2"}
    with (
        echo() as server,
        caddy_of_its_page(tmp_path, server.port, few) as (proxy, _),
        ExitStack() as clients,
    ):
        for _ in range(2):
            assert answers(clients.enter_context(proxy.connect()))
        assert refusal(proxy) == 503


def test_a_server_that_is_not_there_is_a_bad_gateway(tmp_path: Path) -> None:
    with refusing() as port, caddy_of_its_page(tmp_path, port) as (proxy, _):
        assert refusal(proxy) == 502
