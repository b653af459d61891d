"""lib/handshake.js, its rules and lib/sha1.js: RFC 6455's own example, and each rule."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import ROOT, Site

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
REQUEST = (
    "GET /chat HTTP/1.1\r\n"
    "Host: server.example.com\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Origin: http://example.com\r\n"
    "Sec-WebSocket-Protocol: chat, superchat\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "\r\n"
)
RESPONSE = (
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: chat\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n"
    "\r\n"
)

PARSE = "({ latin1Bytes, parseHead }, text) => parseHead(latin1Bytes(text))"
JUDGE = """async (rules, text, question) => {
  const { latin1Bytes, parseHead } = await import(new URL("handshake.js", args.root));
  const bytes = latin1Bytes(text);
  const head = parseHead(bytes);
  const asked = question === null ? null : parseHead(latin1Bytes(question));
  const { requestProblems, responseProblems } = rules;
  const request = head.kind === "request";
  const own = request ? requestProblems(head) : responseProblems(head, asked);
  return [...rules.formProblems(head, bytes), ...own];
}"""


@pytest.fixture
def modules(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def judged(modules: Modules, text: str, request: str | None = REQUEST) -> list[dict[str, Any]]:
    script = JUDGE.replace("args.root", json.dumps(f"{modules.root}lib/"))
    found: list[dict[str, Any]] = modules.run("lib/handshake-rules.js", script, text, request)
    return found


def test_sha1_is_hashlibs(modules: Modules) -> None:
    generator = random.Random(1)
    lengths = [*range(130), 1000, 65_537]
    inputs = [generator.randbytes(length).hex() for length in lengths]
    script = """({ sha1 }, inputs) => inputs.map((hex) => {
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
      return Array.from(sha1(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    })"""
    wanted = [hashlib.sha1(bytes.fromhex(text)).hexdigest() for text in inputs]
    assert modules.run("lib/sha1.js", script, inputs) == wanted


def test_accept_is_the_standards(modules: Modules) -> None:
    script = "({ acceptOf }, keys) => keys.map((key) => acceptOf(key).accept)"
    generator = random.Random(2)
    keys = [base64.b64encode(generator.randbytes(16)).decode() for _ in range(20)]
    wanted = [base64.b64encode(hashlib.sha1((k + GUID).encode()).digest()).decode() for k in keys]
    assert modules.run("lib/handshake.js", script, keys) == wanted
    # RFC 6455 section 1.3, and the key of section 4.1, which must not be decoded.
    known = ["dGhlIHNhbXBsZSBub25jZQ==", " dGhlIHNhbXBsZSBub25jZQ== ", "AQIDBAUGBwgJCgsMDQ4PEC=="]
    assert modules.run("lib/handshake.js", script, known) == [
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "OfS0wDaT5NoxF2gqm7Zj2YtetzM=",
    ]


@pytest.mark.parametrize("text", [REQUEST, RESPONSE, "GET", "\r\n\r\n", "a\nb\n\nc", "HTTP/1.1 x"])
def test_each_byte_is_in_one_field(modules: Modules, text: str) -> None:
    head = modules.run("lib/handshake.js", PARSE, text)
    at = 0
    for field in head["fields"]:
        assert field["start"] == at and field["end"] > at
        at = field["end"]
    assert at == head["size"] <= len(text)


def test_lines_are_named(modules: Modules) -> None:
    head = modules.run("lib/handshake.js", PARSE, f"{REQUEST}\x81\x00")
    assert head["kind"] == "request" and head["complete"] and head["size"] == len(REQUEST)
    key = next(field for field in head["fields"] if field["name"] == "sec-websocket-key")
    line = REQUEST[key["start"] : key["end"]]
    assert line == "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    assert (key["title"], key["value"]) == ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    assert key["section"] == "RFC 6455 §11.3.1"
    assert head["fields"][-1]["title"] == "Empty line"


@pytest.mark.parametrize(
    ("text", "request_text"),
    [
        (REQUEST, None),
        (REQUEST.lower().replace("get", "GET").replace("http/1.1", "HTTP/1.1"), None),
        (REQUEST.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade"), None),
        (REQUEST.replace("/chat", "http://server.example.com/chat"), None),
        (RESPONSE, REQUEST),
        (RESPONSE, None),
        (RESPONSE.replace("websocket", "WebSocket").replace(": Upgrade", ":\tupgrade "), REQUEST),
    ],
)
def test_right_handshakes_pass(modules: Modules, text: str, request_text: str | None) -> None:
    # The key is a key in lowercase too.
    assert judged(modules, text, request_text) == []


# What is put in the place of what, in the request: the rule, the section, the status, the line.
REQUEST_RULES = [
    ("GET", "POST", "method", "RFC 6455 §4.2.1", 400, 0),
    ("HTTP/1.1", "HTTP/1.0", "version", "RFC 6455 §4.2.1", 400, 0),
    ("/chat", "chat", "target", "RFC 6455 §4.2.1", 400, 0),
    ("/chat", "/chat#a", "fragment", "RFC 6455 §3", 400, 0),
    ("GET /chat HTTP/1.1", "hello", "firstLine", "RFC 9112 §3", 400, 0),
    ("Host: server.example.com\r\n", "", "noHost", "RFC 6455 §4.2.1", 400, None),
    ("Origin: http:", "Host: http:", "twoHosts", "RFC 9112 §3.2", 400, 5),
    ("Upgrade: websocket\r\n", "", "noUpgrade", "RFC 6455 §4.2.1", 400, None),
    ("Upgrade: websocket", "Upgrade: h2c", "upgrade", "RFC 6455 §4.2.1", 400, 2),
    ("Connection: Upgrade\r\n", "", "noConnection", "RFC 6455 §4.2.1", 400, None),
    ("Connection: Upgrade", "Connection: close", "connection", "RFC 6455 §4.2.1", 400, 3),
    ("Sec-WebSocket-Key", "X-Key", "noKey", "RFC 6455 §4.2.1", 400, None),
    ("Origin: http://example.com", "Sec-WebSocket-Key: x", "twoKeys", "RFC 6455 §11.3.1", 400, 5),
    ("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", "key", "RFC 6455 §4.2.1", 400, 4),
    ("dGhlIHNhbXBsZSBub25jZQ==", "not a key", "key", "RFC 6455 §4.2.1", 400, 4),
    ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ", "key", "RFC 6455 §4.2.1", 400, 4),
    ("Sec-WebSocket-Version: 13\r\n", "", "noVersion", "RFC 6455 §4.2.1", 400, None),
    ("Version: 13", "Version: 8", "notVersion13", "RFC 6455 §4.4", 426, 8),
    (
        "Origin: http://example.com",
        "Sec-WebSocket-Version: 13",
        "twoVersions",
        "RFC 6455 §11.3.5",
        400,
        8,
    ),
    ("chat, superchat", "chat,, b", "subprotocol", "RFC 6455 §4.1", 400, 6),
    ("chat, superchat", "chat, a b", "subprotocol", "RFC 6455 §4.1", 400, 6),
    ("chat, superchat", "chat, chat", "subprotocolTwice", "RFC 6455 §4.1", 400, 6),
    ("; client_max", "; =client_max", "extension", "RFC 6455 §9.1", 400, 7),
    ("Host: server", "Host server", "noColon", "RFC 9112 §5", 400, 1),
    ("Host: server", "Host : server", "spaceBeforeColon", "RFC 9112 §5.1", 400, 1),
    ("Origin: http", " more: http", "folded", "RFC 9112 §5.2", 400, 5),
    ("Origin: http", "Or(igin: http", "badName", "RFC 9110 §5.1", 400, 5),
    ("example.com\r\nUpgrade", "example.com\nUpgrade", "bareLineFeed", "RFC 9112 §2.1", 400, 1),
    ("13\r\n\r\n", "13\r\n", "noEnd", "RFC 9112 §2.1", 400, None),
]


@pytest.mark.parametrize(("old", "new", "rule", "section", "status", "field"), REQUEST_RULES)
def test_what_a_server_refuses(
    modules: Modules, old: str, new: str, rule: str, section: str, status: int, field: int | None
) -> None:
    assert old in REQUEST
    found = {problem["rule"]: problem for problem in judged(modules, REQUEST.replace(old, new, 1))}
    # A line that is no header takes away what it held.
    assert set(found) - {"noHost"} <= {rule, "noHost"}
    assert found[rule]["section"] == section
    assert (found[rule]["status"], found[rule]["field"]) == (status, field)


RESPONSE_RULES = [
    ("101 Switching Protocols", "200 OK", "status", "RFC 6455 §4.1", 0),
    ("Upgrade: websocket\r\n", "", "noUpgrade", "RFC 6455 §4.1", None),
    ("Upgrade: websocket", "Upgrade: h2c", "upgrade", "RFC 6455 §4.1", 1),
    ("Connection: Upgrade\r\n", "", "noConnection", "RFC 6455 §4.1", None),
    ("Connection: Upgrade", "Connection: close", "connection", "RFC 6455 §4.1", 2),
    ("Sec-WebSocket-Accept", "X-Accept", "noAccept", "RFC 6455 §4.1", None),
    ("s3pP", "S3pP", "accept", "RFC 6455 §4.1", 3),
    ("Protocol: chat", "Protocol: other", "subprotocolNotOffered", "RFC 6455 §4.1", 4),
    ("Protocol: chat", "Protocol: Chat", "subprotocolNotOffered", "RFC 6455 §4.1", 4),
    ("permessage-deflate", "x-foo", "extensionNotOffered", "RFC 6455 §4.1", 5),
    ("Sec-WebSocket-Protocol: chat\r\n", "", "noSubprotocol", "WHATWG WebSockets", None),
    (
        "Sec-WebSocket-Extensions: permessage-deflate",
        "Sec-WebSocket-Accept: x",
        "twoAccepts",
        "RFC 6455 §11.3.3",
        5,
    ),
    (
        "Sec-WebSocket-Extensions: permessage-deflate",
        "Sec-WebSocket-Protocol: superchat",
        "twoSubprotocols",
        "RFC 6455 §11.3.4",
        5,
    ),
]


@pytest.mark.parametrize(("old", "new", "rule", "section", "field"), RESPONSE_RULES)
def test_what_a_client_refuses(
    modules: Modules, old: str, new: str, rule: str, section: str, field: int | None
) -> None:
    assert old in RESPONSE
    [problem] = judged(modules, RESPONSE.replace(old, new, 1))
    assert (problem["rule"], problem["section"], problem["field"]) == (rule, section, field)
    assert problem["status"] is None
    assert problem["browser"] is (rule in ("noSubprotocol", "status"))


def test_sections_that_are_named_exist() -> None:
    documents = json.loads((ROOT / "tests/content/sections.json").read_text("utf-8"))["documents"]
    folder = ROOT / "overrides/assets/javascripts/lib"
    missing = []
    for name in ("handshake.js", "handshake-rules.js"):
        text = (folder / name).read_text("utf-8")
        places = re.findall(r'"(\d{4}) (\d[\d.]*)"', text)
        assert places
        missing += [
            place
            for place in places
            if f"section-{place[1]}" not in documents[f"rfc{place[0]}"]["sections"]
        ]
    assert missing == []


def test_page_shows_the_bytes_of_its_example(modules: Modules) -> None:
    page = (ROOT / "docs/protocol/handshake.md").read_text("utf-8")
    dumps = re.findall(r"((?:^ *[0-9a-f]{4}  [0-9a-f ]+\|.*\|\n)+)", page, re.MULTILINE)
    script = "({ parsePaste }, text) => Array.from(parsePaste(text, 'dump').bytes)"
    shown = [bytes(modules.run("lib/paste.js", script, dump)).decode() for dump in dumps]
    text = [
        block.replace("\n", "\r\n")
        for title in ("Client to server", "Server to client")
        for block in re.findall(rf'```http title="{title}, [^\n]*bytes"\n(.*?)```', page, re.DOTALL)
    ]
    assert len(shown) == 2
    assert shown == text
    assert judged(modules, shown[0]) == [] and judged(modules, shown[1], shown[0]) == []
