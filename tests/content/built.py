"""Checks a built site: what MkDocs' strict mode does not look at, in the pages as readers get them.

Works on the folder alone, whichever builder made it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from tests.content import html_file
from tests.content.html_file import Document, Fault

_CSS_URL = re.compile(r"""(?:url\(\s*|@import\s+)["']?(?P<url>[^"')\s;]+)""")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class Built:
    """A built site. ``base`` is the address it will live at, for links that name it in full."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder = folder
        self.base = base if base.endswith("/") else f"{base}/"

    @cached_property
    def documents(self) -> dict[str, Document]:
        """Every HTML file by its path relative to the folder."""
        documents = {}
        for path in sorted(self.folder.rglob("*.html")):
            name = path.relative_to(self.folder).as_posix()
            documents[name] = html_file.read(name, path.read_text("utf-8"))
        return documents

    @cached_property
    def files(self) -> frozenset[str]:
        """Every file by its path relative to the folder."""
        return frozenset(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        )

    def address(self, name: str) -> str:
        """Return the address at which a file is served, as a page's own links are resolved."""
        # Any page that is missing gets 404.html, so its links must not depend on where it is shown.
        if name == "404.html":
            return urljoin(self.base, "not/there/at/all/")
        return urljoin(self.base, name.removesuffix("index.html"))

    def inside(self, url: str) -> tuple[str, str] | None:
        """Return the file and fragment that an absolute ``url`` names, None outside."""
        parts = urlsplit(url)
        base = urlsplit(self.base)
        if (parts.scheme, parts.netloc) != (base.scheme, base.netloc):
            return None
        path = unquote(parts.path)
        if not path.startswith(base.path):
            # On this host and outside the site: no such file is ours.
            return path, ""
        name = path.removeprefix(base.path)
        if not name or name.endswith("/"):
            name += "index.html"
        return name, unquote(parts.fragment)


def check(built: Built) -> list[Fault]:
    """Return what is wrong, by file and line."""
    return sorted(set(_faults(built)))


def _faults(built: Built) -> Iterator[Fault]:
    if "404.html" not in built.documents:
        yield Fault("404.html", 0, "there is no such page; readers get the host's own")
    for name, document in built.documents.items():
        yield from document.faults
        yield from (Fault(name, 0, message) for message in _identity(document))
        for link in document.links:
            url = urljoin(built.address(name), link.url)
            message = (link.loaded and _foreign(built, link.url, url)) or _broken(
                built, name, link.url, url
            )
            if message:
                yield Fault(name, link.line, message, link.url, url, link.content)
    yield from _repeated("title", {name: d.titles for name, d in built.documents.items()})
    yield from _repeated(
        "description", {name: d.descriptions for name, d in built.documents.items()}
    )
    yield from _styles(built)


def _identity(document: Document) -> Iterator[str]:
    if len(document.titles) != 1 or not document.titles[0]:
        yield f"{len(document.titles)} titles; a page has one"
    # The error page answers no query, so it may go without.
    wanted = 0 if document.name == "404.html" else 1
    count = sum(1 for description in document.descriptions if description)
    if not wanted <= count <= 1:
        yield f"{count} descriptions; a page has one"
    if document.headings != 1:
        yield f"{document.headings} headings of the first level; a page has one"
    for name, count in document.ids.items():
        if count > 1 or not name:
            yield f'id="{name}" stands {count} times; an id is unique'


def _repeated(what: str, values: dict[str, list[str]]) -> Iterator[Fault]:
    pages: defaultdict[str, list[str]] = defaultdict(list)
    for name, texts in values.items():
        for text in texts:
            pages[text].append(name)
    for text, names in pages.items():
        for name in dict.fromkeys(names[1:]):
            yield Fault(
                name, 0, f"the {what} is that of {names[0]} too; say what differs: {text}", text
            )


def _broken(built: Built, name: str, link: str, url: str) -> str | None:
    if urlsplit(url).scheme not in ("http", "https"):
        return None
    place = built.inside(url)
    if place is None:
        return None
    target, fragment = place
    if url.split("#")[0].split("?")[0] == built.address(name):
        # Also on the error page, which is no file at the address where it is shown.
        target = name
    if target not in built.files:
        return f"the link {link} leads to nothing; correct it"
    # A fragment may carry a text directive, which is the browser's affair.
    fragment = fragment.split(":~:")[0]
    document = built.documents.get(target)
    if fragment and document and fragment not in document.targets:
        return f"the link {link} names an anchor that {target} does not have; correct it"
    return None


def _foreign(built: Built, resource: str, url: str) -> str | None:
    if urlsplit(url).scheme in ("http", "https") and built.inside(url) is None:
        return f"{resource} is loaded from another origin; keep a copy in the repository"
    return None


def _styles(built: Built) -> Iterator[Fault]:
    for name in sorted(built.files):
        if not name.endswith(".css"):
            continue
        text = _CSS_COMMENT.sub("", (built.folder / name).read_text("utf-8"))
        for found in _CSS_URL.finditer(text):
            resource = found["url"]
            if resource.startswith(("data:", "#")):
                continue
            url = urljoin(built.address(name), resource)
            if message := _foreign(built, resource, url) or _broken(built, name, resource, url):
                line = text.count("\n", 0, found.start()) + 1
                yield Fault(name, line, message, resource)
