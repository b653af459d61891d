"""lib/bytes.js: hexadecimal, UTF-8, base64 and masking."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import Site

READ = """({ parseHex }, text) => {
  try { return Array.from(parseHex(text)); }
  catch (error) { return { message: error.message, offset: error.offset }; }
}"""


class Bytes:
    """Evaluates expressions over the module ``m`` and the arguments ``a``."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules

    def __call__(self, expression: str, *arguments: Any) -> Any:
        return self.modules.run("lib/bytes.js", f"(m, ...a) => {expression}", *arguments)

    def read(self, text: str) -> Any:
        return self.modules.run("lib/bytes.js", READ, text)


@pytest.fixture
def module(site: Site, page: Page) -> Bytes:
    return Bytes(Modules.opened(site, page))


GOOD = {
    "": [],
    "48656c6c6f": list(b"Hello"),
    " 00 01\nFE\tff ": [0, 1, 254, 255],
    "0x00, 0x7f,0xFF": [0, 127, 255],
    "de:ad-be:ef": [0xDE, 0xAD, 0xBE, 0xEF],
    "00" * 70_000: [0] * 70_000,
}

BAD = {
    "0g": (1, "“g”"),
    "00 zz": (3, "“z”"),
    "abc": (2, "“c”"),
    "1 2": (0, "“1”"),
    "00 👋": (3, "“👋”"),
    "0x0": (2, "“0”"),
}


def test_hex_is_read(module: Bytes) -> None:
    for text, expected in GOOD.items():
        assert module.read(text) == expected, text[:40]


def test_bad_hex_is_explained_with_its_offset(module: Bytes) -> None:
    for text, (offset, quoted) in BAD.items():
        error = module.read(text)
        assert error["offset"] == offset, text
        assert quoted in error["message"]
        assert f"offset {offset}" in error["message"]


def test_bytes_are_printed(module: Bytes) -> None:
    assert module("m.printHex(Uint8Array.of(0, 10, 255))") == "00 0a ff"
    assert module("m.printHex(Uint8Array.of(0, 10, 255), '')") == "000aff"
    assert module("m.hexDump(m.encodeUtf8('Hello, wire\\n'))").split("\n") == [
        "0000  48 65 6c 6c 6f 2c 20 77  Hello, w",
        "0008  69 72 65 0a              ire.",
    ]


def test_utf8_is_counted_and_cut(module: Bytes) -> None:
    assert module("m.encodeUtf8(a[0]).length", "é👋") == 6
    assert module("m.headOfText(a[0], 5)", "é👋") == "é"
    assert module("m.headOfText(a[0], 6)", "é👋") == "é👋"
    assert module("m.headOfText(a[0], 9)", "\ufeffmark") == "\ufeffmark"


def test_base64_agrees_with_python(module: Bytes) -> None:
    data = bytes(range(256)) * 100 + b"x"
    written = module("m.toBase64(Uint8Array.from(a[0]))", list(data))
    assert base64.b64decode(written, validate=True) == data


def test_the_masked_hello_of_the_rfc_is_unmasked(module: Bytes) -> None:
    """RFC 6455 §5.7, "A single-frame masked text message"."""
    expression = "Array.from(m.unmask(m.parseHex('7f9f4d5158'), m.parseHex('37fa213d')))"
    assert bytes(module(expression)) == b"Hello"


def test_bytes_are_compared_whole(module: Bytes) -> None:
    equal = "m.equalBytes(Uint8Array.from(a[0]), Uint8Array.from(a[1]))"
    assert module(equal, [1, 2], [1, 2]) is True
    assert module(equal, [1, 2], [1, 3]) is False
    assert module(equal, [1, 2], [1, 2, 3]) is False
