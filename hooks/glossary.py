"""Marks the first use of each abbreviation of the glossary in the text of every page.

The built glossary, reference/glossary/, is where they are kept: the rows of its first table. What
is marked is a link to its row, in an `<abbr>`; terms.js shows the row beside it. A page that spells
an abbreviation out where it stands, "server-sent events (SSE)", needs no mark.
``python -m hooks.glossary FOLDER`` does it to a folder that another builder has built.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

PAGE = "reference/glossary/"

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_ROW = re.compile(
    # The class keeps it from what the search takes for a row to look up: other pages say more.
    r'<td[^>]*><span class="entry" id="(?P<id>[^"]+)">(?P<term>[^<]+)</span></td>\s*'
    r"<td[^>]*>(?P<words>.*?)</td>",
    re.DOTALL,
)
_TOKEN = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_TAG = re.compile(r"<[^>]*>")
_ARTICLE = re.compile(r"(<article\b.*?)(<div class=\"page-foot\"|</article>)", re.DOTALL)

_VOID = frozenset(["br", "hr", "img", "input", "source", "wbr"])
# Sentences; what stands in tables, headings and code is looked up or copied.
_PROSE = frozenset(["p", "li", "dd"])
_INLINE = frozenset(["b", "em", "i", "mark", "small", "span", "strong", "time"])


@dataclass(frozen=True)
class Term:
    """An abbreviation, what it stands for, and the id of its row."""

    name: str
    words: str
    id: str


def on_post_build(config: MkDocsConfig) -> None:
    """Mark what MkDocs has built, under `mkdocs serve` too."""
    mark(Path(config.site_dir))


def mark(folder: Path) -> None:
    """Do it to every page in ``folder`` but the home page and the glossary itself."""
    glossary = folder / PAGE / "index.html"
    known = terms(glossary.read_text("utf-8")) if glossary.is_file() else []
    if not known:
        return
    for file in folder.rglob("*/index.html"):
        if file == glossary:
            continue
        page = file.parent.relative_to(folder)
        link = "../" * len(page.parts) + PAGE
        html = file.read_text("utf-8")
        if (marked := in_page(html, known, link)) != html:
            file.write_text(marked, "utf-8")


def terms(glossary: str) -> list[Term]:
    """Return the abbreviations of the built page ``glossary``."""
    table = _TABLE.search(glossary)
    return [
        Term(unescape(row["term"]), unescape(_TAG.sub("", row["words"])).strip(), row["id"])
        for row in _ROW.finditer(table[0] if table else "")
    ]


def in_page(html: str, known: list[Term], link: str) -> str:
    """Return the page ``html`` with its abbreviations marked; ``link`` leads to the glossary."""
    return _ARTICLE.sub(lambda found: _in_text(found[1], known, link) + found[2], html, count=1)


def _in_text(html: str, known: list[Term], link: str) -> str:
    left = {term.name: term for term in known}
    pattern = re.compile(rf"(?<![\w/.#-])(?:{'|'.join(map(re.escape, left))})(?![\w/-])")
    parts: list[str] = []
    end = 0
    open_tags: list[str] = []

    def replace(found: re.Match[str]) -> str:
        term = left.pop(found[0], None)
        # Spelled out beside it, before or behind.
        if not term or found.string[: found.start()].endswith("("):
            return found[0]
        if found.string[found.end() :].startswith(" ("):
            return found[0]
        return (
            f'<abbr title="{escape(term.words)}">'
            f'<a class="term" href="{link}#{term.id}">{found[0]}</a></abbr>'
        )

    for token in _TOKEN.finditer(html):
        text = html[end : token.start()]
        parts += [pattern.sub(replace, text) if _is_prose(open_tags) else text, token[0]]
        end = token.end()
        if not (name := _NAME.match(token[0])) or name[1] in _VOID:
            continue
        if token[0].startswith("</"):
            while open_tags and open_tags.pop().partition(" ")[0] != name[1]:
                pass
        elif not token[0].endswith("/>"):
            # What the templates set above the text is no place for a link.
            own = " own" if 'class="page-' in token[0] else ""
            open_tags.append(name[1] + own)
    return "".join([*parts, html[end:]])


def _is_prose(open_tags: list[str]) -> bool:
    """Tell whether text is part of a sentence: no link, no code, no element with a script."""
    for tag in reversed(open_tags):
        if tag in _PROSE:
            return not any("-" in above or above == "table" for above in open_tags)
        if tag not in _INLINE:
            return False
    return False


if __name__ == "__main__":
    mark(Path(sys.argv[1]))
