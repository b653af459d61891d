"""The messages that are echoed: made once, before anything is timed."""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import dataclass

TEXT, BINARY = 1, 2

# More different messages than a window of 32 KiB holds: repeating one would compress to nothing.
_DISTINCT = 65_536


@dataclass(frozen=True)
class Message:
    """One message, ready for the wire."""

    opcode: int
    payload: bytes
    wire: bytes


def messages(kind: str, size: int, *, compressed: bool, seed: int = 0) -> list[Message]:
    """Different messages of one size; `kind` is "json" or "random"."""
    chance = random.Random(seed)
    made = []
    for _ in range(max(8, _DISTINCT // size)):
        if kind == "json":
            opcode, payload = TEXT, _json(chance, size)
        else:
            opcode, payload = BINARY, chance.randbytes(size)
        made.append(
            Message(opcode, payload, frame(opcode, payload, chance.randbytes(4), compressed))
        )
    return made


def _json(chance: random.Random, size: int) -> bytes:
    """A list of events as an API sends them, cut to the size."""
    events: list[object] = []
    while len(text := json.dumps(events)) < size:
        events.append(
            {
                "id": chance.randrange(10**6),
                "type": chance.choice(["created", "changed", "moved", "removed"]),
                "user": chance.choice(["ada", "grace", "edsger", "barbara", "alan"]),
                "position": [round(chance.uniform(-90, 90), 4), round(chance.uniform(0, 180), 4)],
            }
        )
    return text.encode()[:size]


def frame(opcode: int, payload: bytes, mask: bytes, compressed: bool = False) -> bytes:
    """A client's frame (RFC 6455 section 5.2), compressed without context (RFC 7692)."""
    first = 0x80 | opcode
    if compressed:
        deflate = zlib.compressobj(wbits=-12)
        payload = (deflate.compress(payload) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
        first |= 0x40
    size = len(payload)
    if size < 126:
        header = bytes([first, 0x80 | size])
    elif size < 65536:
        header = bytes([first, 0x80 | 126]) + size.to_bytes(2, "big")
    else:
        raise ValueError(f"no message of {size} bytes is measured")
    key = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return header + mask + masked.to_bytes(size, "big")
