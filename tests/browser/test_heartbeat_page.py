"""/build/heartbeat/: heartbeat.js in a browser, and what a browser's pong is worth."""

from __future__ import annotations

import socket
from typing import Any

from playwright.sync_api import Page

from echo_demo.background import BackgroundServer
from tests.samples import peers
from tests.samples.wire import PING, PONG, TEXT, Peer
from tests.site import Site

PAGE = "build/heartbeat/"
START = """async ([module, url]) => {
  const { watch } = await import(module);
  const socket = new WebSocket(url);
  await new Promise((opened) => socket.addEventListener("open", opened));
  window.said = [];
  window.heard = new Promise((resolve) => {
    watch(socket, {
      dead: () => window.said.push("dead"),
      roundTrip: (time) => resolve(time),
    });
  });
  window.socket = socket;
}"""


def started(page: Page, site: Site, url: str) -> None:
    page.clock.install()
    page.goto(site.url(PAGE))
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.evaluate(START, [site.url(PAGE + "heartbeat.js"), url])


def said(page: Page) -> Any:
    return page.evaluate("window.said")


def test_a_silent_server_is_dead_after_thirty_seconds(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    started(page, site, echo_server.url.rstrip("/") + "/silent")
    page.clock.run_for(29_999)
    assert said(page) == []
    page.clock.run_for(1)
    assert said(page) == ["dead"]


def test_a_server_that_answers_messages_lives_whether_or_not_it_answers_pings(
    page: Page, site: Site, echo_server: BackgroundServer
) -> None:
    started(page, site, echo_server.url.rstrip("/") + "/no-pong")
    page.clock.run_for(20_000)
    assert page.evaluate("window.heard") >= 0
    page.clock.run_for(19_999)  # counted from the answer
    assert said(page) == []


def test_a_message_of_the_server_puts_the_question_off_and_a_close_ends_it(
    page: Page, site: Site
) -> None:
    received: list[bytes] = []

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        sock.settimeout(60)
        assert peer.receive_message().payload == b"go"
        peer.send(TEXT, b"news")
        received.append(peer.receive_message().payload)
        peer.close(1000)

    with peers.server(script) as record:
        started(page, site, record.url)
        page.clock.run_for(15_000)
        page.evaluate(
            """() => new Promise((resolve) => {
              socket.addEventListener("message", resolve, { once: true });
              socket.send("go");
            })"""
        )
        page.clock.run_for(19_999)
        assert received == []
        page.evaluate(
            """() => {
              window.ended = new Promise((resolve) => socket.addEventListener("close", resolve));
            }"""
        )
        page.clock.run_for(1)
        page.evaluate("ended.then(() => true)")
        page.clock.run_for(60_000)
        assert said(page) == []
    assert received == [b"ping"]


def test_a_browser_answers_pings_while_its_page_hangs(page: Page, site: Site) -> None:
    order: list[str] = []

    def script(sock: socket.socket, record: peers.Record) -> None:
        peer = Peer.accept(sock)
        sock.settimeout(60)  # the page hangs for five
        assert peer.receive_message().payload == b"I hang now"
        peer.send(PING, b"?")
        while len(order) < 2:
            frame = peer.receive()
            order.append("pong" if frame.opcode == PONG else frame.payload.decode())

    with peers.server(script) as record:
        page.goto(site.url(PAGE))
        page.evaluate(
            """async (url) => {
              const socket = new WebSocket(url);
              await new Promise((opened) => socket.addEventListener("open", opened));
              socket.send("I hang now");
              // A stall of the machine is no hanging: it would stop the browser's answer too.
              let hung = 0;
              for (let last = performance.now(); hung < 5000; ) {
                const now = performance.now();
                hung += Math.min(now - last, 50);
                last = now;
              }
              socket.send("I am back");
            }""",
            record.url,
        )
        page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert order == ["pong", "I am back"]
