"""lib/frame.js: against the examples of RFC 6455 and against the frames of `websockets`."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from websockets.frames import Frame, Opcode
from websockets.protocol import CLIENT, OPEN, SERVER, Protocol

from tests.browser.modules import Modules
from tests.site import Site

DECODE = """({ FrameDecoder }, conversations) => conversations.map((conversation) => {
  const { hex, cuts, sender, compression } = conversation;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const text = (part) => Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const decoder = new FrameDecoder({ sender, compression });
  const frames = [];
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    frames.push(...decoder.push(bytes.subarray(start, end)));
    start = end;
  }
  return {
    rest: text(decoder.rest),
    frames: frames.map((frame) => ({
      ...frame,
      mask: frame.mask && text(frame.mask),
      payload: text(frame.payload),
      data: text(frame.data),
      message: frame.message && { ...frame.message, data: text(frame.message.data) },
    })),
  };
})"""

ENCODE = """({ encodeFrame }, frames) => frames.map(({ data, mask, ...frame }) => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const encoded = encodeFrame({ ...frame, data: bytes(data), mask: mask && bytes(mask) });
  return Array.from(encoded, (byte) => byte.toString(16).padStart(2, "0")).join("");
})"""

# RFC 6455 section 5.7: who sends it, the bytes, and what each frame is.
RFC = {
    "unmasked text": ("server", "810548656c6c6f", [(1, True, "Hello")]),
    "masked text": ("client", "818537fa213d7f9f4d5158", [(1, True, "Hello")]),
    "fragments": ("server", "010348656c80026c6f", [(1, False, "Hel"), (0, True, "lo")]),
    "ping": ("server", "890548656c6c6f", [(9, True, "Hello")]),
    "masked pong": ("client", "8a8537fa213d7f9f4d5158", [(10, True, "Hello")]),
    "256 bytes": ("server", "827e0100" + "61" * 256, [(2, True, "a" * 256)]),
    "64 KiB": ("server", "827f0000000000010000" + "61" * 65536, [(2, True, "a" * 65536)]),
}

# What is wrong, in bytes, and from whom: the rule, its section, and the close code it deserves.
BROKEN = {
    "8105 48656c6c6f": ("client", "unmasked", "RFC 6455 §5.1", 1002),
    "8185 37fa213d 7f9f4d5158": ("server", "masked", "RFC 6455 §5.1", 1002),
    "c100": ("server", "reservedBit", "RFC 6455 §5.2", 1002),
    "b100": ("server", "reservedBit", "RFC 6455 §5.2", 1002),
    "8300": ("server", "unknownOpcode", "RFC 6455 §5.2", 1002),
    "8f00": ("server", "unknownOpcode", "RFC 6455 §5.2", 1002),
    "827e0005 0000000000": ("server", "longerThanNeeded", "RFC 6455 §5.2", 1002),
    "827f0000000000000001 00": ("server", "longerThanNeeded", "RFC 6455 §5.2", 1002),
    "827f8000000000000001 00": ("server", "lengthTooLarge", "RFC 6455 §5.2", 1002),
    "8000": ("server", "nothingToContinue", "RFC 6455 §5.4", 1002),
    "0100 8100": ("server", "interleaved", "RFC 6455 §5.4", 1002),
    "0900": ("server", "fragmentedControl", "RFC 6455 §5.5", 1002),
    "897e007e" + "00" * 126: ("server", "longControl", "RFC 6455 §5.5", 1002),
    "8800 8100": ("server", "afterClose", "RFC 6455 §5.5.1", None),
    "880103": ("server", "halfCloseCode", "RFC 6455 §5.5.1", 1002),
    "880203ee": ("server", "reservedCloseCode", "RFC 6455 §7.4.1", 1002),
    "88020001": ("server", "undefinedCloseCode", "RFC 6455 §7.4.2", 1002),
    "88021388": ("server", "undefinedCloseCode", "RFC 6455 §7.4.2", 1002),
    "880403e8 c328": ("server", "reasonNotUtf8", "RFC 6455 §8.1", 1007),
    "8102 c328": ("server", "textNotUtf8", "RFC 6455 §8.1", 1007),
    "8101 c3": ("server", "textNotUtf8", "RFC 6455 §8.1", 1007),
}
# The same with permessage-deflate negotiated.
BROKEN_COMPRESSED = {
    "c900": ("server", "compressedControl", "RFC 7692 §6", 1002),
    "4100 c000": ("server", "compressedContinuation", "RFC 7692 §6", 1002),
    "a100": ("server", "reservedBit", "RFC 6455 §5.2", 1002),
}
FINE = ["8100", "8800", "880203e8", "0101c3 0000 8001a9", "0101c3 8900 8001a9", "8a00"]

Conversation = dict[str, Any]

# A page answers many at once as fast as one, so an example is a batch; shrinking one takes minutes.
IN_BATCHES = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.large_base_example],
)


def conversation(hexadecimal: str, sender: str | None, compression: bool = False) -> Conversation:
    text = hexadecimal.replace(" ", "")
    return {"hex": text, "cuts": [], "sender": sender, "compression": compression}


@pytest.fixture
def modules(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def decode(modules: Modules, conversations: list[Conversation]) -> list[dict[str, Any]]:
    return modules.run("lib/frame-decoder.js", DECODE, conversations)  # type: ignore[no-any-return]


def test_the_examples_of_the_rfc(modules: Modules) -> None:
    results = decode(modules, [conversation(text, sender) for sender, text, _ in RFC.values()])
    for name, result in zip(RFC, results, strict=True):
        expected = RFC[name][2]
        seen = [
            (f["opcode"], f["fin"], bytes.fromhex(f["data"]).decode()) for f in result["frames"]
        ]
        assert seen == expected, name
        assert result["rest"] == ""
        assert [f["problems"] for f in result["frames"]] == [[]] * len(expected), name
    message = results[list(RFC).index("fragments")]["frames"][1]["message"]
    assert bytes.fromhex(message["data"]) == b"Hello"
    assert message["frames"] == 2


def test_each_violation_is_named_with_its_section_and_close_code(modules: Modules) -> None:
    cases = [(False, case) for case in BROKEN.items()]
    cases += [(True, case) for case in BROKEN_COMPRESSED.items()]
    results = decode(
        modules,
        [conversation(text, sender, compression) for compression, (text, (sender, *_)) in cases],
    )
    for (_, (text, (_, *expected))), result in zip(cases, results, strict=True):
        *before, last = result["frames"]
        assert [frame["problems"] for frame in before] == [[]] * len(before), text
        seen = [(p["rule"], p["section"], p["code"]) for p in last["problems"]]
        assert seen == [tuple(expected)], text
        assert last["problems"][0]["message"].endswith("."), text


def test_every_rule_has_a_case_here(modules: Modules) -> None:
    rules = modules.run("lib/frame-rules.js", "({ RULES }) => Object.keys(RULES)")
    assert {case[1] for case in (*BROKEN.values(), *BROKEN_COMPRESSED.values())} == set(rules)


def test_what_is_allowed_has_no_problem(modules: Modules) -> None:
    cases: list[tuple[str, str | None, bool]] = [(text, "server", False) for text in FINE]
    cases.append(("c100", "server", True))
    # Who sent it is not known, so masks are not judged.
    cases.append(("818537fa213d7f9f4d5158 8100", None, False))
    results = decode(modules, [conversation(*case) for case in cases])
    for case, result in zip(cases, results, strict=True):
        assert all(frame["problems"] == [] for frame in result["frames"]), case


LENGTHS = st.one_of(
    st.integers(0, 300), st.sampled_from([0, 1, 125, 126, 127, 65535, 65536, 70000])
)


@st.composite
def frames(draw: st.DrawFn, valid: bool) -> list[dict[str, Any]]:
    """Frames of one direction; where ``valid``, such as an endpoint may send."""
    sequence = []
    masked = draw(st.booleans())
    for _ in range(draw(st.integers(1, 6))):
        opcode = draw(st.sampled_from([0, 1, 2, 9, 10]))
        length = draw(LENGTHS if valid and opcode < 8 else st.integers(0, 125))
        frame = {
            "opcode": opcode,
            "fin": opcode >= 8 or draw(st.booleans()),
            "rsv": [0, 0, 0],
            "data": random.Random(draw(st.integers(0, 2**32))).randbytes(length),
            "masked": masked,
        }
        sequence.append(frame)
    if not valid:
        wrong = draw(st.sampled_from(sequence))
        change = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "opcode": st.integers(0, 15),
                    "fin": st.booleans(),
                    "rsv": st.lists(st.integers(0, 1), min_size=3, max_size=3),
                    "masked": st.booleans(),
                    "data": st.binary(max_size=200),
                },
            )
        )
        wrong.update(change)
    return sequence


def serialized(frame: dict[str, Any]) -> bytes:
    """The frame as `websockets` writes it, also where that would refuse to."""
    # It checks frames before it writes them, so each is written as a sound one first.
    wire = bytearray(Frame(Opcode.BINARY, frame["data"]).serialize(mask=frame["masked"]))
    rsv1, rsv2, rsv3 = frame["rsv"]
    wire[0] = frame["fin"] << 7 | rsv1 << 6 | rsv2 << 5 | rsv3 << 4 | frame["opcode"]
    return bytes(wire)


@IN_BATCHES
@given(st.lists(frames(valid=True), min_size=10, max_size=25), st.randoms(use_true_random=False))
def test_frames_of_websockets_are_read_and_written_alike(
    modules: Modules, many: list[list[dict[str, Any]]], chance: random.Random
) -> None:
    wires = [[serialized(frame) for frame in sequence] for sequence in many]
    talks = []
    for parts in wires:
        whole = b"".join(parts)
        talk = conversation(whole.hex(), None)
        talk["cuts"] = sorted(chance.randint(0, len(whole)) for _ in range(chance.randint(0, 8)))
        talks.append(talk)
    flat = []
    for sequence, sent, result in zip(many, wires, decode(modules, talks), strict=True):
        assert result["rest"] == ""
        offset = 0
        for frame, wire, seen in zip(sequence, sent, result["frames"], strict=True):
            assert seen["opcode"] == frame["opcode"]
            assert seen["fin"] == frame["fin"]
            assert seen["rsv"] == frame["rsv"]
            assert bytes.fromhex(seen["data"]) == frame["data"]
            assert seen["offset"] == offset
            assert bytes.fromhex(seen["payload"]) == wire[len(wire) - len(frame["data"]) :]
            offset += len(wire)
            fields = {key: seen[key] for key in ("opcode", "fin", "rsv", "data", "mask")}
            flat.append((fields, wire.hex()))
    written = modules.run("lib/frame.js", ENCODE, [fields for fields, _ in flat])
    assert written == [wire for _, wire in flat]


# This layer of websockets leaves the text to the one above it, and discards what follows a close.
UNSEEN = ("textNotUtf8", "afterClose")


def websockets_verdict(sender: str, wire: bytes) -> int | None:
    """The close code with which `websockets` fails the connection, or None where it does not."""
    protocol = Protocol(SERVER if sender == "client" else CLIENT, state=OPEN)
    protocol.receive_data(wire)
    if protocol.parser_exc is None:
        return None
    assert protocol.close_sent is not None
    return int(protocol.close_sent.code)


@IN_BATCHES
@given(st.lists(frames(valid=False), min_size=20, max_size=40))
def test_frames_are_judged_as_websockets_judges_them(
    modules: Modules, many: list[list[dict[str, Any]]]
) -> None:
    talks = []
    for sequence in many:
        sender = "client" if sequence[0]["masked"] else "server"
        talks.append(conversation(b"".join(map(serialized, sequence)).hex(), sender))
    for talk, result in zip(talks, decode(modules, talks), strict=True):
        codes = [
            {p["code"] for p in frame["problems"] if p["rule"] not in UNSEEN}
            for frame in result["frames"]
        ]
        first = next((found for found in codes if found), set())
        verdict = websockets_verdict(talk["sender"], bytes.fromhex(talk["hex"]))
        assert (verdict in first) if first else verdict is None, talk


FIELDS = """({ frameFields }, wires) => wires.map((hex) => frameFields(
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)), { compression: true }))"""


@IN_BATCHES
@given(st.lists(st.binary(min_size=1, max_size=40), min_size=50, max_size=100), frames(valid=True))
def test_each_byte_and_bit_belongs_to_exactly_one_field(
    modules: Modules, cut: list[bytes], whole: list[dict[str, Any]]
) -> None:
    wires = [*cut, *map(serialized, whole)]
    results = modules.run("lib/frame-fields.js", FIELDS, [wire.hex() for wire in wires])
    for wire, parts in zip(wires, results, strict=True):
        assert parts[0]["start"] == 0
        for before, after in itertools.pairwise(parts):
            assert before["end"] == after["start"]
        for field in parts:
            bits = field.get("bits", [])
            if not bits:
                continue
            assert [bit["first"] for bit in bits] == [
                sum(bit["count"] for bit in bits[:index]) for index in range(len(bits))
            ]
            value = 0
            for bit in bits:
                value = value << bit["count"] | bit["value"]
            assert value == wire[field["start"]]
            assert sum(bit["count"] for bit in bits) == 8
    for wire, parts in list(zip(wires, results, strict=True))[len(cut) :]:
        assert sum(field["end"] - field["start"] for field in parts) == len(wire)
