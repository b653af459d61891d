"""resilient_socket.js of /build/reconnection/ with a function that gives the address."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page

from tests.browser.test_reconnection_page import PAGE, closing
from tests.samples import peers
from tests.site import ROOT, Site

# A function that gives the address in another way for each attempt, until the socket opened twice.
TICKETS = """async ([module, url]) => {
  const { ResilientSocket } = await import(module);
  const made = [];
  window.WebSocket = class extends WebSocket {
    constructor(url) { super(url); made.push(url); }
  };
  const ways = [
    () => { throw new Error("no cookie"); },
    () => Promise.reject(new Error("no ticket: status 503")),
    () => "http://[",
    async () => `${url}?ticket=4`,
    () => `${url}?ticket=5`,
  ];
  const socket = new ResilientSocket(() => ways.shift()(), { second: 20 });
  const seen = [];
  return new Promise((resolve) => {
    for (const type of ["open", "lost"]) {
      socket.addEventListener(type, ({ detail }) => {
        const { code, attempt, error } = detail ?? {};
        seen.push([type, code, attempt, error && `${error.name}: ${error.message}`]);
        if (ways.length > 0 || type !== "open") return;
        socket.close();
        resolve({ made, seen });
      });
    }
  });
}"""
# A socket whose page is left and seen again while it waits for an address, and one that is closed.
WAITING = """async ([module, url]) => {
  const { ResilientSocket } = await import(module);
  const made = [], asked = [], seen = [];
  window.WebSocket = class extends WebSocket {
    constructor(url) { super(url); made.push(url); }
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve)); // after all promises
  const start = () => {
    const socket = new ResilientSocket(
      () => new Promise((resolve, reject) => asked.push({ resolve, reject })));
    for (const type of ["open", "lost", "stopped"])
      socket.addEventListener(type, () => seen.push(type));
    return socket;
  };

  const left = start();
  await settled();
  dispatchEvent(new Event("online"));
  dispatchEvent(new Event("visibilitychange"));
  await settled();
  const counts = [asked.length];
  const sent = left.send("too early");
  dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  await settled();
  counts.push(asked.length);
  asked[0].reject(new Error("of the time before"));
  await settled();
  const opened = new Promise((resolve) => left.addEventListener("open", resolve));
  asked[1].resolve(`${url}?seen-again`);
  await opened;
  left.close();

  const closed = start();
  await settled();
  counts.push(asked.length);
  closed.close();
  asked[2].resolve(`${url}?closed`);
  await settled();
  return { made, counts, sent, seen };
}"""


def test_a_function_gives_the_address_of_each_attempt(page: Page, site: Site) -> None:
    """A function that fails is a failed attempt, and says why."""
    page.goto(site.url(PAGE))
    module = site.url(PAGE + "resilient_socket.js")
    with peers.server(closing(1011, 1)) as record:
        found = page.evaluate(TICKETS, [module, record.url])
    assert found["made"] == [f"{record.url}?ticket=4", f"{record.url}?ticket=5"]
    first, second, third, *rest = found["seen"]
    assert first == ["lost", 1006, 1, "Error: no cookie"]
    assert second == ["lost", 1006, 2, "Error: no ticket: status 503"]
    assert third[:3] == ["lost", 1006, 3]
    assert third[3].startswith("SyntaxError: ")
    assert rest == [
        ["open", None, None, None],
        ["lost", 1011, 4, None],
        ["open", None, None, None],
    ]


def test_whoever_leaves_while_it_waits_for_an_address_gets_no_connection(
    page: Page, site: Site
) -> None:
    page.goto(site.url(PAGE))
    module = site.url(PAGE + "resilient_socket.js")
    with peers.server(closing(1011, 0)) as record:
        found = page.evaluate(WAITING, [module, record.url])
    assert found == {
        "made": [f"{record.url}?seen-again"],
        "counts": [1, 2, 3],
        "sent": False,
        "seen": ["open"],
    }


def test_the_page_s_example_fetches_a_ticket_for_each_attempt(page: Page, site: Site) -> None:
    text = (ROOT / "docs" / "build" / "reconnection.md").read_text("utf-8")
    (example,) = re.findall(r"```js\n(const socket = new ResilientSocket\(.*?)```", text, re.S)
    tickets: list[dict[str, Any]] = [
        {"status": 503},
        {"json": {"ticket": "a/b"}},
        {"json": {"ticket": "c"}},
        {"status": 401},
    ]
    page.route("**/ticket", lambda route: route.fulfill(**tickets.pop(0)))
    page.goto(site.url(PAGE))
    with peers.server(closing(1011, 2)) as record:
        example = example.replace("wss://app.example.com", record.url)
        found = page.evaluate(
            """(module) => new Promise(async (resolve) => {
              const made = [], errors = [];
              window.WebSocket = class extends WebSocket {
                constructor(url) { super(url); made.push(url); }
              };
              const OnThePage = (await import(module)).ResilientSocket;
              class ResilientSocket extends OnThePage {
                constructor(url) { super(url, { second: 20 }); }
                close() { super.close(); resolve({ made, errors }); }
              }
              EXAMPLE
              socket.addEventListener("lost", ({ detail }) => errors.push(detail.error?.message));
            })""".replace("EXAMPLE", example),
            site.url(PAGE + "resilient_socket.js"),
        )
    assert found["made"] == [f"{record.url}/by-ticket?ticket={one}" for one in ("a%2Fb", "c")]
    assert found["errors"] == ["no ticket: status 503", None, None]
    assert tickets == []
