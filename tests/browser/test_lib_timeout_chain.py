"""lib/timeout-chain.js: how a cell of the table is read, and what follows from a chain of hops."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import Site

MODULE = "lib/timeout-chain.js"
# Hops made of the texts of their cells, a fragment read with them, and what follows.
VERDICT = """(m, fragment, cells) => {
  const hops = Object.entries(cells).map(([id, [idle, lifetime]]) => (
    { id, name: id.toUpperCase(), idle: m.limitFrom(idle), lifetime: m.limitFrom(lifetime) }));
  const chain = m.chainFrom(fragment, hops);
  return { ...m.verdict(chain), fragment: m.fragmentFrom(chain) };
}"""
CELLS = {
    "a": ["60 s, settable", ""],
    "b": ["10 min, fixed", "2 h, fixed"],
    "c": ["not published", "not published"],
    "d": ["none, settable", "none, settable"],
    "e": ["1 min, fixed", "5 min, settable to 60 min"],
    "f": ["60 s, settable from 1 to 4000 s", ""],
}


@pytest.fixture
def module(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def verdict(module: Modules, fragment: str) -> dict[str, Any]:
    found: dict[str, Any] = module.run(MODULE, VERDICT, fragment, CELLS)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "seconds", "settable"),
    [
        ("60 s, settable", "limit", 60, True),
        (" 10 min, fixed ", "limit", 600, False),
        ("5 d, settable from 60 s", "limit", 432000, True),
        ("0.5 h", "limit", 1800, False),
        ("none, settable", "none", None, True),
        ("not published", "unpublished", None, False),
        ("", "nothing", None, False),
        ("about 60 s", "nothing", None, False),
        ("60 seconds", "nothing", None, False),
    ],
)
def test_cell(module: Modules, text: str, kind: str, seconds: float | None, settable: bool) -> None:
    found = module.run(MODULE, "(m, text) => m.limitFrom(text)", text)
    assert found | {"kind": kind, "seconds": seconds, "settable": settable} == found


@pytest.mark.parametrize(
    ("text", "inside", "outside", "accepted"),
    [
        ("60 s, settable from 1 to 4000 s", [1, 4000], [4001, 86400], "1 to 4000 s"),
        ("4 min, settable from 4 to 100 min", [240, 6000], [239, 6001], "240 to 6000 s"),
        ("5 d, settable from 60 s to 5 d", [60, 432000], [59, 432001], "60 to 432000 s"),
        ("5 min, settable to 60 min", [1, 3600], [3601], "at most 3600 s"),
        ("5 d, settable from 60 s", [60, 31622400], [59], "at least 60 s"),
        ("60 s, settable", [1, 31622400], [], ""),
    ],
)
def test_range(
    module: Modules, text: str, inside: list[int], outside: list[int], accepted: str
) -> None:
    script = "(m, text, all) => all.map((one) => m.accepted(one, m.limitFrom(text)))"
    assert module.run(MODULE, script, text, inside) == [""] * len(inside)
    assert module.run(MODULE, script, text, outside) == [accepted] * len(outside)


@pytest.mark.parametrize(
    ("fragment", "idle", "interval", "lifetime", "unpublished"),
    [
        ("", None, None, None, []),
        ("hops=a", (60, ["A"]), 20, None, []),
        ("hops=b", (600, ["B"]), 200, (7200, ["B"]), []),
        ("hops=a,b,e", (60, ["A", "E"]), 20, (300, ["E"]), []),
        ("hops=c", None, 20, None, ["C"]),
        ("hops=b,c", (600, ["B"]), 20, (7200, ["B"]), ["C"]),
        ("hops=d", None, None, None, []),
        ("hops=d&d.idle=35&d.lifetime=90", (35, ["D"]), 11, (90, ["D"]), []),
        ("hops=a&a.idle=2", (2, ["A"]), 0.6, None, []),
        ("hops=f&f.idle=4000", (4000, ["F"]), 1333, None, []),
        # What the vendor does not accept stays in the address and is not counted.
        ("hops=f&f.idle=4001", (60, ["F"]), 20, None, []),
        ("hops=e&e.lifetime=3601", (60, ["E"]), 20, (300, ["E"]), []),
        # What is fixed, wrong or unknown is not taken over.
        ("hops=b&b.idle=5", (600, ["B"]), 200, (7200, ["B"]), []),
        ("hops=a,x,a&a.idle=-5", (60, ["A"]), 20, None, []),
        ("hops=a&a.idle=1e3", (60, ["A"]), 20, None, []),
        ("hops=%3Cimg%3E", None, None, None, []),
    ],
)
def test_verdict(
    module: Modules,
    fragment: str,
    idle: tuple[int, list[str]] | None,
    interval: float | None,
    lifetime: tuple[int, list[str]] | None,
    unpublished: list[str],
) -> None:
    found = verdict(module, fragment)

    def pair(limit: dict[str, Any] | None) -> tuple[Any, Any] | None:
        return (limit["seconds"], limit["names"]) if limit else None

    assert pair(found["idle"]) == idle
    assert found["interval"] == interval
    assert pair(found["lifetime"]) == lifetime
    assert found["unpublished"] == unpublished


def test_three_heartbeats_fit_into_every_limit(module: Modules) -> None:
    script = """(m) => Array.from({ length: 5000 }, (_, index) => index + 1).filter((seconds) => {
      const idle = { kind: "limit", seconds, settable: false };
      const hop = { id: "a", name: "A", idle, lifetime: m.limitFrom("") };
      const { interval } = m.verdict([{ hop }]);
      return !(interval > 0 && interval * 3 <= seconds);
    })"""
    assert module.run(MODULE, script) == []


def test_fragment_is_read_as_it_was_written(module: Modules) -> None:
    fragment = "hops=d,a,e&d.idle=35&a.idle=120&e.lifetime=3600"
    assert verdict(module, fragment)["fragment"] == fragment
    assert verdict(module, "hops=a,x&b.idle=3")["fragment"] == "hops=a"


@pytest.mark.parametrize(
    ("seconds", "text"), [(20, "20 s"), (60, "1 min"), (90, "90 s"), (7200, "2 h"), (432000, "5 d")]
)
def test_seconds_are_printed(module: Modules, seconds: int, text: str) -> None:
    assert module.run(MODULE, "(m, seconds) => m.printSeconds(seconds)", seconds) == text
