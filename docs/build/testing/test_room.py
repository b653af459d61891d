"""The rules, without a network: thousands of these run in a second."""

import json

import pytest
from room import RejectedError, Room


# --8<-- [start:rules]
def test_messages_are_numbered() -> None:
    room = Room()
    first = json.loads(room.receive("ada", '{"say": " hello "}'))
    assert first == {"n": 1, "from": "ada", "say": "hello"}
    assert json.loads(room.receive("bob", '{"say": "hi"}'))["n"] == 2


BROKEN = [
    "",
    "hello",
    "[]",
    "null",
    '"say"',
    "{}",
    '{"say": 1}',
    '{"say": " "}',
    b"\x00",
    "[" * 4000,
]


@pytest.mark.parametrize("text", [*BROKEN, json.dumps({"say": "x" * 501})])
def test_what_breaks_the_rules_is_rejected(text: str | bytes) -> None:
    room = Room()
    with pytest.raises(RejectedError):
        room.receive("mallory", text)
    assert room.last == 0


# --8<-- [end:rules]
