"""lib/session.js and lib/timeline.js: from raw events to what is known of a connection."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.browser.record import RECORDING
from tests.site import Site

# Every state is frozen before the next event, so a reducer that changed one would throw.
REDUCE = """(m, events) => {
  const freeze = (value) => {
    if (value && typeof value === "object" && !ArrayBuffer.isView(value)) {
      Object.values(value).forEach(freeze);
      Object.freeze(value);
    }
    return value;
  };
  const revive = (e) => (e.data?.hex === undefined ? e : {
    ...e, data: Uint8Array.from(e.data.hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)),
  });
  const state = events.map(revive).reduce((s, e) => freeze(m.reduce(s, e)), m.newSession());
  const data = (d) => (d instanceof Uint8Array ? { hex: Array.from(d) } : d);
  return { ...state, feed: state.feed.map((row) => ({ ...row, data: data(row.data) })), inFlight:
    state.inFlight.length };
}"""


@pytest.fixture
def modules(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def reduce(modules: Modules, *events: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = modules.run("lib/session.js", REDUCE, list(events))
    return state


def opened(at: float = 0) -> list[dict[str, Any]]:
    return [
        {"at": at, "type": "connecting", "url": "ws://h/demo", "epoch": 1000},
        {"at": at + 5, "type": "open", "protocol": "v1.report.websocket.org"},
    ]


def came(at: float, message: Any) -> dict[str, Any]:
    text = json.dumps(message) if isinstance(message, dict) else message
    return {"at": at, "type": "message-in", "data": text}


def frame(n: int, t: float, direction: str, **changes: Any) -> dict[str, Any]:
    report = {
        "type": "frame",
        "n": n,
        "t": t,
        "dir": direction,
        "fin": True,
        "rsv": [0, 0, 0],
        "opcode": 1,
        "mask": "37fa213d" if direction == "in" else None,
        "length": 5,
        "header": "8105",
        "payload": "7f9f4d5158" if direction == "in" else "48656c6c6f",
    }
    return {**report, **changes}


def echoed(
    sent: float, arrived: float, left: float, received: float, n: int = 1
) -> list[dict[str, Any]]:
    return [
        {"at": sent, "type": "message-out", "data": "Hello"},
        came(received, frame(n, arrived, "in")),
        came(received, frame(n + 1, left, "out")),
        came(received, "Hello"),
    ]


def test_an_echo_makes_two_rows_and_a_round_trip(modules: Modules) -> None:
    state = reduce(modules, *opened(), *echoed(100, 512, 513, 125))
    assert (state["sent"], state["received"], state["inFlight"]) == (1, 1, 0)
    assert state["rtts"] == [25]
    assert state["offset"] == {"value": 400, "error": 12}
    sent, received = state["feed"]
    assert (sent["to"], sent["kind"], sent["at"], sent["data"]) == ("server", "TEXT", 100, "Hello")
    assert (received["to"], received["at"], received["rtt"]) == ("client", 125, 25)


def test_an_echo_that_looks_like_a_report_changes_no_number(modules: Modules) -> None:
    forged = json.dumps({"type": "totals", "t": 1})
    events = [
        {"at": 100, "type": "message-out", "data": forged},
        came(110, frame(1, 50, "in")),
        came(110, frame(2, 51, "out")),
        came(110, forged),
    ]
    state = reduce(modules, *opened(), *events)
    assert (state["totals"], state["received"], state["fault"]) == (None, 1, None)
    assert [row["data"] for row in state["feed"]] == [forged, forged]


def test_what_was_compressed_on_the_wire_is_known_from_the_messages(modules: Modules) -> None:
    events = echoed(100, 50, 51, 110)
    events[1] = came(110, frame(1, 50, "in", rsv=[1, 0, 0], payload="a1b2c3", length=3))
    assert reduce(modules, *opened(), *events)["feed"][0]["data"] == "Hello"


def test_a_fragmented_message_is_one_message(modules: Modules) -> None:
    events = [
        {"at": 100, "type": "message-out", "data": "HelloHello"},
        came(120, frame(1, 50, "in", fin=False)),
        came(120, frame(2, 52, "in", opcode=0)),
        came(120, frame(3, 53, "out", length=10)),
        came(120, "HelloHello"),
    ]
    state = reduce(modules, *opened(), *events)
    assert [row["kind"] for row in state["feed"]] == ["TEXT", "CONT", "TEXT"]
    # The bytes of each part, unmasked, and the whole of what came in one piece.
    hello = {"hex": list(b"Hello")}
    assert [row["data"] for row in state["feed"]] == [hello, hello, "HelloHello"]
    assert len(state["exchanges"][0]["lines"]) == 3
    assert state["rtts"] == [20]


def test_answers_are_paired_with_messages_in_order(modules: Modules) -> None:
    first, second = echoed(100, 50, 51, 130), echoed(101, 52, 53, 131, n=3)
    state = reduce(modules, *opened(), first[0], second[0], *first[1:], *second[1:])
    assert state["rtts"] == [30, 30]
    assert [row["at"] for row in state["feed"]] == [100, 130, 101, 131]


def test_a_ping_and_its_pong(modules: Modules) -> None:
    ping = frame(3, 600, "out", opcode=9, payload="00000001", length=4)
    pong = frame(4, 604, "in", opcode=10, payload="37fa213c", length=4)
    rtt = {"type": "rtt", "ping": 3, "pong": 4, "ms": 4}
    state = reduce(
        modules,
        *opened(),
        *echoed(100, 512, 513, 125),
        came(206, ping),
        came(206, pong),
        came(206, rtt),
    )
    rows = state["feed"][2:]
    assert [(row["kind"], row["at"], row["placed"]) for row in rows] == [
        ("PING", 200, True),
        ("PONG", 204, True),
    ]
    assert rows[1]["data"] == {"hex": [0, 0, 0, 1]}
    assert (state["pingRtt"], rows[1]["rtt"]) == (4, 4)
    assert state["rtts"] == [25]


def test_a_new_connection_starts_from_nothing(modules: Modules) -> None:
    closed = {"at": 300, "type": "closed", "code": 1001, "reason": "bye", "clean": True}
    state = reduce(modules, *opened(), *echoed(100, 512, 513, 125), closed)
    assert (state["phase"], state["close"]) == (
        "closed",
        {"code": 1001, "reason": "bye", "clean": True},
    )
    again = reduce(modules, *opened(), *echoed(100, 512, 513, 125), closed, *opened(400))
    assert (again["phase"], again["sent"], again["feed"], again["offset"]) == ("open", 0, [], None)


def test_what_is_no_report_is_a_fault_in_words(modules: Modules) -> None:
    assert "JSON" in reduce(modules, *opened(), came(10, "welcome!"))["fault"]


def test_the_estimate_of_the_offset_is_as_good_as_it_says(modules: Modules) -> None:
    generator = random.Random(5905)
    for _ in range(20):
        true = generator.uniform(-1e6, 1e6)
        samples = []
        for start in range(0, 60_000, 2000):
            up, served, down = (generator.expovariate(1 / 20) for _ in range(3))
            samples.append(
                {
                    "sent": start,
                    "arrived": start + up + true,
                    "left": start + up + served + true,
                    "received": start + up + served + down,
                }
            )
        found = modules.run("lib/timeline.js", "(m, s) => m.estimateOffset(s)", samples)
        assert abs(found["value"] - true) <= found["error"] + 1e-6
        for sample in samples:
            assert sample["sent"] <= sample["arrived"] - found["value"] + 1e-6
            assert sample["left"] - found["value"] <= sample["received"] + 1e-6


def exchange(number: int, sent: float, took: float) -> dict[str, Any]:
    middle = {"server": sent + took / 2 + 1000}
    return {
        "id": number,
        "lines": [
            {"to": "server", "opcode": 1, "left": {"client": sent}, "arrived": middle},
            {"to": "client", "opcode": 1, "left": middle, "arrived": {"client": sent + took}},
        ],
    }


def test_the_timeline_cuts_out_the_idle_time(modules: Modules) -> None:
    exchanges = [exchange(n, 2000 * n, 80) for n in range(9)]
    found = modules.run("lib/timeline.js", "(m, e) => m.timeline(e, 1000, 4)", exchanges)
    assert [segment["start"] for segment in found["segments"]] == [10_000, 12_000, 14_000, 16_000]
    assert found["division"] == 20
    assert found["span"] == 100
    up, down = found["segments"][0]["lines"]
    assert (up["left"], up["arrived"], down["left"], down["arrived"]) == (0, 40, 40, 80)


def test_all_that_is_shown_has_one_scale_and_room_in_it(modules: Modules) -> None:
    generator = random.Random(7)
    exchanges, at = [], 0.0
    for number in range(40):
        at += generator.choice([1, 5, 30, 2000])
        exchanges.append(exchange(number, at, generator.expovariate(1 / 30)))
    for count in (2, 3, 7):
        script = "(m, e, c) => m.timeline(e, 1000, c)"
        found = modules.run("lib/timeline.js", script, exchanges, count)
        assert len(found["segments"]) <= count
        for segment in found["segments"]:
            for line in segment["lines"]:
                assert 0 <= line["left"] <= line["arrived"] <= found["span"] + 1e-9


def test_the_recording_is_a_session_that_its_server_counted_alike(modules: Modules) -> None:
    recording = json.loads(RECORDING.read_text(encoding="utf-8"))
    state = reduce(modules, *recording["events"])
    assert state["fault"] is None
    assert state["phase"] == "open"
    totals = state["totals"]
    assert (state["sent"], state["received"]) == (
        totals["in"]["messages"],
        totals["out"]["messages"],
    )
    kinds = {row["kind"] for row in state["feed"]}
    assert {"TEXT", "BINARY", "PING", "PONG"} <= kinds
