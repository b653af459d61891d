"""The configuration of /deploy/nginx/, loaded into nginx and used."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

from tests.deploy.clients import (
    answers,
    ended_without_a_close_frame,
    outlasts,
    outlasts_sending,
    refusal,
    with_a_timeout,
)
from tests.deploy.stack import ECHO, PATIENCE, Proxy, echo, nginx_of_its_page, refusing

UPGRADE = "            proxy_set_header Upgrade $http_upgrade;\n"


def read_timeout(seconds: int) -> dict[str, str]:
    return {"proxy_read_timeout 60s": f"proxy_read_timeout {seconds}s"}


def test_messages_pass_and_the_server_learns_the_clients_address(tmp_path: Path) -> None:
    claim = {"X-Forwarded-For": "203.0.113.9"}
    with echo() as server:
        with (
            nginx_of_its_page(tmp_path, server.port) as proxy,
            proxy.connect(source="127.0.0.2", additional_headers=claim) as client,
        ):
            client.send(b"\x00\xff" * 50_000)
            assert client.recv(PATIENCE) == b"\x00\xff" * 50_000
        (entry,) = server.stop()
    assert entry["client"] == "127.0.0.2"


def test_silence_ends_at_the_read_timeout_as_the_log_says(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", "0") as server,
            nginx_of_its_page(tmp_path, server.port, read_timeout(seconds)) as proxy,
            proxy.connect(ping_interval=None) as client,
        ):
            assert ended_without_a_close_frame(client)

    # It is the server's for the handshake too.
    with_a_timeout(use)
    log = (tmp_path / "log").read_text()
    message = "upstream timed out (110: Connection timed out) while proxying upgraded connection"
    assert message in log


def test_pings_of_the_server_outlast_the_read_timeout(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", "0.3") as server,
            nginx_of_its_page(tmp_path, server.port, read_timeout(seconds)) as proxy,
            proxy.connect(ping_interval=None) as client,
        ):
            outlasts(client, seconds)

    with_a_timeout(use)


def test_messages_of_the_client_alone_outlast_the_read_timeout(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", "0") as server,
            nginx_of_its_page(tmp_path, server.port, read_timeout(seconds)) as proxy,
            proxy.connect("/silent", ping_interval=None, close_timeout=0) as client,
        ):
            outlasts_sending(client, seconds)

    with_a_timeout(use)


def reload(folder: Path, proxy: Proxy) -> None:
    """Change the configuration and have it read; return when new workers serve."""
    file = folder / "main.conf"
    name = f"server_name {ECHO};"
    changed = file.read_text("utf-8").replace(name, f"{name}\nadd_header X-Reloaded yes always;")
    file.write_text(changed, "utf-8")
    os.kill(int((folder / "nginx.pid").read_text()), signal.SIGHUP)
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if "X-Reloaded" in proxy.get(ECHO, "/readyz").headers:
            return
    raise AssertionError((folder / "log").read_text())


MANY = {"rate=5r/s": "rate=1000r/s"}


def test_a_reload_keeps_connections(tmp_path: Path) -> None:
    with (
        echo() as server,
        nginx_of_its_page(tmp_path, server.port, MANY) as proxy,
        proxy.connect() as old,
    ):
        reload(tmp_path, proxy)
        with proxy.connect() as new:
            assert answers(new)
            assert answers(old)


def test_a_reload_ends_them_at_the_shutdown_timeout(tmp_path: Path) -> None:
    short = {**MANY, "worker_shutdown_timeout 1h": "worker_shutdown_timeout 1s"}
    with (
        echo() as server,
        nginx_of_its_page(tmp_path, server.port, short) as proxy,
        proxy.connect() as old,
    ):
        assert answers(old)
        reload(tmp_path, proxy)
        assert ended_without_a_close_frame(old)


def test_one_address_has_so_many_connections(tmp_path: Path) -> None:
    with (
        echo() as server,
        nginx_of_its_page(
            tmp_path, server.port, {"limit_conn open 50": "limit_conn open 2"}
        ) as proxy,
        ExitStack() as clients,
    ):
        for _ in range(2):
            clients.enter_context(proxy.connect())
        assert refusal(proxy) == 429
        assert 'limiting connections by zone "open"' in (tmp_path / "log").read_text()
        assert answers(clients.enter_context(proxy.connect(source="127.0.0.2")))


def test_one_address_shakes_hands_so_often(tmp_path: Path) -> None:
    few = {"rate=5r/s": "rate=1r/m", "burst=20": "burst=2"}
    with echo() as server, nginx_of_its_page(tmp_path, server.port, few) as proxy:
        for _ in range(3):
            with proxy.connect() as client:
                assert answers(client)
        assert refusal(proxy) == 429
        assert "limiting requests" in (tmp_path / "log").read_text()


def test_without_the_upgrade_header_the_server_refuses(tmp_path: Path) -> None:
    with echo() as server, nginx_of_its_page(tmp_path, server.port, {UPGRADE: ""}) as proxy:
        assert refusal(proxy) == 426


def test_a_server_that_is_not_there_is_a_bad_gateway(tmp_path: Path) -> None:
    with refusing() as port, nginx_of_its_page(tmp_path, port) as proxy:
        assert refusal(proxy) == 502
        log = (tmp_path / "log").read_text()
    assert "connect() failed (111: Connection refused) while connecting to upstream" in log
