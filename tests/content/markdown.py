"""Finds the prose of a Markdown page: the same text, with everything else blanked out.

Blanking keeps every newline and every column, so that a position in the prose is a position in the
file. It is a reading of Markdown good enough for a linter, not a parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.content import front_matter

_OPENING = re.compile(r"^(?P<indent>[ >]*)(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$")
_SNIPPET = re.compile(r"^[ >]*-{1,}8<-{1,}(?:[ \t]+\"(?P<path>[^\"]+)\")?[ \t]*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# Not across a blank line, where Markdown ends a paragraph.
_CODE_SPAN = re.compile(
    r"(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)", re.DOTALL
)
_CODE_ELEMENT = re.compile(
    r"<(?P<name>pre|code|kbd|samp)\b[^>]*>.*?</(?P=name)>", re.DOTALL | re.IGNORECASE
)


@dataclass
class Fence:
    """A fenced code block: the line of its opening, what stands after the ticks, whether closed."""

    line: int
    info: str
    closed: bool = False


@dataclass
class Document:
    """A page taken apart. ``text`` has its line numbers and no front matter, code or comments."""

    text: str
    fences: list[Fence] = field(default_factory=list)
    snippets: list[str] = field(default_factory=list)


def read(source: str) -> Document:
    """Take ``source`` apart."""
    _, body = front_matter.split(source)
    document = Document("")
    before = source[: len(source) - len(body)]
    lines = blank(before).split("\n")[:-1] if before else []
    fence: Fence | None = None
    closing = re.compile("")
    for number, line in enumerate(body.split("\n"), len(lines) + 1):
        snippet = _SNIPPET.match(line)
        if snippet and snippet["path"]:
            document.snippets.append(snippet["path"].split(":")[0])
        if fence:
            if closing.match(line):
                fence.closed = True
                fence = None
            lines.append(blank(line))
        elif opening := _OPENING.match(line):
            fence = Fence(number, opening["info"].strip())
            document.fences.append(fence)
            ticks = opening["ticks"]
            closing = re.compile(rf"^[ >]*{ticks[0]}{{{len(ticks)},}}[ \t]*$")
            lines.append(blank(line))
        else:
            lines.append(blank(line) if snippet else line)
    text = "\n".join(lines)
    for pattern in (_COMMENT, _CODE_SPAN, _CODE_ELEMENT):
        text = pattern.sub(lambda found: blank(found[0]), text)
    document.text = text
    return document


def blank(text: str) -> str:
    """Return spaces for ``text``, with its newlines."""
    return re.sub(r"[^\n]", " ", text)
