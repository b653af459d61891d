"""The haproxy.cfg of docs/deploy/index.md, loaded into HAProxy and used."""

from __future__ import annotations

import os
import re
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
from tests.deploy.stack import ECHO, PATIENCE, Proxy, echo, haproxy, refusing


def tunnel(seconds: int) -> dict[str, str]:
    return {"timeout tunnel 60s": f"timeout tunnel {seconds}s"}


def logged(folder: Path, proxy: Proxy, part: str) -> str:
    """The line of the log that holds ``part``; it comes when both ends are closed."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        for line in (folder / "log").read_text().splitlines():
            if part in line:
                return line
        proxy.get(ECHO, "/")
    raise AssertionError((folder / "log").read_text())


def test_messages_pass_and_the_server_learns_the_clients_address(tmp_path: Path) -> None:
    claim = {"X-Forwarded-For": "203.0.113.9"}
    with echo() as server:
        with (
            haproxy(tmp_path, server.port) as (proxy, _),
            proxy.connect(source="127.0.0.2", additional_headers=claim) as client,
        ):
            client.send(b"\x00\xff" * 50_000)
            assert client.recv(PATIENCE) == b"\x00\xff" * 50_000
        (entry,) = server.stop()
    assert entry["client"] == "127.0.0.2"


def test_silence_ends_at_the_tunnel_timeout_as_the_log_says(tmp_path: Path) -> None:
    with (
        echo("--ping-interval", "0") as server,
        haproxy(tmp_path, server.port, tunnel(1)) as (proxy, _),
        proxy.connect(ping_interval=None) as client,
    ):
        assert ended_without_a_close_frame(client)
        # Which end was waited for, and that data could pass.
        assert re.search(r" 101 .* [cs]D-- ", logged(tmp_path, proxy, " 101 "))


def test_without_it_the_client_timeout_counts(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        unset = {"    timeout tunnel 60s\n": "", "timeout client 30s": f"timeout client {seconds}s"}
        with (
            echo("--ping-interval", "0") as server,
            haproxy(tmp_path, server.port, unset) as (proxy, _),
            proxy.connect(ping_interval=None) as client,
        ):
            assert ended_without_a_close_frame(client)

    # It is the client's for the handshake too.
    with_a_timeout(use)


def test_the_tunnel_timeout_replaces_shorter_ones(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        others = {f"timeout {end} 30s": f"timeout {end} {seconds}s" for end in ("client", "server")}
        with (
            echo("--ping-interval", "0") as server,
            haproxy(tmp_path, server.port, others) as (proxy, _),
            proxy.connect(ping_interval=None) as client,
        ):
            outlasts(client, seconds)

    with_a_timeout(use)


def test_pings_of_the_server_outlast_it(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", "0.3") as server,
            haproxy(tmp_path, server.port, tunnel(seconds)) as (proxy, _),
            proxy.connect(ping_interval=None) as client,
        ):
            outlasts(client, seconds)

    with_a_timeout(use)


def test_messages_of_the_client_alone_outlast_it(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", "0") as server,
            haproxy(tmp_path, server.port, tunnel(seconds)) as (proxy, _),
            proxy.connect("/silent", ping_interval=None, close_timeout=0) as client,
        ):
            outlasts_sending(client, seconds)

    with_a_timeout(use)


def reload(folder: Path, proxy: Proxy, master: int) -> None:
    """Change the configuration and have it read; return when the new process serves."""
    file = folder / "haproxy.cfg"
    marked = file.read_text("utf-8").replace(
        "    default_backend", "    http-response set-header X-Reloaded yes\n    default_backend"
    )
    file.write_text(marked, "utf-8")
    for attempt in range(1000):
        # A master that is busy starting its first process does not hear the first one.
        if attempt % 50 == 0:
            os.kill(master, signal.SIGUSR2)
        if "X-Reloaded" in proxy.get(ECHO, "/readyz").headers:
            return
    raise AssertionError((folder / "log").read_text()[-2000:])


MANY = {"gt 70": "gt 10000"}


def test_a_reload_keeps_connections(tmp_path: Path) -> None:
    with (
        echo() as server,
        haproxy(tmp_path, server.port, MANY) as (proxy, master),
        proxy.connect() as old,
    ):
        reload(tmp_path, proxy, master)
        with proxy.connect() as new:
            assert answers(new)
            assert answers(old)


def test_a_reload_ends_them_after_hard_stop_after(tmp_path: Path) -> None:
    short = {**MANY, "hard-stop-after 1h": "hard-stop-after 1s"}
    with (
        echo() as server,
        haproxy(tmp_path, server.port, short) as (proxy, master),
        proxy.connect() as old,
    ):
        assert answers(old)
        reload(tmp_path, proxy, master)
        assert ended_without_a_close_frame(old)


def test_one_address_has_so_many_connections(tmp_path: Path) -> None:
    with (
        echo() as server,
        haproxy(tmp_path, server.port, {"gt 50": "gt 2"}) as (proxy, _),
        ExitStack() as clients,
    ):
        for _ in range(2):
            clients.enter_context(proxy.connect())
        assert refusal(proxy) == 429
        assert answers(clients.enter_context(proxy.connect(source="127.0.0.2")))


def test_one_address_shakes_hands_so_often(tmp_path: Path) -> None:
    with echo() as server, haproxy(tmp_path, server.port, {"gt 70": "gt 3"}) as (proxy, _):
        for _ in range(3):
            with proxy.connect() as client:
                assert answers(client)
        assert refusal(proxy) == 429


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with refusing() as port, haproxy(tmp_path, port) as (proxy, _):
        assert refusal(proxy) == 503
        assert " SC-- " in logged(tmp_path, proxy, " 503 ")
