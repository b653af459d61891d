"""lib/report.js against the specification: the examples on its page are the contract."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.browser.modules import Modules
from tests.site import ROOT, Site

SPECIFICATION = ROOT / "docs" / "tools" / "report-protocol.md"

CLASSIFY = """(m, messages) => {
  const reader = new m.ReportReader();
  return messages.map((message) => {
    const data = message.bytes ? new Uint8Array(message.bytes) : message;
    const { kind, report, frame } = reader.classify(data);
    return kind === "echo" ? ["echo", frame.n] : ["report", report.type];
  });
}"""


def examples() -> dict[str, dict[str, Any]]:
    """Return the JSON examples of the page by their titles."""
    text = SPECIFICATION.read_text(encoding="utf-8")
    found = re.findall(r'^```json title="([^"]+)"\n(.*?)^```', text, re.DOTALL | re.MULTILINE)
    return {title: json.loads(body) for title, body in found}


EXAMPLES = examples()
ANNOUNCEMENT = EXAMPLES["frame, outgoing text"]


@pytest.fixture
def modules(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def classify(modules: Modules, *messages: Any) -> list[list[Any]]:
    texts = [json.dumps(m) if isinstance(m, dict) and "type" in m else m for m in messages]
    found: list[list[Any]] = modules.run("lib/report.js", CLASSIFY, texts)
    return found


def test_the_page_has_an_example_of_every_type() -> None:
    assert {example["type"] for example in EXAMPLES.values()} == {"hello", "frame", "rtt", "totals"}


@pytest.mark.parametrize("title", EXAMPLES)
def test_every_example_is_accepted(modules: Modules, title: str) -> None:
    assert classify(modules, EXAMPLES[title]) == [["report", EXAMPLES[title]["type"]]]


def test_the_message_after_an_outgoing_frame_is_the_echo(modules: Modules) -> None:
    found = classify(modules, ANNOUNCEMENT, "Hello", EXAMPLES["totals"])
    assert found == [["report", "frame"], ["echo", 2], ["report", "totals"]]


def test_an_echo_that_looks_like_a_report_is_an_echo(modules: Modules) -> None:
    forged = json.dumps({**EXAMPLES["totals"], "t": 0})
    found = classify(modules, ANNOUNCEMENT, forged, ANNOUNCEMENT, json.dumps(ANNOUNCEMENT))
    assert found == [["report", "frame"], ["echo", 2], ["report", "frame"], ["echo", 2]]


def test_a_binary_echo(modules: Modules) -> None:
    announcement = {**ANNOUNCEMENT, "opcode": 2}
    assert classify(modules, announcement, {"bytes": [0, 1]})[1] == ["echo", 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"dir": "in", "mask": "37fa213d"},
        {"fin": False},
        {"opcode": 9},
        {"opcode": 10},
        {"opcode": 8},
    ],
)
def test_other_frames_announce_nothing(modules: Modules, changes: dict[str, Any]) -> None:
    found = classify(modules, {**ANNOUNCEMENT, **changes}, EXAMPLES["totals"])
    assert found == [["report", "frame"], ["report", "totals"]]


def test_the_last_frame_of_a_fragmented_echo_announces_it(modules: Modules) -> None:
    first = {**ANNOUNCEMENT, "fin": False}
    last = {**ANNOUNCEMENT, "opcode": 0, "n": 3}
    assert classify(modules, first, last, "Hello")[2] == ["echo", 3]


def test_newer_fields_and_types_are_ignored(modules: Modules) -> None:
    newer = {**EXAMPLES["rtt"], "jitter": 1}
    found = classify(modules, newer, {"type": "weather", "in": 3}, {"type": "toString"})
    assert found == [["report", "rtt"], ["report", "weather"], ["report", "toString"]]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("hello", "is JSON"),
        ("[]", "string member"),
        ("null", "string member"),
        ('{"type": 1}', "string member"),
        ({"bytes": [1]}, "is text"),
        (json.dumps({**ANNOUNCEMENT, "payload": "4"}), "payload"),
        (json.dumps({**ANNOUNCEMENT, "mask": "37fa"}), "mask"),
        (json.dumps({**EXAMPLES["totals"], "in": {}}), "“in”"),
        (json.dumps({**EXAMPLES["rtt"], "ms": "fast"}), "ms"),
    ],
)
def test_what_must_be_a_report_and_is_none_is_refused(
    modules: Modules, message: Any, words: str
) -> None:
    with pytest.raises(Error, match=words):
        classify(modules, message)
