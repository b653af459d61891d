"""`<wire-inspector>`: what a reader sees of bytes, good and bad, and of frames that are built."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.modules import Modules
from tests.site import Site


@pytest.fixture
def panel(page: Page, site: Site, errors: list[str]) -> Locator:
    page.goto(site.url("tools/inspector/"))
    inspector = page.get_by_role("group", name="Inspector", exact=True)
    expect(inspector.locator(".wi-part")).to_have_count(1)
    return inspector


def part(panel: Locator, number: int = 0) -> Locator:
    return panel.locator(".wi-part").nth(number)


def status(panel: Locator) -> Locator:
    return panel.locator("[data-part='status']")


def paste(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox", name="Bytes in hexadecimal").fill(text)


def test_a_masked_frame_is_read_field_by_field(panel: Locator) -> None:
    frame = part(panel)
    heading = frame.get_by_role("heading")
    expect(heading).to_have_text("Client to server: text “Hello”")
    expect(frame).to_contain_text("Unmasked: “Hello”")
    key = frame.get_by_role("button", name="Masking key")
    key.focus()
    expect(key).to_have_attribute("aria-expanded", "true")
    expect(frame.locator(".wb-hex .wb-lit")).to_have_text(["37", "fa", "21", "3d"])
    expect(frame.get_by_role("link", name="RFC 6455 §5.3")).to_be_visible()
    frame.locator(".wb-hex span").last.hover()
    expect(frame.locator(".wb-hex .wb-lit")).to_have_text(["7f", "9f", "4d", "51", "58"])
    expect(key).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("81 05 48 65 6c 6c 6f", "A client masks every frame; this one has no mask."),
        ("GET / HTTP/1.1", "Host is missing. The server answers with 400."),
        ("8185", "The last breaks off."),
        ("gYU3+iE9f59NUVg=", "read as base64"),
        (
            "{ 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58 };",
            "read as a C array",
        ),
    ],
)
def test_what_is_pasted_is_read(panel: Locator, text: str, words: str) -> None:
    paste(panel, text)
    expect(panel).to_contain_text(words)


def test_bad_text_is_pointed_at(panel: Locator) -> None:
    field = panel.get_by_role("textbox", name="Bytes in hexadecimal")
    paste(panel, "81 0g")
    expect(status(panel)).to_contain_text("“g” at offset 4")
    expect(field).to_have_attribute("aria-invalid", "true")
    panel.get_by_role("button", name="Show where").click()
    expect(field).to_be_focused()
    assert field.evaluate("(f) => [f.selectionStart, f.selectionEnd]") == [4, 5]


def test_examples_show_what_they_say(panel: Locator) -> None:
    choice = panel.get_by_label("Example")
    choice.select_option("Compressed text, twice")
    expect(panel.get_by_role("heading", name="compressed “Hello”")).to_have_count(2)
    choice.select_option("Opening handshake")
    expect(panel.get_by_role("heading", name="opening handshake, response")).to_be_visible()
    expect(panel).to_contain_text("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    choice.select_option("Close with a code that nobody may send")
    expect(panel).to_contain_text("Close code 1006 is never sent in a frame.")


def test_a_frame_is_built_and_read_again(panel: Locator) -> None:
    build = panel.get_by_role("form", name="Build a frame")
    built = build.locator("code")
    expect(built).to_have_text("81 85 37 fa 21 3d 7f 9f 4d 51 58")
    build.get_by_label("Masking key").fill("")
    build.get_by_label("Opcode").select_option("8")
    build.get_by_label("Reason").fill("done")
    expect(built).to_have_text("88 06 03 e8 64 6f 6e 65")
    build.get_by_label("Length written in").select_option("16")
    build.get_by_role("button", name="Decode it above").click()
    expect(part(panel).get_by_role("heading")).to_have_text("Server to client: close 1000 “done”")
    expect(panel).to_contain_text("the shortest form that holds it must be used")
    build.get_by_label("Masking key").fill("1")
    expect(build.locator("[data-part='built-status']")).to_contain_text("half a byte")


def test_a_frame_that_cannot_be_built_replaces_nothing(panel: Locator) -> None:
    field = panel.get_by_role("textbox", name="Bytes in hexadecimal")
    paste(panel, "89 00")
    build = panel.get_by_role("form", name="Build a frame")
    build.get_by_label("Opcode").select_option("8")
    build.get_by_label("Compress").check()
    build.get_by_role("button", name="Decode it above").click()
    expect(panel).to_contain_text("a control frame is never compressed")
    build.get_by_label("Masking key").fill("1")
    paste(panel, "89 00")
    for name in ("Decode it above", "Copy"):
        build.get_by_role("button", name=name, exact=True).click()
        expect(build.locator("[data-part='built-status']")).to_contain_text("half a byte")
    expect(field).to_have_value("89 00")


def test_a_key_is_hashed(panel: Locator) -> None:
    key = panel.get_by_role("form", name="Compute Sec-WebSocket-Accept")
    expect(key).to_contain_text("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    key.get_by_role("textbox").fill("AQIDBAUGBwgJCgsMDQ4PEC==")
    expect(key).to_contain_text("OfS0wDaT5NoxF2gqm7Zj2YtetzM=")
    key.get_by_role("textbox").fill("c2hvcnQ=")
    expect(key).to_contain_text("The key decodes to 5 bytes")


def test_a_link_holds_the_bytes(page: Page, site: Site) -> None:
    page.goto(site.url("tools/inspector/#from=server&deflate=1&hex=c107f248cdc9c90700"))
    expect(page.get_by_role("heading", name="text, compressed “Hello”")).to_be_visible()


def test_a_copied_link_holds_also_what_is_not_shown(panel: Locator) -> None:
    page = panel.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    paste(panel, "8900" * 201)
    expect(status(panel)).to_contain_text("201 parts")
    panel.get_by_role("button", name="Copy a link").click()
    expect(status(panel)).to_contain_text("Copied a link")
    assert page.evaluate("navigator.clipboard.readText()").endswith("hex=" + "8900" * 201)


def test_a_large_frame_is_read_and_its_first_bytes_stand_in_rows(panel: Locator) -> None:
    paste(panel, "82 7f 00 00 00 00 00 01 00 00" + "00" * 65_536)
    expect(panel).to_contain_text("… 61,450 more bytes of the payload, which are not shown here")
    expect(panel.locator(".wb-hex span")).to_have_count(4096)
    expect(panel.get_by_role("button", name="Extended payload length 65,536")).to_be_visible()


def test_a_length_is_shown_as_it_is_written(panel: Locator) -> None:
    paste(panel, "82 7f" + "ff" * 8)
    exact = "Extended payload length 18,446,744,073,709,551,615"
    expect(panel.get_by_role("button", name=exact)).to_be_visible()
    expect(part(panel).get_by_role("heading")).to_contain_text("binary, more than 9,007,199,")


def test_it_fits_a_phone(page: Page, panel: Locator) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


ACCOUNT = """async ({ inspect }, all) => {
  const wrong = [];
  for (const { hex, sender, compression } of all) {
    const { parts } = await inspect(hex, { form: "hex", sender, compression });
    let sum = 0;
    for (const { fields, total, bytes } of parts) {
      let at = 0;
      for (const field of fields) {
        if (field.start !== at || field.end <= at) wrong.push(hex);
        at = field.end;
      }
      if (at !== total || bytes.length !== total) wrong.push(hex);
      sum += total;
    }
    if (2 * sum !== hex.length) wrong.push(hex);
  }
  return wrong;
}"""


REQUEST = """GET /chat HTTP/1.1\r
Host: server.example.com\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Extensions: permessage-deflate\r
\r
"""
RESPONSE = """HTTP/1.1 101 Switching Protocols\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
Sec-WebSocket-Extensions: permessage-deflate\r
\r
"""
# A masked text of a client, and RFC 7692's compressed "Hello" of a server.
BOTH_WAYS = bytes.fromhex("818537fa213d7f9f4d5158" + "c107f248cdc9c90700")
FOUND = """async ({ inspect }, text) => {
  const { error, parts } = await inspect(text);
  return [error, parts.flatMap(({ findings }) => findings.map(({ message }) => message))];
}"""


def test_a_whole_connection_is_judged_by_what_its_handshake_agreed(site: Site, page: Page) -> None:
    modules = Modules.opened(site, page)
    whole = (REQUEST + RESPONSE).encode() + BOTH_WAYS
    assert modules.run("lib/inspect.js", FOUND, whole.hex()) == [None, []]
    # After the response alone only the server speaks.
    _, found = modules.run("lib/inspect.js", FOUND, (RESPONSE.encode() + BOTH_WAYS).hex())
    assert found == ["A server masks no frame; this one is masked."]


def test_a_header_of_any_length_is_judged(site: Site, page: Page) -> None:
    modules = Modules.opened(site, page)
    text = f"GET / HTTP/1.1\n{'a' * 300_000}: b"
    error, found = modules.run("lib/inspect.js", FOUND, text)
    assert error is None
    assert "Host is missing." in found


def test_any_bytes_are_accounted_for(site: Site, page: Page) -> None:
    modules = Modules.opened(site, page)
    generator = random.Random(4)
    inputs = [
        {
            "hex": generator.randbytes(generator.randrange(24)).hex(),
            "sender": generator.choice([None, "client", "server"]),
            "compression": generator.random() < 0.5,
        }
        for _ in range(3000)
    ]
    assert modules.run("lib/inspect.js", ACCOUNT, inputs) == []
