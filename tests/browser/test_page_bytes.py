"""Every block of bytes on a page, fenced as `hex`, decodes to what its title says."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import ROOT, Site

DOCS = ROOT / "docs"
BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)```hex(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=indent)```[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
TITLE = re.compile(r' title="(?P<title>[^"]+)"')
LEFT_OUT = re.compile(r"… ([\d,]+) more bytes?")
SAYS = re.compile(
    r"(?P<sender>Client|Server|Either end) to (?:server|client|the other): (?P<frames>.+)"
)

TITLES = """async ({ describe }, text, sender) => describe(text, sender)"""


def filled(text: str) -> str:
    """The bytes with zeros for those that are left out."""
    return LEFT_OUT.sub(lambda match: "00 " * int(match[1].replace(",", "")), text)


def problems(modules: Modules, page: str, name: str) -> list[str]:
    """Return what is not as its title says, each with the page's name and the block's line."""
    found = []
    for block in BLOCK.finditer(page):
        where = f"{name}:{page.count(chr(10), 0, block.start()) + 1}"
        title = TITLE.search(block["info"])
        says = SAYS.fullmatch(title["title"]) if title else None
        if not says:
            found.append(f"{where}: the title does not say who sends which frames")
            continue
        sender = {"Client": "client", "Server": "server"}.get(says["sender"])
        decoded = modules.run("lib/wire-examples.js", TITLES, filled(block["text"]), sender)
        if decoded != says["frames"]:
            found.append(f"{where}: these bytes are: {decoded}")
    return found


@pytest.fixture
def modules(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def test_bytes_on_pages_are_what_their_titles_say(modules: Modules) -> None:
    found = []
    for path in sorted(DOCS.rglob("*.md")):
        name = path.relative_to(ROOT).as_posix()
        found += problems(modules, path.read_text(encoding="utf-8"), name)
    assert not found, "\n".join(found)


GOOD = {
    "Server to client: text “Hello”": "81 05 48 65 6c 6c 6f",
    "Client to server: text “Hello”": "81 85 37 fa 21 3d 7f 9f 4d 51 58",
    "Server to client: text “Hel” (more follow); continuation “lo”": "01 03 48 65 6c\n80 02 6c 6f",
    "Server to client: ping “Hello”; ping, empty": "89 05 48 65 6c 6c 6f 89 00",
    "Server to client: binary, 256 bytes": "82 7e 01 00 … 256 more bytes",
    "Server to client: close 1000 “done”": "88 06 03 e8 64 6f 6e 65",
    "Server to client: close, empty": "88 00",
    "Server to client: text, compressed “Hello”": "c1 07 f2 48 cd c9 c9 07 00",
    "Either end to the other: text “”": "81 00",
    "Client to server: text “Hello”, which fails the connection with 1002": "81 05 48 65 6c 6c 6f",
    "Server to client: text, 126 bytes: “aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…”": "81 7e 00 7e"
    + " 61" * 126,
}


def block(title: str, text: str) -> str:
    return f'# Page\n\n```hex title="{title}"\n{text}\n```\n'


@pytest.mark.parametrize("title", GOOD)
def test_titles_can_say(modules: Modules, title: str) -> None:
    assert problems(modules, block(title, GOOD[title]), "docs/x.md") == []


def test_bytes_that_are_not_as_said_are_named(modules: Modules) -> None:
    wrong = block("Server to client: text “Hello”", "81 05 48 65 6c 6c 70")
    assert problems(modules, wrong, "docs/x.md") == ["docs/x.md:3: these bytes are: text “Hellp”"]
    cut = block("Server to client: text “Hello”", "81 05 48 65")
    assert problems(modules, cut, "docs/x.md") == [
        "docs/x.md:3: these bytes are: 4 bytes of a frame that breaks off"
    ]
    untitled = "```hex\n81 00\n```\n"
    assert len(problems(modules, untitled, "docs/x.md")) == 1
    assert len(problems(modules, f"    {untitled.replace(chr(10), chr(10) + '    ')}", "x")) == 1
