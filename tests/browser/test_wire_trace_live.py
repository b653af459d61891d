"""`<wire-trace>` on a live connection: each kind of frame, and each of its bytes in one field."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_wire_trace import opened, title, unit
from tests.site import Site

READ = """(view) => {
  const owned = (part) => [part.textContent, Number(part.dataset.field)];
  return {
    cells: [...view.querySelectorAll(".wb-hex span")].map(owned),
    elided: [...view.querySelectorAll(".wb-elided")].map(owned),
    fields: [...view.querySelectorAll(".wb-fields li")].map((item) => ({
      title: item.querySelector(".wb-title").textContent,
      value: item.querySelector(".wb-value").textContent,
      section: item.querySelector("a").href,
    })),
  };
}"""
START, LENGTH = "FIN, RSV and opcode", "MASK and payload length"
EXTENDED, KEY, PAYLOAD = "Extended payload length", "Masking key", "Payload"


@dataclass
class Shown:
    """A frame as the panel shows it."""

    data: bytes
    """The bytes in the rows."""
    missing: int
    """Bytes that the panel says the server did not repeat."""
    fields: list[tuple[str, str, int]]
    """Title, value, and how many bytes are marked as the field's, those missing included."""

    @property
    def sizes(self) -> dict[str, int]:
        """How many bytes each field has."""
        return {name: size for name, _, size in self.fields}

    @property
    def values(self) -> dict[str, str]:
        """What each field says."""
        return {name: value for name, value, _ in self.fields}

    @property
    def payload(self) -> bytes:
        """The payload that is shown, without the mask where there is one."""
        header = len(self.data) + self.missing - self.sizes.get(PAYLOAD, 0)
        key = self.data[header - 4 : header] if KEY in self.sizes else bytes(4)
        return bytes(byte ^ key[i % 4] for i, byte in enumerate(self.data[header:]))


def shown(panel: Locator) -> Shown:
    """Read the frame that is chosen. Fails where a byte is in no field, in two, or out of order."""
    read: dict[str, Any] = panel.locator(".wb").evaluate(READ)
    owners = [field for _, field in read["cells"]]
    missing = 0
    for words, field in read["elided"]:
        number = re.match(r"… ([\d,]+) more bytes?", words)
        assert number
        missing = int(number[1].replace(",", ""))
        owners += [field] * missing
    assert owners == sorted(owners)
    assert sorted(set(owners)) == list(range(len(read["fields"])))
    assert all(
        "rfc-editor.org/rfc/rfc6455#section-5" in field["section"] for field in read["fields"]
    )
    return Shown(
        bytes.fromhex("".join(digits for digits, _ in read["cells"])),
        missing,
        [
            (field["title"], field["value"], owners.count(index))
            for index, field in enumerate(read["fields"])
        ],
    )


def header_of(frame: Shown, kind: int, *, masked: bool, length: int) -> dict[str, int]:
    """Check the header against RFC 6455 §5.2, and return the fields that the frame must have."""
    form = b"" if length < 126 else length.to_bytes(2 if length < 65_536 else 8)
    short = length if not form else {2: 126, 8: 127}[len(form)]
    assert frame.data[:2] == bytes((kind, masked << 7 | short))
    assert frame.data[2 : 2 + len(form)] == form
    bits = f"{kind >> 6 & 1}{kind >> 5 & 1}{kind >> 4 & 1}"
    assert frame.values[START] == f"FIN {kind >> 7}, RSV {bits}, opcode {kind & 15}"
    assert frame.values[LENGTH] == f"MASK {int(masked)}, length {short}"
    fields = {START: 1, LENGTH: 1}
    if form:
        assert frame.values[EXTENDED] == f"{length:,}"
        fields[EXTENDED] = len(form)
    if masked:
        fields[KEY] = 4
    return fields


@pytest.fixture
def live(page: Page, site: Site, errors: list[str]) -> Locator:
    panel = opened(page, site)
    panel.get_by_role("button", name="Connect", exact=True).click()
    expect(panel.locator("[data-part='source']")).to_have_text("LIVE")
    expect(unit(panel, "pong", sender="client").first).to_be_attached()
    return panel


def choose(panel: Locator, text: str, sender: str) -> Shown:
    button = unit(panel, text, sender).first
    button.click()
    expect(button).to_have_attribute("aria-current", "true")
    words = button.locator(".wt-what").inner_text()
    expect(title(panel)).to_contain_text(words)
    return shown(panel)


@pytest.mark.parametrize(
    ("button", "opcode", "content", "compressed"),
    [
        ("Text", 1, b"Hello, wire", False),
        ("Binary", 2, b"\xde\xad\xbe\xef", False),
        ("Empty", 1, b"", False),
        ("126 bytes", 2, 126, False),
        ("70,000 bytes", 2, 70_000, True),
        ("Repetitive text", 1, b"again and " * 100, True),
    ],
)
def test_a_message_both_ways(
    live: Locator, button: str, opcode: int, content: bytes | int, compressed: bool
) -> None:
    """``content`` is what was sent, or how much; ``compressed`` whether the server does it too."""
    live.get_by_role("button", name=button, exact=True).click()
    back = "text" if opcode == 1 else "binary"
    # Not the last of all: the server goes on pinging.
    expect(unit(live, back, "server")).to_be_attached()
    messages = []
    for sender, squeezed in (("client", True), ("server", compressed)):
        frame = choose(live, back, sender)
        length = frame.sizes.get(PAYLOAD, 0)
        # Chromium compresses all that it sends, what grows by it too.
        kind = 0x80 | squeezed << 6 | opcode
        fields = header_of(frame, kind, masked=sender == "client", length=length)
        assert frame.sizes == fields | ({PAYLOAD: length} if length else {})
        assert len(frame.data) + frame.missing == sum(fields.values()) + length
        messages.append(inflated(frame.payload) if squeezed else frame.payload)
    assert frame.missing == 0 or isinstance(content, int)
    if isinstance(content, bytes):
        assert messages == [content, content]
    else:
        known = min(map(len, messages))
        assert known >= min(content, 100)
        assert messages[0][:known] == messages[1][:known]


def inflated(payload: bytes) -> bytes:
    """Undo permessage-deflate, as far as the bytes reach (RFC 7692 §7.2.2 without the tail)."""
    return zlib.decompressobj(-15).decompress(payload)


def test_the_compressed_message_is_read(live: Locator) -> None:
    live.get_by_role("button", name="Repetitive text").click()
    expect(unit(live, "text, compressed", "server")).to_be_attached()
    for sender, how in (("client", "Unmasked and decompressed"), ("server", "Decompressed")):
        choose(live, "text, compressed", sender)
        expect(live).to_contain_text(f"{how}: 1,000 B, “again and again and")
        link = live.get_by_role("link", name="Open in the inspector")
        expect(link).to_have_attribute("href", re.compile("deflate=1"))


def test_ping_and_pong(live: Locator) -> None:
    ping = choose(live, "ping, 4 bytes", "server")
    pong = choose(live, "pong, 4 bytes", "client")
    assert ping.sizes == header_of(ping, 0x89, masked=False, length=4) | {PAYLOAD: 4}
    assert pong.sizes == header_of(pong, 0x8A, masked=True, length=4) | {PAYLOAD: 4}
    assert ping.payload == pong.payload


def test_close(live: Locator) -> None:
    live.get_by_role("button", name="More than allowed").click()
    expect(live.get_by_role("status")).to_contain_text("Closed with 1009")
    frame = choose(live, "close 1009", "server")
    length = len(frame.data) - 2
    fields = header_of(frame, 0x88, masked=False, length=length)
    assert frame.sizes == fields | {"Close code": 2, "Close reason": length - 2}
    assert frame.data[2:4] == (1009).to_bytes(2)
    assert frame.values["Close code"] == "1009"
    assert frame.values["Close reason"] == frame.data[4:].decode()


def test_fragments_of_the_echo(live: Locator, errors: list[str]) -> None:
    live.get_by_role("button", name="Text, echoed in fragments").click()
    expect(live.get_by_role("status")).to_contain_text("?fragment=4: the server splits its echoes")
    # The first fragment is shown without being looked for.
    expect(title(live)).to_have_text("Server to client: text “Hell” (more follow)")
    # What the reader sent is one frame.
    assert choose(live, "text, compressed “Hello, wire”", "client").data[0] == 0xC1
    expect(unit(live, "text", "client")).to_have_count(1)
    expect(unit(live, "continuation", "client")).to_have_count(0)
    pieces = (
        ("text “Hell” (more follow)", 0x01, b"Hell"),
        ("continuation “o, w” (more follow)", 0x00, b"o, w"),
        ("continuation “ire”", 0x80, b"ire"),
    )
    for listed, kind, content in pieces:
        frame = choose(live, listed, "server")
        fields = header_of(frame, kind, masked=False, length=len(content))
        assert frame.sizes == fields | {PAYLOAD: len(content)}
        assert frame.payload == content
    choose_head(live, "GET /demo?fragment=4 HTTP/1.1")
    assert errors == []


def choose_head(panel: Locator, line: str) -> None:
    unit(panel, "opening handshake, request", "client").click()
    expect(title(panel)).to_contain_text(line)


def test_fragments_by_keyboard_without_connecting_first(page: Page, site: Site) -> None:
    panel = opened(page, site)
    panel.get_by_role("button", name="Text, echoed in fragments").press("Enter")
    expect(title(panel)).to_contain_text("text “Hell” (more follow)")
    expect(panel.locator("[data-part='source']")).to_have_text("LIVE")
    expect(panel.get_by_role("button", name="Disconnect")).to_be_visible()


def test_no_fragments_without_a_server(page: Page, site: Site) -> None:
    panel = opened(page, site, echo="ws://127.0.0.1:9/demo")
    panel.get_by_role("button", name="Text, echoed in fragments").click()
    expect(panel.get_by_role("status")).to_contain_text("No echo server answers")
    expect(panel.locator("[data-part='source']")).to_have_text("RECORDED")
