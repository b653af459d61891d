"""lib/deflate.js and lib/paste.js: against zlib, RFC 7692, and all forms of bytes."""

from __future__ import annotations

import base64
import random
import zlib
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import Site

INFLATE = """async ({ inflate, DeflateError }, hex, history) => {
  const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  try {
    const all = await inflate(bytes(hex), bytes(history));
    return Array.from(all, (byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch (error) {
    if (error instanceof DeflateError) return error.message;
    throw error;
  }
}"""

# RFC 7692 section 7.2.3, and what each holds: `Hello`, or nothing.
EXAMPLES = {
    "one block": ("f248cdc9c90700", "", b"Hello"),
    "sharing the window": ("f200110000", "48656c6c6f", b"Hello"),
    "no compression": ("000500faff48656c6c6f00", "", b"Hello"),
    "last block": ("f348cdc9c9070000", "", b"Hello"),
    "two blocks": ("f248050000 00ffffcac9c90700".replace(" ", ""), "", b"Hello"),
    "empty": ("00", "", b""),
}


@pytest.fixture
def modules(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def inflated(modules: Modules, payload: bytes, history: bytes = b"") -> str:
    result: str = modules.run("lib/deflate.js", INFLATE, payload.hex(), history.hex())
    return result


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_of_the_standard(modules: Modules, name: str) -> None:
    payload, history, wanted = EXAMPLES[name]
    found = inflated(modules, bytes.fromhex(payload), bytes.fromhex(history))
    assert found == wanted.hex()


def test_messages_of_a_connection_that_keeps_its_window(modules: Modules) -> None:
    generator = random.Random(3)
    compressor = zlib.compressobj(wbits=-15)
    history = b""
    for size in (10, 40_000, 3, 50_000, 100):
        half = generator.randbytes(size // 2)
        message = half + history[-size:][: size // 2]
        payload = compressor.compress(message) + compressor.flush(zlib.Z_SYNC_FLUSH)
        assert payload.endswith(b"\x00\x00\xff\xff")
        assert inflated(modules, payload[:-4], history) == message.hex()
        history += message


@pytest.mark.parametrize("size", [0, 1, 5, 300, 70_000])
def test_what_it_compresses_zlib_reads(modules: Modules, size: int) -> None:
    data = (b"again and " * 7000)[:size]
    script = """async ({ deflate }, length) => {
      const text = "again and ".repeat(7000).slice(0, length);
      const made = await deflate(new TextEncoder().encode(text));
      return Array.from(made, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }"""
    payload = bytes.fromhex(modules.run("lib/deflate.js", script, size))
    reader = zlib.decompressobj(wbits=-15)
    assert reader.decompress(payload) == data
    # Behind the last block stands the byte that makes the receiver's four bytes a block.
    assert reader.eof and reader.unused_data == b"\x00"
    assert inflated(modules, payload) == data.hex()


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("", "at least one byte"),
        ("ffffffff", "no DEFLATE data"),
        ("f200110000", "earlier message of the connection"),
    ],
)
def test_what_is_no_message_is_said(modules: Modules, payload: str, words: str) -> None:
    assert words in inflated(modules, bytes.fromhex(payload))


def test_a_bomb_stops(modules: Modules) -> None:
    compressor = zlib.compressobj(9, wbits=-15)
    payload = compressor.compress(bytes(17 * 1024 * 1024)) + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert inflated(modules, payload[:-4]) == "This message decompresses to more than 16 MiB."


PARSE = """({ parsePaste }, text, form) => {
  try {
    const { bytes, form: found } = parsePaste(text, form);
    return { hex: Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(""), form: found };
  } catch (error) {
    return { message: error.message, offset: error.offset };
  }
}"""

BYTES = bytes.fromhex("818537fa213d7f9f4d5158")
C_ARRAY = """/* Frame (77 bytes) */
static const unsigned char pkt1[11] = {
0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, /* ..7.!=.. */
0x4d, 0x51, 0x58 // MQX
};
"""
C_ARRAYS = """char peer0_0[] = { /* Packet 4 */
0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d };
char peer0_1[] = { /* Packet 6 */
0x7f, 0x9f, 0x4d, 0x51, 0x58 };
"""
FORMS = {
    "pairs": ("81 85 37 fa 21 3d 7f 9f 4d 51 58", "hex"),
    "stream": ("818537FA213D7F9F4D5158", "hex"),
    "colons": ("81:85:37:fa:21:3d:7f:9f:4d:51:58", "hex"),
    "prefixed": ("0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58", "hex"),
    "escaped": (r"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "hex"),
    "C array": (C_ARRAY, "c"),
    "C arrays of a stream": (C_ARRAYS, "c"),
    "Wireshark": ("0000   81 85 37 fa 21 3d 7f 9f 4d 51 58                  ..7.!=..MQX", "dump"),
    "hexdump -C": (
        "00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58                 |..7.!=..MQX|\n0000000b",
        "dump",
    ),
    "xxd": (
        "00000000: 8185 37fa 213d 7f9f  ..7.!=..\n00000008: 4d51 58              MQX",
        "dump",
    ),
    "xxd of characters that look like bytes": (
        "00000000: 8185 37fa 213d 7f9f  abcdef01\n00000008: 4d51 58              abc",
        "dump",
    ),
    "base64": (base64.b64encode(BYTES).decode(), "base64"),
    "base64 without padding": (base64.urlsafe_b64encode(BYTES).decode().rstrip("="), "base64"),
    "base64 for addresses": (base64.urlsafe_b64encode(BYTES).decode(), "base64"),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_bytes(modules: Modules, name: str) -> None:
    text, form = FORMS[name]
    assert modules.run("lib/paste.js", PARSE, text, "auto") == {"hex": BYTES.hex(), "form": form}


@pytest.mark.parametrize(
    ("text", "form", "offset"),
    [
        ("81 0g", "auto", 4),
        ("81 5", "auto", 3),
        ("8185g7fa", "auto", 4),
        ("{ 0x81, 0xzz }", "auto", 10),
        ("gQ!=", "base64", 2),
        ("gQAAA", "base64", 4),
    ],
)
def test_bad_text_is_pointed_at(modules: Modules, text: str, form: str, offset: int) -> None:
    found: dict[str, Any] = modules.run("lib/paste.js", PARSE, text, form)
    assert found["offset"] == offset
    assert str(offset) in found["message"]
