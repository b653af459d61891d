"""lib/race.js, lib/race-words.js and lib/race-bytes.js."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import Site

Event = dict[str, Any]
COUNTED = {"requests": 2, "events": 4, "up": 100, "down": 300, "open": 0}
RACING: list[Event] = [{"type": "start", "at": 0}, {"type": "started", "at": 1}]


@pytest.fixture
def modules(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def came(way: str, at: float, number: int, made: float = 0) -> Event:
    return {"type": "event", "way": way, "at": at, "id": number, "made": made}


def clock(sent: float, at: float, server: float) -> Event:
    ways = dict.fromkeys(("poll", "wait", "events", "socket"), COUNTED)
    return {"type": "clock", "sent": sent, "at": at, "server": server, "ways": ways}


def race(modules: Modules, events: list[Event], script: str = "race") -> Any:
    """What a script makes of the race after these events; `m` is the module."""
    run = (
        f"(m, events) => {{ const race = events.reduce(m.reduce, m.newRace()); return {script}; }}"
    )
    return modules.run("lib/race.js", run, [*RACING, *events])


def words(modules: Modules, way: str, events: list[Event]) -> str:
    after = race(modules, events)
    said: str = modules.run("lib/race-words.js", "(m, r, w) => m.laneWords(r, w, 500)", after, way)
    return said


@pytest.mark.parametrize(
    ("written", "base", "expected"),
    [
        ("/race", "https://site.example/docs/", "https://site.example/race/"),
        ("https://race.example/?a#b", "http://site.example/", "https://race.example/"),
        ("http://127.0.0.1:1/", "http://site.example/", "http://127.0.0.1:1/"),
        ("", "http://site.example/", None),
        ("ws://race.example/", "http://site.example/", None),
    ],
)
def test_address(modules: Modules, written: str, base: str, expected: str | None) -> None:
    run = "(m, a, b) => m.httpAddress(a, b)"
    assert modules.run("lib/address.js", run, written, base) == expected


@pytest.mark.parametrize(("size", "frame"), [(0, 2), (125, 127), (126, 130), (65_535, 65_539)])
def test_frames_have_the_size_of_the_rfc(modules: Modules, size: int, frame: int) -> None:
    assert modules.run("lib/race-bytes.js", "(m, n) => m.frameBytes(n)", size) == frame


def test_an_event_is_counted_with_its_lines_and_its_chunk(modules: Modules) -> None:
    lines = b"id: 1000001\r\ndata: " + b"x" * 100 + b"\r\n\r\n"
    chunk = b"7b\r\n" + lines + b"\r\n"
    assert int(chunk[:2], 16) == len(lines)
    got = modules.run("lib/race-bytes.js", "(m) => m.eventBytes('1000001', 100)")
    assert got == len(chunk)


def test_delay_is_on_one_clock_and_the_fastest_round_trip_decides(modules: Modules) -> None:
    # The server's clock is 5000 ms ahead: of a slow exchange and a fast one, the fast one tells.
    events = [clock(100, 180, 5170), clock(200, 202, 5201), came("socket", 300, 7, made=5290)]
    got = race(modules, events, "[race.offset, m.delays(race.lanes.socket, race.offset)]")
    assert got[0] == {"value": 5000, "error": 1}
    assert got[1] == {"median": 10, "p95": 10}


def test_no_delay_without_a_clock_and_none_below_zero(modules: Modules) -> None:
    late = came("socket", 300, 7, made=5400)
    run = "m.delays(race.lanes.socket, race.offset).median"
    assert race(modules, [late], run) is None
    assert race(modules, [clock(200, 202, 5201), late], run) == 0


def test_an_event_handed_out_twice_counts_once(modules: Modules) -> None:
    events = [came("events", 1, 7), came("events", 2, 8), came("events", 3, 8)]
    assert race(modules, events, "race.lanes.events.events") == 2


def test_bytes_for_an_event(modules: Modules) -> None:
    assert modules.run("lib/race.js", "(m, c) => m.bytesPerEvent(c)", COUNTED) == 100
    none = {**COUNTED, "events": 0}
    assert modules.run("lib/race.js", "(m, c) => m.bytesPerEvent(c)", none) is None


CUT = [
    came("poll", 10, 5),
    came("events", 10, 5),
    came("socket", 10, 5),
    {"type": "cut", "at": 1000},
    {"type": "used", "at": 1001, "ways": ["events", "socket"]},
    {"type": "down", "way": "events", "at": 1002, "again": True},
    {"type": "down", "way": "socket", "at": 1002, "again": False},
    came("poll", 1400, 6),
    came("poll", 2400, 8),
]


def test_who_is_down_and_who_does_not_notice(modules: Modules) -> None:
    assert words(modules, "poll", CUT) == "noticed nothing: no request was under way"
    assert words(modules, "events", CUT) == (
        "down: the browser reconnects by itself; 3 events missed so far"
    )
    assert words(modules, "socket", CUT) == "down: nobody reconnects it; 3 events missed so far"


def test_who_comes_back_with_what(modules: Modules) -> None:
    opened = [{"type": "open", "way": way, "at": 4000} for way in ("events", "socket")]
    back = [*CUT, *opened, came("events", 4100, 6), came("events", 4100, 7)]
    assert words(modules, "events", back) == (
        "reconnected by itself, back after 3.1 s with the 3 events it had missed"
    )
    assert words(modules, "socket", [*back, came("socket", 5000, 6)]) == (
        "reconnected by your press, back after 4.0 s with the 3 events it had missed"
    )


def test_a_failed_request_is_told(modules: Modules) -> None:
    events = [{"type": "cut", "at": 5}, {"type": "failed", "way": "wait", "at": 6}]
    assert words(modules, "wait", events) == (
        "1 request failed; the next asked from the same event on"
    )


def test_a_new_race_knows_nothing_of_the_last(modules: Modules) -> None:
    again = race(modules, [*CUT, {"type": "end", "why": "stopped", "at": 9}, *RACING[:1]])
    assert (again["newest"], again["lanes"]["poll"]["events"], again["why"]) == (0, 0, None)
