"""Reads one built HTML file for what the checks need to know of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Elements that load what they name, and in which attribute.
_LOADS = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "video": ("src", "poster"),
}
# A link element of these kinds is for readers and robots; the browser does not follow it.
_NOT_LOADED = {"alternate", "author", "canonical", "edit", "license", "next", "prev", "search"}
_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}
_LITERAL = {"code", "pre", "kbd", "samp", "script", "style", "textarea"}
_LEFTOVERS = (
    (re.compile(r"-{1,}8<-{1,}"), "a snippet marker was not replaced"),
    (re.compile(r"(?<![\w\]])\[[^\[\]]+\]\[[^\[\]]*\]"), "a reference link was not resolved"),
    (re.compile(r"\[\^[^\]\s]+\]"), "a footnote was not resolved"),
    (re.compile(r"\{[%{#].*?[%}#]\}"), "a template tag was not rendered"),
)


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in an HTML file, at a line of it (0 where it is the whole page).

    ``needle`` is text that its source holds too; ``target`` is what a broken link leads to;
    ``content`` tells whether it stands in the page's content rather than in the layout around it.
    """

    name: str
    line: int
    message: str
    needle: str = ""
    target: str = ""
    content: bool = True


@dataclass(frozen=True)
class Link:
    """An address that a page names: in a line of the HTML, in the content or in the layout."""

    line: int
    url: str
    content: bool
    loaded: bool


@dataclass
class Document:
    """What the checks need to know of one HTML file."""

    name: str
    titles: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    headings: int = 0
    ids: Counter[str] = field(default_factory=Counter)
    targets: set[str] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Reader(HTMLParser):
    """Reads one file with the standard library's parser, which is fast and enough here."""

    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Document(name)
        self._open: list[str] = []
        self._title: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        document = self.document
        if tag not in _VOID:
            self._open.append(tag)
        if "id" in values:
            document.ids[values["id"]] += 1
            document.targets.add(values["id"])
        match tag:
            case "title" if "svg" not in self._open:
                self._title = []
            case "meta" if values.get("name") == "description":
                document.descriptions.append(values.get("content", ""))
            case "h1":
                document.headings += 1
            case "a" | "area":
                document.targets.add(values.get("name", ""))
                if "href" in values:
                    self._link(values["href"])
            case "img" if "alt" not in values:
                self._fault("an image without alternative text", values.get("src", ""))
        self._note_loads(tag, values)
        if "article" in self._open:
            self._note_scripts(tag, values)

    def _note_scripts(self, tag: str, values: dict[str, str]) -> None:
        if tag == "style" and "svg" not in self._open:
            self._fault("a style block in the content; put it in overrides/assets/", "<style")
        if tag == "script" and "src" not in values:
            self._fault("an inline script in the content; put it in overrides/assets/", "<script")
        for key in values:
            if key.startswith("on"):
                self._fault(f"an inline script in the content, {key}; use an element", f"{key}=")

    def _note_loads(self, tag: str, values: dict[str, str]) -> None:
        kinds = set(values.get("rel", "").lower().split())
        loaded = not (tag == "link" and kinds & _NOT_LOADED)
        for key in _LOADS.get(tag, ()):
            parts = values.get(key, "").split(",") if key == "srcset" else [values.get(key, "")]
            for part in parts:
                if part.strip():
                    self._link(part.split()[0], loaded=loaded)

    def _link(self, url: str, *, loaded: bool = False) -> None:
        link = Link(self.getpos()[0], url, "article" in self._open, loaded)
        self.document.links.append(link)

    def _fault(self, message: str, needle: str = "", after: int = 0) -> None:
        line = self.getpos()[0] + after
        self.document.faults.append(Fault(self.document.name, line, message, needle))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and self._title is not None:
            self.document.titles.append(" ".join("".join(self._title).split()))
            self._title = None
        # An end tag also ends what HTML lets authors leave open, such as a list item.
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title.append(data)
        if "article" in self._open and not _LITERAL.intersection(self._open):
            for pattern, message in _LEFTOVERS:
                if found := pattern.search(data):
                    after = data.count("\n", 0, found.start())
                    self._fault(f"{message}: {found[0]}", found[0], after)


def read(name: str, text: str) -> Document:
    """Read the HTML ``text`` of the file ``name``."""
    reader = _Reader(name)
    reader.feed(text)
    reader.close()
    return reader.document
