"""The proxy configurations of /deploy/self-host/, loaded into nginx and Caddy and used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from echo_demo.metrics import CAUSES
from tests.deploy.clients import with_a_timeout
from tests.deploy.stack import ECHO, FILES, PATIENCE, SITE, Proxy, caddy, echo, nginx
from tests.site import HEADERS, ROOT

Stack = Callable[[Path, Path, int], AbstractContextManager[Proxy]]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built site, as far as a proxy is concerned."""
    folder = tmp_path_factory.mktemp("site")
    # The workers of nginx that root starts run as another user.
    folder.chmod(0o755)
    (folder / "index.html").write_text("<title>The site</title>" + "text " * 2000)
    (folder / "404.html").write_text("<title>Not here</title>")
    (folder / "main.js").write_text("export {};" * 500)
    return folder


@pytest.fixture(params=[nginx, caddy])
def stack(request: pytest.FixtureRequest) -> Stack:
    program: Stack = request.param
    return program


def test_messages_pass_and_the_log_has_the_clients_address(
    stack: Stack, tmp_path: Path, pages: Path
) -> None:
    with echo() as server:
        with stack(tmp_path, pages, server.port) as proxy:
            spoofed = {"X-Forwarded-For": "203.0.113.9"}
            with proxy.connect(source="127.0.0.2", additional_headers=spoofed) as client:
                assert client.protocol.extensions, "permessage-deflate is negotiated through it"
                for message in ("Hello", b"\x00\xff" * 50_000, ""):
                    client.send(message)
                    assert client.recv(PATIENCE) == message
        (entry,) = server.stop()
    assert entry["client"] == "127.0.0.2"


def test_refusals_and_answers_pass(stack: Stack, tmp_path: Path, pages: Path) -> None:
    with echo() as server, stack(tmp_path, pages, server.port) as proxy:
        with pytest.raises(InvalidStatus) as refused, proxy.connect("/no-such-path"):
            pass
        assert refused.value.response.status_code == 404
        assert proxy.get(ECHO, "/readyz").status_code == 200
        assert f'new WebSocket("wss://{ECHO}/")' in proxy.get(ECHO, "/").text
        assert proxy.get(ECHO, "/metrics").status_code == 404
        assert "echo_" not in proxy.get(ECHO, "/metrics").text


def test_a_server_that_stops_says_so_through_the_proxy(
    stack: Stack, tmp_path: Path, pages: Path
) -> None:
    with echo() as server, stack(tmp_path, pages, server.port) as proxy, proxy.connect() as client:
        server.process.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001


def test_the_site_is_served_with_its_headers(stack: Stack, tmp_path: Path, pages: Path) -> None:
    with echo() as server, stack(tmp_path, pages, server.port) as proxy:
        home = proxy.get(SITE, "/", **{"Accept-Encoding": "gzip"})
        script = proxy.get(SITE, "/main.js", **{"Accept-Encoding": "gzip"})
        missing = proxy.get(SITE, "/nowhere/")
    assert "The site" in home.text
    assert (missing.status_code, "Not here" in missing.text) == (404, True)
    assert script.headers["Content-Type"].partition(";")[0].endswith("javascript")
    wanted = re.findall(r'^add_header (\S+) "(.*)" always;$', HEADERS.read_text("utf-8"), re.M)
    assert wanted
    for answer in (home, script, missing):
        for name, value in wanted:
            assert answer.headers[name] == value
    for answer in (home, script):
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["ETag"]


def test_without_tls_it_leads_to_the_site_with(stack: Stack, tmp_path: Path, pages: Path) -> None:
    with echo() as server, stack(tmp_path, pages, server.port) as proxy:
        answer = httpx.get(
            f"http://127.0.0.1:{proxy.plain_port}/a?b", headers={"Host": SITE}, trust_env=False
        )
    assert answer.status_code in (301, 308)
    assert re.fullmatch(rf"https://{SITE}(:{proxy.port})?/a\?b", answer.headers["Location"])


def test_nginx_ends_what_is_silent_for_its_read_timeout(tmp_path: Path, pages: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--ping-interval", "0") as server,
            nginx(tmp_path, pages, server.port, read_timeout=f"{seconds}s") as proxy,
            proxy.connect(ping_interval=None) as client,
        ):
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(PATIENCE)
            assert closed.value.rcvd is None, "no close frame: a browser reports 1006"

    # It is the server's for the handshake too.
    with_a_timeout(use)


def test_pings_of_the_server_outlast_the_read_timeout(tmp_path: Path, pages: Path) -> None:
    def use(seconds: int) -> None:
        with (
            echo("--report-ping-interval", "0.25") as server,
            nginx(tmp_path, pages, server.port, read_timeout=f"{seconds}s") as proxy,
            proxy.connect(
                "/demo",
                ping_interval=None,
                subprotocols=[Subprotocol("v1.report.websocket.org")],
            ) as client,
        ):
            seen = 0.0
            while seen < 2500 * seconds:
                report = json.loads(client.recv(PATIENCE))
                seen = report.get("t", seen)

    with_a_timeout(use)


def test_the_page_shows_the_log_and_the_metrics_as_they_are() -> None:
    page = (ROOT / "docs" / "deploy" / "self-host.md").read_text("utf-8")
    found = re.search(r'```json title="A line of the log"\n(.*?)```', page, re.S)
    assert found is not None
    with echo() as server:
        with connect(f"ws://127.0.0.1:{server.port}/", proxy=None):
            metrics = httpx.get(f"http://127.0.0.1:{server.port}/metrics", trust_env=False).text
        entries = server.stop()
    assert [list(entry) for entry in entries] == [list(json.loads(found[1]))] * 2
    rows = re.findall(r"^\| (`echo_.*?) \| (.*) \|$", page, re.M)
    names = re.findall(r"`(\w+)`", " ".join(name for name, _ in rows))
    assert names == re.findall(r"^# HELP (\w+)", metrics, re.M)
    (causes,) = (text for name, text in rows if name == "`echo_refusals_total`")
    assert re.findall(r"`([\w-]+)`", causes) == ["cause", *CAUSES]


def test_two_echo_servers_share_the_connections(tmp_path: Path, pages: Path) -> None:
    upstream = (FILES / "upstream.conf").read_text("utf-8")
    with echo() as one, echo() as two:
        servers = upstream.replace("10.0.0.11:8765", f"127.0.0.1:{one.port}").replace(
            "10.0.0.12:8765", f"127.0.0.1:{two.port}"
        )
        with nginx(tmp_path, pages, one.port, upstream=servers) as proxy, ExitStack() as clients:
            for _ in range(4):
                clients.enter_context(proxy.connect())
            assert [_connections(server.port) for server in (one, two)] == [2, 2]


def _connections(port: int) -> int:
    count: int = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).json()[
        "connections"
    ]
    return count
