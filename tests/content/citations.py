"""Checks that each section of a standard which a page links to exists.

`sections.json` holds, for each document, the titles of its sections by their address's fragment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.content import markdown
from tests.content.problem import Problem
from tests.content.tree import Tree

TABLES = Path(__file__).with_name("sections.json")
_ADD = "add it with `.venv/bin/python -m tests.content.sections` (see its --help)"

# Behind these addresses stands a standard or a registry, whose sections are known.
_RFC = re.compile(r"https://(?:www\.rfc-editor\.org/rfc|datatracker\.ietf\.org/doc/html)/rfc(\d+)")
_OTHER = re.compile(r"https://(?:\w+\.spec\.whatwg\.org/|www\.iana\.org/assignments/)[^#]*")
_ADDRESS = re.compile(r"https://[^\s<>()\"'`]+#[^\s<>()\"'`\]]+")
_LABEL = re.compile(r"§(?P<number>[0-9A-Z]+(?:\.[0-9]+)*)\]\((?P<address>[^\s()]+)\)")
_DEFINED = re.compile(
    r"^ {0,3}\[[^\]\n]*§(?P<number>[0-9A-Z]+(?:\.[0-9]+)*)\]: *(?P<address>\S+)", re.MULTILINE
)


@cache
def tables() -> dict[str, dict[str, str]]:
    """Return the titles of the known sections, by document and fragment."""
    documents = json.loads(TABLES.read_text("utf-8"))["documents"]
    return {name: entry["sections"] for name, entry in documents.items()}


def document_of(address: str) -> str:
    """Return the key of ``address`` in the tables, or nothing where it is no standard's."""
    if found := _RFC.match(address):
        return f"rfc{found[1]}"
    if found := _OTHER.match(address):
        return found[0].removeprefix("https://")
    return ""


def check(tree: Tree, page: str) -> Iterator[Problem]:
    """Yield each link of ``page`` to a section that does not exist, or that no table knows."""
    source = tree.source(page)
    text = markdown.read(source).text
    for found in _ADDRESS.finditer(text):
        address, _, fragment = found[0].partition("#")
        if message := _fault(document_of(address), fragment):
            yield Problem(f"docs/{page}", text.count("\n", 0, found.start()) + 1, message)
    for found in (*_LABEL.finditer(text), *_DEFINED.finditer(text)):
        document, (_, _, fragment) = document_of(found["address"]), found["address"].partition("#")
        named = _fragment(found["number"])
        if document.startswith("rfc") and fragment != named:
            yield Problem(
                f"docs/{page}",
                text.count("\n", 0, found.start()) + 1,
                f"the text says §{found['number']}, the link #{fragment}; let both name the same",
            )


def _fragment(number: str) -> str:
    """Return the fragment of a section: 5.2 is in the body, A and A.1 are appendices."""
    return f"{'section' if number[0].isdigit() else 'appendix'}-{number}"


def _fault(document: str, fragment: str) -> str:
    if not document:
        return ""
    table = tables().get(document)
    if table is None:
        return f"the sections of {document} are not known, so #{fragment} is unchecked; {_ADD}"
    if fragment not in table:
        return f"{document} has no section #{fragment} that is known; correct the link, or {_ADD}"
    return ""
