"""Checks the Markdown of a page: the words, the links, the headings, the code blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.content import front_matter, markdown, terms
from tests.content.problem import Problem
from tests.content.tree import Tree

_BANNED = re.compile(r"(?<![\w-])(?:simply|just|easy|easily)(?![\w-])", re.IGNORECASE)
_MISSPELT = re.compile(r"(?<![\w.-])(?:Websockets?|WEBSOCKETS?|[Ww]eb[ -][Ss]ockets?)(?![\w-])")
# In code or as part of an address it is the library, a package, a path.
_LOWERCASE = re.compile(r"(?<![\w./@:#=+-])websockets?(?![\w/@:=-]|\.\w)")
_QUOTATION = re.compile(r"\"(?:(?!\n[ \t]*\n)[^\"])*\"|“(?:(?!\n[ \t]*\n)[^”])*”", re.DOTALL)
_BLOCKQUOTE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_TARGET = re.compile(r"(?<=\])\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_ATTRIBUTES = re.compile(r"\{[:.# ][^{}\n]*\}")
_DEFINITION = re.compile(r"^[ ]{0,3}\[(?P<label>[^\]\n]+)\]:.*$", re.MULTILINE)
_REFERENCE = re.compile(r"(?<![\\\]\w])!?\[(?P<text>[^\[\]]+)\]\[(?P<label>[^\[\]]*)\]")
_FOOTNOTE = re.compile(r"(?<!\\)\[\^(?P<label>[^\]\s]+)\](?!:)")
_BAD_TAG = re.compile(r"<(?P<name>script|style)\b", re.IGNORECASE)
# What an element holds for readers without JavaScript is HTML, where no Markdown link is possible.
_ELEMENT = re.compile(r"<(?P<name>\w+-[\w-]+)\b.*?</(?P=name)>", re.DOTALL)
_LINK_TAG = re.compile(r"<a\s[^>]*\bhref\b", re.IGNORECASE)
_IMAGE_TAG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[ \t]*\][(\[]")
_BLANK = re.compile(r"«[^«»\n]+»")
_HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]+\S", re.MULTILINE)
_TABLE_HEAD = re.compile(
    r"^(?P<cells>\|.*\|)[ \t]*\n\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$", re.MULTILINE
)
_LANGUAGE = re.compile(r"^(?:[\w+#.-]+|\{[ \t]*\.[\w+#.-]+)")


def check(tree: Tree, page: str) -> Iterator[Problem]:
    """Yield what is wrong with the Markdown of ``page``, a path relative to docs/."""
    name = f"docs/{page}"
    source = tree.source(page)
    document = markdown.read(source)
    for fence in document.fences:
        if not fence.closed:
            yield Problem(name, fence.line, "this code block is never closed; add a closing fence")
        elif not _LANGUAGE.match(fence.info):
            yield Problem(
                name,
                fence.line,
                "this code block names no language; write one after the fence, or `text`",
            )
    labels = _labels(tree, document)
    for position, message in (
        *_blanks(source),
        *_words(source, document.text),
        *_links(document.text, labels),
        *_own(tree, document.text),
        *_html(document.text),
        *_headings(document.text),
        *_tables(source, document.text),
    ):
        yield Problem(name, source.count("\n", 0, position) + 1, message)


def _blanks(source: str) -> Iterator[tuple[int, str]]:
    # In code and front matter too: the templates have them there.
    comments = [found.span() for found in re.finditer(r"<!--.*?-->", source, re.DOTALL)]
    for found in _BLANK.finditer(source):
        if not any(start <= found.start() < end for start, end in comments):
            yield found.start(), f"the blank {found[0]} is not filled in; write what it asks for"


def _words(source: str, text: str) -> Iterator[tuple[int, str]]:
    prose = text
    for pattern in (_PICTURE, _TAG, _DEFINITION, _TARGET, _ATTRIBUTES):
        prose = _without(pattern, prose)
    spoken = _without(_BLOCKQUOTE, _without(_QUOTATION, prose))
    # The title and the description are prose too, and stand where the front matter is blanked.
    for key in ("title", "description"):
        value = front_matter.read_text(source, key)
        for found in _BANNED.finditer(value):
            yield max(source.find(f"\n{key}:") + 1, 0), _banned(found[0])
    for found in _BANNED.finditer(spoken):
        yield found.start(), _banned(found[0])
    for found in _MISSPELT.finditer(prose):
        yield found.start(), f"`{found[0]}` is misspelt; write WebSocket"
    for found in _LOWERCASE.finditer(prose):
        yield (
            found.start(),
            f"`{found[0]}` in prose; write WebSocket, or set the name of a library in code",
        )
    yield from terms.check(prose)


def _banned(word: str) -> str:
    return f"the word `{word}`; remove it, it says nothing to a reader who is stuck"


def _labels(tree: Tree, document: markdown.Document) -> set[str]:
    """Return what the page defines, itself or through a Markdown file that it includes."""
    texts = [document.text]
    for snippet in document.snippets:
        path = tree.docs / snippet
        if path.suffix == ".md" and path.is_file():
            texts.append(path.read_text("utf-8"))
    return {
        " ".join(found["label"].lower().split())
        for text in texts
        for found in _DEFINITION.finditer(text)
    }


def _links(text: str, labels: set[str]) -> Iterator[tuple[int, str]]:
    for found in _REFERENCE.finditer(text):
        label = found["label"] or found["text"]
        if " ".join(label.lower().split()) not in labels and not label.startswith("^"):
            yield (
                found.start(),
                f"the link label [{label}] is defined nowhere; add a line `[{label}]: address`",
            )
    for found in _FOOTNOTE.finditer(text):
        if f"^{found['label'].lower()}" not in labels:
            yield (
                found.start(),
                f"the footnote [^{found['label']}] is defined nowhere; "
                f"add a line `[^{found['label']}]: text`",
            )
    for found in _LINK_TAG.finditer(_without(_ELEMENT, text)):
        yield found.start(), "a link in HTML, which MkDocs does not check; write [text](target)"


def _own(tree: Tree, text: str) -> Iterator[tuple[int, str]]:
    site = tree.config.get("site_url")
    # `!ENV [NAME, default]`
    home = site[-1] if isinstance(site, list) else site
    hosts = [str(home).rstrip("/")] if home else []
    hosts += ["http://127.0.0.1:8000", "http://localhost:8000"]
    for found in re.finditer(r"\]\((?P<address>[^()\s]+)", text):
        if found["address"].startswith(tuple(f"{host}/" for host in hosts)):
            yield (
                found.start(),
                f"the link {found['address']} leads to this site by its full address, which is not "
                "checked; write the path of the page's file, relative to this one",
            )


def _html(text: str) -> Iterator[tuple[int, str]]:
    for found in _BAD_TAG.finditer(text):
        yield (
            found.start(),
            f"a {found['name'].lower()} block in a page; put it in overrides/assets/",
        )
    for found in _IMAGE.finditer(text):
        yield found.start(), "an image without alternative text; say in the brackets what it shows"
    for found in _IMAGE_TAG.finditer(text):
        if not re.search(r"\balt\s*=", found[0], re.IGNORECASE):
            yield found.start(), 'an image without alternative text; add alt="what it shows"'


def _headings(text: str) -> Iterator[tuple[int, str]]:
    # A page without a heading of the first level gets its title as one.
    before = 1
    for found in _HEADING.finditer(text):
        level = len(found["marks"])
        if level > before + 1:
            yield (
                found.start(),
                f"a heading of level {level} after one of level {before}; "
                f"use {'#' * (before + 1)} here",
            )
        before = level


def _tables(source: str, text: str) -> Iterator[tuple[int, str]]:
    for found in _TABLE_HEAD.finditer(text):
        # The text has no code, which may be all that a cell holds.
        cells = source[found.start("cells") : found.end("cells")]
        if re.search(r"(?<!\\)\|[ \t]*\|", cells):
            yield found.start(), "a column without a name, which a screen reader reads; name it"


def _without(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: markdown.blank(found[0]), text)
