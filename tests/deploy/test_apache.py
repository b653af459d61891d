"""What the table of /deploy/ says was seen with Apache httpd."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.deploy.clients import (
    ended_without_a_close_frame,
    outlasts,
    outlasts_sending,
    with_a_timeout,
)
from tests.deploy.programs import need
from tests.deploy.stack import echo, running
from tests.samples.programs import free_port

MODULES = Path("/usr/lib/apache2/modules")


@contextmanager
def apache(folder: Path, echo_port: int, timeout: str) -> Iterator[str]:
    """Run Apache with one of its time-outs set; yield the address of the echo server behind it."""
    program, port = need("apache2"), free_port()
    loaded = "".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "proxy", "proxy_http")
    )
    (folder / "httpd.conf").write_text(
        f"ServerRoot {folder}\nServerName localhost\nPidFile {folder}/pid\n{loaded}"
        f"ErrorLog {folder}/errors\nUser www-data\nGroup www-data\n"
        f"Listen 127.0.0.1:{port}\n{timeout}\n"
        f'ProxyPass "/" "http://127.0.0.1:{echo_port}/" upgrade=websocket\n',
        "utf-8",
    )
    command = [program, "-f", str(folder / "httpd.conf"), "-D", "FOREGROUND"]
    with running(command, port, folder / "log"):
        yield f"ws://127.0.0.1:{port}"


def test_silence_ends_at_timeout(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", "0") as server,
            apache(tmp_path, server.port, f"TimeOut {seconds}") as address,
            connect(address, ping_interval=None, proxy=None) as client,
        ):
            assert ended_without_a_close_frame(client)

    # It is both ends' for the handshake too.
    with_a_timeout(use)


def test_proxy_timeout_does_not_end_silence(tmp_path: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", "0") as server,
            apache(tmp_path, server.port, f"ProxyTimeout {seconds}") as address,
            connect(address, ping_interval=None, proxy=None) as client,
        ):
            outlasts(client, seconds)

    # It is the server's for the handshake.
    with_a_timeout(use)


@pytest.mark.parametrize(("ping", "path"), [("0.3", "/"), ("0", "/silent")])
def test_data_of_either_end_outlasts_it(tmp_path: Path, ping: str, path: str) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", ping) as server,
            apache(tmp_path, server.port, f"TimeOut {seconds}") as address,
            connect(address + path, ping_interval=None, close_timeout=0, proxy=None) as client,
        ):
            (outlasts_sending if path == "/silent" else outlasts)(client, seconds)

    with_a_timeout(use)
