"""The messages that /troubleshoot/ shows, provoked again in the programs that say them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.browser.modules import Modules
from tests.deploy.clients import ended_without_a_close_frame, refusal
from tests.deploy.stack import (
    PATIENCE,
    caddy_of_its_page,
    echo,
    haproxy,
    nginx_of_its_page,
    refusing,
)
from tests.deploy.test_caddy import reload
from tests.samples.error_messages import captured, compressing
from tests.site import ROOT, Site

PAGE = ROOT / "docs" / "troubleshoot" / "index.md"
ROWS = dict(re.findall(r'^\| <span id="([\w-]+)">`(.*?)`</span>', PAGE.read_text("utf-8"), re.M))
# Seen elsewhere, as the page says; and what curl says where nginx ends a connection, which the
# test of /troubleshoot/timeout/ provokes.
ELSEWHERE = {"firefox-establish", "firefox-interrupted", "curl-empty"}
# Opens a socket, does what is asked with it, and says what was thrown.
ATTEMPT = """([address, protocols, action]) => new Promise((done) => {
  try {
    const socket = new WebSocket(address, protocols);
    socket.onclose = () => done("");
    if (action === "send") socket.send("x");
    if (action === "close") socket.close();
    if (action === "code") socket.close(1006);
  } catch (error) { done(error.message); }
})"""


def plain(message: str) -> str:
    """A message with `…` for what differs from run to run: the address."""
    message = re.sub(r"\b(wss?|http)://[^\s'\"]*", r"\1://…", message)
    message = re.sub(r"(127\.0\.0\.1(?:', |:| port ))\d+", r"\g<1>8765", message)
    message = re.sub(r"after \d+ ms", "after 0 ms", message)
    return re.sub(r"\s+", " ", message)


def reported(page: Page, address: str, *protocols: str, action: str = "") -> str:
    """What Chromium writes into the console."""
    with page.expect_console_message(lambda message: "failed" in message.text) as message:
        page.evaluate(ATTEMPT, [address, list(protocols), action])
    return str(message.value.text)


def thrown(page: Page, address: str, action: str = "") -> str:
    """What Chromium tells the script."""
    text: str = page.evaluate(ATTEMPT, [address, [], action])
    return text


def test_chromium_says_what_the_page_shows(page: Page, site: Site) -> None:
    assert site.echo
    there = site.echo.url.rstrip("/")
    page.goto(f"{there.replace('ws:', 'http:')}/")
    with refusing() as port, compressing() as compressed:
        cases: dict[str, tuple[str, ...]] = {
            "chromium-status": (f"{there}/reject/403",),
            "chromium-refused": (f"ws://127.0.0.1:{port}",),
            "chromium-name": ("ws://no-such.invalid/",),
            "chromium-tls": (f"{there.replace('ws:', 'wss:')}/",),
            "chromium-port": ("ws://127.0.0.1:25/",),
            "chromium-subprotocol": (f"{there}/", "chat"),
            "chromium-reserved": (compressed,),
            "chromium-masked": (f"{there}/invalid/masked-frame",),
            "chromium-utf8": (f"{there}/invalid/bad-utf8",),
        }
        found = {name: reported(page, *case) for name, case in cases.items()}
    found["chromium-early"] = reported(page, f"{there}/", action="close")
    found["chromium-connecting"] = thrown(page, f"{there}/", "send")
    found["chromium-code"] = thrown(page, f"{there}/", "code")
    page.route(
        "https://page.example/**",
        lambda route: route.fulfill(body="<title>x</title>", content_type="text/html"),
    )
    page.goto("https://page.example/")
    found["chromium-insecure"] = thrown(page, "ws://other.example/")
    assert set(found) == {name for name in ROWS if name.startswith("chromium-")}
    assert {name: plain(text) for name, text in found.items()} == {
        name: ROWS[name] for name in found
    }


def test_libraries_and_curl_say_what_the_page_shows(tmp_path: Path) -> None:
    missing = {}
    for name, text in captured(tmp_path).items():
        if name in ROWS and plain(ROWS[name]) not in plain(text):
            missing[name] = text
    assert missing == {}


@pytest.mark.parametrize(
    ("prefix", "path", "shown"),
    [
        ("java-", "languages/java.md", r"^`([^`]+)`\n:   "),
        ("uvicorn-", "frameworks/fastapi.md", r"^(WARNING: .*)$"),
    ],
)
def test_messages_are_those_that_the_test_of_their_own_page_provokes(
    prefix: str, path: str, shown: str
) -> None:
    page = (ROOT / "docs" / path).read_text("utf-8")
    seen = re.findall(shown, page, re.MULTILINE)
    rows = [text for name, text in ROWS.items() if name.startswith(prefix)]
    assert rows
    assert [text for text in rows if not any(one.endswith(text) for one in seen)] == []


def test_nginx_logs_what_the_page_shows(tmp_path: Path) -> None:
    # Not both in one: the one connection that is allowed could end before the next is refused.
    few = {"limit_conn open 50": "limit_conn open 1"}
    short = {"proxy_read_timeout 60s": "proxy_read_timeout 1s"}
    with echo("--ping-interval", "0") as server:
        with nginx_of_its_page(tmp_path, server.port, few) as proxy, proxy.connect():
            assert refusal(proxy) == 429
        log = (tmp_path / "log").read_text()
        with nginx_of_its_page(tmp_path, server.port, short) as proxy:
            with proxy.connect(ping_interval=None) as client:
                assert ended_without_a_close_frame(client)
            server.stop()
            assert refusal(proxy) == 502
    log += (tmp_path / "log").read_text()
    for name in ("nginx-timeout", "nginx-limit", "nginx-refused"):
        assert ROWS[name] in log


def test_haproxy_answers_what_the_page_shows(tmp_path: Path) -> None:
    with refusing() as port, haproxy(tmp_path, port) as (proxy, _):
        with pytest.raises(InvalidStatus) as refused:
            proxy.connect()
        assert ROWS["haproxy-refused"] in (refused.value.response.body or b"").decode()


def test_caddy_logs_what_the_page_shows(tmp_path: Path) -> None:
    with refusing() as port, caddy_of_its_page(tmp_path, port) as (proxy, _):
        assert refusal(proxy) == 502
    log = plain((tmp_path / "log").read_text())
    assert ROWS["caddy-refused"] in log
    assert ROWS["caddy-reload"] not in log


def test_caddy_logs_a_limit_and_a_reload_and_its_clients_say_what_the_page_shows(
    tmp_path: Path,
) -> None:
    one = {"unhealthy_request_count 10000": "unhealthy_request_count 1"}
    with (
        echo() as server,
        caddy_of_its_page(tmp_path, server.port, one) as (proxy, admin),
        proxy.connect() as client,
    ):
        assert refusal(proxy) == 503
        reload(tmp_path, proxy, admin)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(PATIENCE)
    assert closed.value.rcvd is not None
    # Caddy 2.6.2 sends the server a close frame without a mask; the answer may be faster.
    if closed.value.rcvd.code != 1002:
        assert str(closed.value) == ROWS["websockets-away"]
    log = (tmp_path / "log").read_text()
    assert ROWS["caddy-upstreams"] in log
    assert ROWS["caddy-reload"] in log


def test_each_message_is_provoked_or_named_as_seen_elsewhere(tmp_path: Path) -> None:
    ours = ("chromium-", "nginx-", "haproxy-", "caddy-", "java-", "uvicorn-")
    libraries = {name for name in ROWS if not name.startswith(ours)} - ELSEWHERE
    source = (ROOT / "tests" / "samples" / "error_messages.py").read_text("utf-8")
    assert len(ROWS) >= 30
    assert [name for name in sorted(libraries) if f'"{name}"' not in source] == []


@pytest.mark.parametrize("name", ROWS)
def test_each_message_finds_its_own_row_first(page: Page, site: Site, name: str) -> None:
    modules = Modules.opened(site, page)
    pasted = ROWS[name].replace("://…", "://chat.example.org:8443/room?id=7")
    pasted = f"Uncaught (in promise) {pasted} (anonymous) @ app.js:17"
    known = list(ROWS.values())
    found = modules.run(
        "lib/error-finder.js", "(m, ...texts) => m.findMessages(...texts)", pasted, known
    )
    assert known[found[0]] == ROWS[name]
