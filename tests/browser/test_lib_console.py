"""The pure modules of `<ws-console>`: log, round trips, repeating, addresses, advice."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

import pytest
from playwright.sync_api import Page

from echo_demo.background import BackgroundServer
from tests.browser.modules import Modules
from tests.site import Site


class Lib:
    """Runs statements over a module ``m`` of lib/ and the arguments ``a``."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules

    def run(self, name: str, statements: str, *arguments: Any) -> Any:
        script = f"(m, ...a) => {{ {statements} }}"
        return self.modules.run(f"lib/{name}.js", script, *arguments)


@pytest.fixture
def lib(site: Site, page: Page) -> Lib:
    return Lib(Modules.opened(site, page))


def test_the_log_is_bounded_in_rows_and_bytes(lib: Lib) -> None:
    rows, first, dropped, longest = lib.run(
        "console-log",
        """
        const log = new m.ConsoleLog(10);
        for (let n = 0; n < 100; n++) {
          log.add({ at: 0, direction: "out", type: "TEXT", payload: m.capture("é".repeat(20000)) });
        }
        const most = log.rows.length;
        const exported = log.export({}).rows;
        return [most, exported[0].n, log.dropped, exported[0]];
        """,
    )
    assert rows <= 13
    assert (first, dropped) == (91, 90)
    assert longest["size"] == 40_000
    assert longest["truncated"] is True
    assert len(longest["text"].encode()) == 16_384


def test_only_an_echo_of_the_oldest_message_is_a_round_trip(lib: Lib) -> None:
    assert lib.run(
        "console-log",
        """
        const trips = new m.RoundTrips();
        trips.sent("one", 3, 0);
        trips.sent(Uint8Array.of(1, 2), 2, 5);
        trips.sent("one", 3, 7);
        return [
          trips.received("two", 10), trips.received("one", 11), trips.received("one", 12),
          trips.received(Uint8Array.of(1, 2), 13), trips.received("one", 14),
          trips.received("one", 15), trips.unanswered,
        ].map((value) => value ?? null);
        """,
    ) == [None, 11, None, 8, 7, None, 0]


def test_pairing_gives_up_rather_than_pair_wrongly(lib: Lib) -> None:
    assert lib.run(
        "console-log",
        """
        const few = new m.RoundTrips(2, 100);
        few.sent("a", 1, 0); few.sent("a", 1, 0); few.sent("a", 1, 0);
        const big = new m.RoundTrips(10, 5);
        big.sent("aaaaaa", 6, 0);
        return [few.gaveUp, few.received("a", 1) ?? null, big.gaveUp];
        """,
    ) == [True, None, True]


def test_pairing_works_over_many_messages(lib: Lib) -> None:
    assert lib.run(
        "console-log",
        """
        const trips = new m.RoundTrips();
        let paired = 0;
        for (let n = 0; n < 5000; n++) {
          trips.sent(`${n}`, 4, n);
          if (n >= 100) paired += trips.received(`${n - 100}`, n) === 100;
        }
        return [paired, trips.unanswered, trips.bytes, trips.waiting.length < 2000];
        """,
    ) == [4900, 100, 400, True]


PACED = """
const [times, rate, until, step, blocked] = a;
const pacer = new m.Pacer(times, rate, 0);
let sent = 0, most = 0;
for (let now = 0; now <= until; now += step) {
  const before = sent;
  pacer.run(now, () => (now < blocked ? false : (sent += 1, true)));
  most = Math.max(most, sent - before);
}
return { sent, most, left: pacer.left };
"""


def test_the_first_message_goes_at_once_and_the_rest_at_the_rate(lib: Lib) -> None:
    assert lib.run("repeat", PACED, 1000, 10, 0, 1, 0)["sent"] == 1
    assert lib.run("repeat", PACED, 1000, 10, 5000, 4, 0)["sent"] == 51
    assert lib.run("repeat", PACED, 1000, 250, 2000, 4, 0)["sent"] == 501
    assert lib.run("repeat", PACED, 5, 10, 5000, 4, 0) == {"sent": 5, "most": 1, "left": 0}


def test_what_was_late_is_not_sent_in_one_burst(lib: Lib) -> None:
    # A background tab, whose timer fires once a second; and a buffer that is full for 3 s.
    assert lib.run("repeat", PACED, 10_000, 100, 5000, 1000, 0)["most"] == 10
    assert lib.run("repeat", PACED, 10_000, 100, 5000, 4, 3000)["most"] == 10


@pytest.mark.parametrize(
    ("typed", "expected"), [("1", 1), (" 12 ", 12), ("0", None), ("1.5", None), ("", None)]
)
def test_numbers_are_read(lib: Lib, typed: str, expected: int | None) -> None:
    read = lib.run("repeat", "return m.readNumber(a[0], 'Times', 1, 20000)", typed)
    assert read.get("value") == expected
    if expected is None:
        assert read["problem"] == "Times: a whole number from 1 to 20,000."


def test_addresses_are_read_as_the_constructor_reads_them(lib: Lib) -> None:
    read = "return m.readAddress(...a)"
    page = "https://example.org/docs/page/"
    for typed, url in {
        "wss://host/path?q=1": "wss://host/path?q=1",
        " https://host/ ": "wss://host/",
        "http://host:8080": "ws://host:8080/",
        "../chat": "wss://example.org/docs/chat",
        "//other/x": "wss://other/x",
    }.items():
        assert lib.run("connect-advice", read, typed, page)["url"] == url
    for typed in ("", "http://", "mailto:x@y", "ws://host/#", "host:80", "ws://host:99999/"):
        assert "problem" in lib.run("connect-advice", read, typed, page), typed
    hints = {
        "ws://example.com/": "mixed content",
        "ws://127.0.0.1:8080/": None,
        "ws://localhost/": None,
        "wss://example.com/": None,
        "example.com/x": "needs ws:// or wss://",
        "192.168.1.5:8080": "needs ws:// or wss://",
        "127.0.0.1:8080/x": "needs ws:// or wss://",
        "wss://example.com:6000/": "Browsers block port 6000",
        "wss://example.com:443/": None,
        "chat": None,
    }
    for typed, words in hints.items():
        hint = lib.run("connect-advice", read, typed, page)["hint"]
        assert (hint is None) if words is None else (words in hint), typed


def test_subprotocol_names_are_tokens_as_the_browser_checks_them(lib: Lib) -> None:
    script = """
    const { protocols, problem } = m.readProtocols(a[0]);
    try { new WebSocket("ws://127.0.0.1:9/", protocols).close(); return [problem !== null, false]; }
    catch { return [problem !== null, true]; }
    """
    for typed in ("", "chat", "a, b ,c,", "v1.report.websocket.org", "a!#$%&'*+-.^_`|~", "A,a"):
        assert lib.run("connect-advice", script, typed) == [False, False], typed
    for typed in ("a b", "a;b", "a/b", 'a"b', "é", "x,x", "{}", "a\tb", "(a)", "a=b"):
        assert lib.run("connect-advice", script, typed) == [True, True], typed


def test_exceptions_of_the_constructor_are_explained(lib: Lib) -> None:
    script = "return m.explainRefusal({ name: a[0], message: 'no' }, a[1])"
    context = {"problems": [], "url": "ws://host/", "secure": True}
    mixed = lib.run("connect-advice", script, "SecurityError", context)
    assert "mixed content" in mixed["explanation"]["meaning"]
    assert any("wss:" in advice for advice in mixed["explanation"]["list"])
    plain = lib.run("connect-advice", script, "SecurityError", {**context, "secure": False})
    assert "mixed content" not in str(plain)
    assert "content security policy" in plain["explanation"]["list"][0]
    syntax = lib.run(
        "connect-advice",
        script,
        "SyntaxError",
        {"problems": ["what is wrong"], "url": None, "secure": True},
    )
    assert "“no”" in syntax["explanation"]["meaning"]
    assert syntax["explanation"]["list"] == ["what is wrong"]


def test_the_causes_of_a_failure_fit_the_address(lib: Lib) -> None:
    ended = {
        "code": 1006,
        "reason": "",
        "wasClean": False,
        "opened": False,
        "asked": False,
        "url": "wss://host.example/chat",
        "protocols": [],
        "origin": "https://example.org",
    }
    script = "return m.explainEnd(a[0]).explanation"
    secure = " ".join(lib.run("connect-advice", script, ended)["list"])
    assert "port 443" in secure
    assert "certificate" in secure
    assert "subprotocols" not in secure
    plain = {**ended, "url": "ws://host.example/chat", "protocols": ["chat"]}
    words = " ".join(lib.run("connect-advice", script, plain)["list"])
    assert "port 80" in words
    assert "certificate" not in words
    assert "Use wss:" in words
    assert "subprotocols" in words
    blocked = lib.run("connect-advice", script, {**ended, "url": "wss://host.example:22/"})
    assert blocked["list"][0].startswith("Browsers block port 22")


def test_ports_that_are_called_blocked_are_those_that_the_browser_blocks(
    lib: Lib, page: Page
) -> None:
    script = """
    const blocked = [];
    for (let port = 0; port <= 65535; port += 1) {
      if (m.blockedPort({ port: `${port}` })) blocked.push(port);
    }
    return blocked;
    """
    ports = lib.run("blocked-ports", script)
    assert len(ports) > 70
    # By fetch(), to which the same list applies: the browser slows down WebSockets that fail often.
    request = "(port) => fetch(`http://127.0.0.1:${port}/`, { mode: 'no-cors' }).catch(() => null)"
    # Away from the site, whose security policy would stop the request first.
    page.goto("about:blank")
    for port in ports:
        with page.expect_event("requestfailed") as failed:
            page.evaluate(request, port)
        assert failed.value.failure == "net::ERR_UNSAFE_PORT", port


def test_the_end_that_was_asked_for_is_described_as_what_came_back(lib: Lib) -> None:
    ended = {"reason": "", "wasClean": True, "opened": True, "asked": True}
    script = "return m.explainEnd(a[0]).explanation.meaning"
    assert "close frame" in lib.run("connect-advice", script, {**ended, "code": 1000})
    without = lib.run("connect-advice", script, {**ended, "code": 1005})
    assert "without a code" in without
    assert "close frame." not in without
    cut = lib.run("connect-advice", script, {**ended, "code": 1006, "wasClean": False})
    assert "did not answer the close frame" in cut


def test_the_curl_command_is_one_command_whatever_the_address(
    lib: Lib, echo_server: BackgroundServer
) -> None:
    url = f"{echo_server.url}/?it's=$(true)"
    script = "return m.curlCommand(new URL(a[0]).href, ['chat'], 'https://example.org')"
    command = lib.run("connect-advice", script, url)
    words = shlex.split(command)
    assert words[-1].startswith(echo_server.url.replace("ws:", "http:"))
    assert "Sec-WebSocket-Protocol: chat" in words
    assert "Origin: https://example.org" in words
    short = ["1" if word == "5" else word for word in words]
    result = subprocess.run(short, capture_output=True, text=True)
    assert result.stdout.startswith("HTTP/1.1 101 ")
