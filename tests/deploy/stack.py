"""Runs the files of docs/deploy/ in the real proxies, before a real echo server."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import trustme
from websockets.sync.client import ClientConnection, connect

from tests.deploy.programs import need
from tests.samples.programs import free_port
from tests.site import ROOT
from tests.tls import for_threads

FILES = ROOT / "docs" / "deploy" / "self-host"
NGINX_PAGE = ROOT / "docs" / "deploy" / "nginx" / "nginx.conf"
HAPROXY = ROOT / "docs" / "deploy" / "haproxy.cfg"
CADDY = ROOT / "docs" / "deploy" / "Caddyfile"
SITE, ECHO = "example.org", "echo.example.org"
# Seconds that a program may take to do what it is asked.
PATIENCE = 20


@contextmanager
def refusing() -> Iterator[int]:
    """A port at which nothing listens, and which nobody else gets."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


class Echo:
    """The echo server as the page runs it: believing this machine's proxies, and logging."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "echo_demo", "--port", "0", "--log", "on"]
        self.process = subprocess.Popen(
            [*command, "--trusted-proxies", "127.0.0.1", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        found = re.search(r":(\d+)/", self.process.stdout.readline())
        assert found is not None
        self.port = int(found[1])

    def stop(self) -> list[dict[str, Any]]:
        """Ask it to end; return what it logged of each connection."""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0
        return [json.loads(line) for line in log.splitlines()]


@contextmanager
def echo(*arguments: str) -> Iterator[Echo]:
    """Run an echo server until the block ends."""
    server = Echo(*arguments)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.communicate()


@dataclass
class Proxy:
    """A running proxy with both host names on one port, and an authority that clients trust."""

    port: int
    context: ssl.SSLContext
    plain_port: int

    def connect(
        self, path: str = "/", source: str = "127.0.0.1", **options: Any
    ) -> ClientConnection:
        """Open a WebSocket connection to the echo server's name, from a loopback address."""
        address = f"wss://{ECHO}:{self.port}{path}"
        sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE, (source, 0))
        client: ClientConnection = connect(address, sock=sock, ssl=self.context, **options)
        return client

    def get(self, host: str, path: str, **headers: str) -> httpx.Response:
        """Ask for something as a browser would that knows where the host is."""
        address = f"https://127.0.0.1:{self.port}{path}"
        with httpx.Client(verify=self.context, trust_env=False, timeout=PATIENCE) as client:
            request = client.build_request("GET", address, headers={"Host": host, **headers})
            request.extensions["sni_hostname"] = host
            return client.send(request)


def _replace(text: str, replacements: Mapping[str, str]) -> str:
    """Put in what the test has in place of what a server has; each must be there."""
    for old, new in replacements.items():
        assert old in text, f"the file no longer holds {old!r}"
        text = text.replace(old, new)
    return text


def _certificate(folder: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    issued = authority.issue_cert(SITE, ECHO)
    (folder / "chain.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    context = for_threads(ssl.create_default_context())
    authority.configure_trust(context)
    return context


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except ConnectionRefusedError:
        return False
    return True


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a proxy in the foreground until the block ends; the block begins when it listens."""
    with log.open("w+") as output:
        process = subprocess.Popen(
            command,
            # Where Caddy keeps its own.
            env={**os.environ, "HOME": str(log.parent)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            # A proxy says nothing when it begins to listen; but one that ends says why.
            while not _listens(port):
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.02)
                    raise AssertionError(log.read_text())
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextmanager
def nginx(
    folder: Path,
    site: Path,
    echo_port: int,
    *,
    race_port: int = 9,
    read_timeout: str = "60s",
    upstream: str = "",
) -> Iterator[Proxy]:
    """Load nginx.conf into nginx.

    Args:
        folder: where to keep what it writes.
        site: the built site.
        echo_port: where the echo server listens on this machine.
        race_port: where the race does.
        read_timeout: what stands for proxy_read_timeout.
        upstream: an upstream block named echo, to be used in place of ``echo_port``.
    """
    proxy = Proxy(free_port(), _certificate(folder), free_port())
    shown = _replace(
        (FILES / "nginx.conf").read_text("utf-8"),
        {
            "listen 443": f"listen 127.0.0.1:{proxy.port}",
            "listen 80": f"listen 127.0.0.1:{proxy.plain_port}",
            "/etc/letsencrypt/live/example.org/fullchain.pem": f"{folder}/chain.pem",
            "/etc/letsencrypt/live/example.org/privkey.pem": f"{folder}/key.pem",
            "/srv/websocket-reference/site": str(site),
            "/srv/websocket-reference/docs": str(ROOT / "docs"),
            "127.0.0.1:8770": f"127.0.0.1:{race_port}",
            "127.0.0.1:8765": "echo" if upstream else f"127.0.0.1:{echo_port}",
            "proxy_read_timeout 60s": f"proxy_read_timeout {read_timeout}",
        },
    )
    (folder / "main.conf").write_text(
        # A worker as root may read the folder of the test.
        f"user root;\npid {folder}/nginx.pid;\nevents {{}}\n"
        f"http {{\n{_nginx_writes_to(folder)}include /etc/nginx/mime.types;\n{upstream}{shown}}}\n",
        "utf-8",
    )
    with running_nginx(folder, proxy):
        yield proxy


def _nginx_writes_to(folder: Path) -> str:
    """What sends to a folder what nginx writes; belongs into the http block."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    return f"access_log off;\n{paths}"


@contextmanager
def running_nginx(folder: Path, proxy: Proxy) -> Iterator[None]:
    """Run nginx with the folder's main.conf; its errors go to the file named log there."""
    options = ["-g", "daemon off; error_log stderr info;"]
    command = [need("nginx"), "-p", str(folder), "-c", str(folder / "main.conf"), *options]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    with running(command, proxy.port, folder / "log"):
        yield


@contextmanager
def plain_nginx(folder: Path, server: str, http: str = "") -> Iterator[int]:
    """Run nginx without TLS until the block ends; gives its port.

    Args:
        folder: where to keep what it writes.
        server: what stands in its only server.
        http: what stands beside that.
    """
    port = free_port()
    (folder / "main.conf").write_text(
        f"user root;\npid {folder}/nginx.pid;\nevents {{}}\n"
        f"http {{\n{_nginx_writes_to(folder)}{http}\n"
        f"server {{\nlisten 127.0.0.1:{port};\n{server}\n}}\n}}\n",
        "utf-8",
    )
    with running_nginx(folder, Proxy(port, ssl.create_default_context(), port)):
        yield port


@contextmanager
def nginx_of_its_page(
    folder: Path, echo_port: int, replacements: Mapping[str, str] | None = None
) -> Iterator[Proxy]:
    """Load the nginx.conf of docs/deploy/nginx/, with other values where a test needs them."""
    proxy = Proxy(free_port(), _certificate(folder), 0)
    usual = {
        "user www-data": "user root",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "worker_processes auto": "worker_processes 1",
        "http {\n": "http {\n" + _nginx_writes_to(folder),
        "listen 443": f"listen 127.0.0.1:{proxy.port}",
        "/etc/letsencrypt/live/example.org/fullchain.pem": f"{folder}/chain.pem",
        "/etc/letsencrypt/live/example.org/privkey.pem": f"{folder}/key.pem",
        "127.0.0.1:8765": f"127.0.0.1:{echo_port}",
    }
    shown = _replace(NGINX_PAGE.read_text("utf-8"), {**usual, **(replacements or {})})
    (folder / "main.conf").write_text(shown, "utf-8")
    with running_nginx(folder, proxy):
        yield proxy


@contextmanager
def caddy(folder: Path, site: Path, echo_port: int, *, race_port: int = 9) -> Iterator[Proxy]:
    """Load the Caddyfile into Caddy, with the test's own certificate in place of a public one."""
    program, context = need("caddy"), _certificate(folder)
    proxy = Proxy(free_port(), context, free_port())
    tls = f"\ttls {folder}/chain.pem {folder}/key.pem\n"
    shown = _replace(
        (FILES / "Caddyfile").read_text("utf-8"),
        {
            f"\n{ECHO} {{\n": f"\nhttps://{ECHO}:{proxy.port} {{\n{tls}",
            f"\n{SITE} {{\n": f"\nhttps://{SITE}:{proxy.port} {{\n{tls}",
            "/srv/websocket-reference/site": str(site),
            "/srv/websocket-reference/docs": str(ROOT / "docs"),
            "127.0.0.1:8770": f"127.0.0.1:{race_port}",
            "127.0.0.1:8765": f"127.0.0.1:{echo_port}",
        },
    )
    options = f"{{\n\tadmin off\n\thttp_port {proxy.plain_port}\n}}\n"
    (folder / "Caddyfile").write_text(options + shown, "utf-8")
    command = [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with running(command, proxy.port, folder / "log"):
        yield proxy


@contextmanager
def haproxy(
    folder: Path, echo_port: int, replacements: Mapping[str, str] | None = None
) -> Iterator[tuple[Proxy, int]]:
    """Load the haproxy.cfg of docs/deploy/; yields the process that is told to reload too."""
    proxy = Proxy(free_port(), _certificate(folder), 0)
    (folder / "both.pem").write_bytes(
        (folder / "chain.pem").read_bytes() + (folder / "key.pem").read_bytes()
    )
    usual = {
        # Two files a connection may be more than this machine allows.
        "maxconn 20000": "maxconn 200",
        "bind :443": f"bind 127.0.0.1:{proxy.port}",
        "/etc/haproxy/echo.example.org.pem": f"{folder}/both.pem",
        "127.0.0.1:8765": f"127.0.0.1:{echo_port}",
    }
    shown = _replace(HAPROXY.read_text("utf-8"), {**usual, **(replacements or {})})
    file = folder / "haproxy.cfg"
    file.write_text(shown, "utf-8")
    checked = subprocess.run(
        [need("haproxy"), "-c", "-f", str(file)], capture_output=True, text=True
    )
    assert (checked.returncode, "WARNING" in checked.stderr) == (0, False), checked.stderr
    command = [need("haproxy"), "-W", "-f", str(file)]
    with running(command, proxy.port, folder / "log") as process:
        yield proxy, process.pid


@contextmanager
def caddy_of_its_page(
    folder: Path,
    echo_port: int,
    replacements: Mapping[str, str] | None = None,
    options: str = "",
) -> Iterator[tuple[Proxy, int]]:
    """Load the Caddyfile of docs/deploy/; yields the port of its administration too.

    Args:
        folder: where to keep what it writes.
        echo_port: where the echo server listens on this machine.
        replacements: what the test has in place of what the file has.
        options: further global options.
    """
    proxy, admin = Proxy(free_port(), _certificate(folder), free_port()), free_port()
    options = f"{{\n\tadmin 127.0.0.1:{admin}\n\thttp_port {proxy.plain_port}\n{options}}}\n"
    usual = {
        f"\n{ECHO} {{\n": f"\nhttps://{ECHO}:{proxy.port} {{\n"
        f"\ttls {folder}/chain.pem {folder}/key.pem\n",
        "127.0.0.1:8765": f"127.0.0.1:{echo_port}",
    }
    shown = _replace(CADDY.read_text("utf-8"), {**usual, **(replacements or {})})
    (folder / "Caddyfile").write_text(options + shown, "utf-8")
    command = [need("caddy"), "run", "--adapter", "caddyfile"]
    with running([*command, "--config", str(folder / "Caddyfile")], proxy.port, folder / "log"):
        yield proxy, admin
