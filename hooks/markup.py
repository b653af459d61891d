"""Writes into the built pages what Markdown has no words for.

A date such as 2026-11-25 becomes a `<time>`, which does not break at its hyphens; nor does a name
in code such as `Sec-WebSocket-Key`, nor, in a table on a phone, a word of a command. The day that
begins a heading of the news stands above it.

A table of three columns or more with text to be read, not numbers to be compared, gets its
columns' names into its cells: on a phone each of its rows is a card. Where such a table of five
columns is looked up by something long, such as a message, each row is an entry at every width: the
long text above, the rest below it. ``python -m hooks.markup FOLDER`` does it to a folder that
another builder has built.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import date
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

# Tags, and all of an element whose text is none of prose.
_NO_PROSE = re.compile(
    r"<(script|style|title|pre|code|svg|textarea|time|option)\b.*?</\1>|<!--.*?-->|<[^>]*>",
    re.DOTALL,
)
# A name in a line of text, such as a header or a package, that would break at its hyphens.
_NAME = re.compile(r"\A<code>(?=[^<\s]{3,30}</code>)(?=[^<]*[A-Za-z]-\w)")
# Code in a cell that is not such a name, and its words that would break at their hyphens.
_CODE = re.compile(r'(<code(?: class="option")?>)([^<]+)(?=</code>)')
_WORD = re.compile(r"(?<!\S)(?=\S*-\w)\S{3,30}(?!\S)")
_DAY = re.compile(r'(<h2 id="[^"]*">)(\d{1,2} [A-Z][a-z]+ \d{4})(: )')
_DATE = re.compile(r"(?<![\w/.-])\d{4}-\d{2}-\d{2}(?![\w-])")
_WHOLE = '<code class="whole">'
_DAY_ABOVE = r'\1<span class="day">\2<span class="visually-hidden">\3</span></span>'
# The tables of a drawing are short, and its script's.
_TABLE = re.compile(
    r'<wire-lanes.*?</wire-lanes>|<table class="([^"]*\bruled)"(.*?)</table>', re.DOTALL
)
_ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])\b([^>]*)>(.*?)</\1>", re.DOTALL)
# Characters that a column shows in one line on a phone: a longer cell is one to read.
_SHORT = 30
# Characters of a first cell from which it needs a line of its own, and the columns that there are.
_LONG, _SHARED = 60, 5


def on_post_build(config: MkDocsConfig) -> None:
    """Complete what MkDocs has built, under `mkdocs serve` too."""
    complete(Path(config.site_dir))


def complete(folder: Path) -> None:
    """Do all of it to ``folder``."""
    for path in folder.rglob("*.html"):
        path.write_text(completed(path.read_text("utf-8")), "utf-8")


def completed(html: str) -> str:
    """Return the page ``html`` with dates that stay whole and tables that can become cards."""
    parts: list[str] = []
    end = 0
    for found in _NO_PROSE.finditer(html):
        parts += [_with_times(html[end : found.start()]), _NAME.sub(_WHOLE, found[0])]
        end = found.end()
    text = _DAY.sub(_DAY_ABOVE, "".join([*parts, _with_times(html[end:])]))
    return _CELL.sub(_with_words, _TABLE.sub(_as_cards, text))


def _with_words(cell: re.Match[str]) -> str:
    """Return the ``cell``, each word of its code in an element that does not break at hyphens."""
    return _CODE.sub(
        lambda code: code[1] + _WORD.sub(r'<span class="word">\g<0></span>', code[2]), cell[0]
    )


def _with_times(text: str) -> str:
    return _DATE.sub(
        lambda found: f"<time>{found[0]}</time>" if _real(found[0]) else found[0], text
    )


def _real(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _as_cards(table: re.Match[str]) -> str:
    if table[1] is None:
        return table[0]
    head, start, body = table[2].partition("<tbody")
    names = [_text(cell[3]) for cell in _CELL.finditer(head)]
    rows = [list(_CELL.finditer(row[0])) for row in _ROW.finditer(body)]
    if len(names) < 3 or _longest(cell for row in rows for cell in row[1:]) <= _SHORT:
        return table[0]
    if "text-align" in head:
        return table[0]
    entries = len(names) == _SHARED and _longest(row[0] for row in rows if row) > _LONG
    kind = "cards entries" if entries else "cards"

    def row(found: re.Match[str]) -> str:
        labels = iter(["", *names[1:]])
        return _CELL.sub(lambda cell: _with_label(cell, next(labels, "")), found[0])

    return f'<table class="{table[1]} {kind}"{head}{start}{_ROW.sub(row, body)}</table>'


def _longest(cells: Iterable[re.Match[str]]) -> int:
    return max((len(_text(cell[3])) for cell in cells), default=0)


def _with_label(cell: re.Match[str], name: str) -> str:
    tag, attributes, content = cell.groups()
    label = f' data-label="{escape(name)}"' if name else ""
    return f"<{tag}{attributes}{label}>{content}</{tag}>"


def _text(content: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", content)).strip()


if __name__ == "__main__":
    complete(Path(sys.argv[1]))
