"""Makes `sections.json`: the titles of the sections of the standards that pages link to.

    .venv/bin/python -m tests.content.sections rfc9113 rfc9113.html
    .venv/bin/python -m tests.content.sections websockets.spec.whatwg.org/ index.bs
    .venv/bin/python -m tests.content.sections rfc9931 --section section-4.1 "Request Smuggling"

A document is the plain text or the HTML of an RFC, or the source of a WHATWG standard. Its table
replaces the one that is there; `--section` adds one section that somebody has looked up, and
`--origin` says where the text came from, or how the section was looked up.
"""

from __future__ import annotations

import argparse
import html
import json
import re
from pathlib import Path

from tests.content.citations import TABLES

_TEXT = re.compile(
    r"^(?P<number>\d+(?:\.\d+)*)\. {1,3}(?P<title>\S.*(?:\n {4,}\S.*)*)$", re.MULTILINE
)
_HEADING = re.compile(r"<h[2-6]\b(?P<rest>[^>]*)>(?P<inner>.*?)</h[2-6]>", re.DOTALL)
_NUMBER = re.compile(r"^(?P<number>\d+(?:\.\d+)*)\.\s+(?P<title>.+)$", re.DOTALL)
_BIKESHED = re.compile(r"^#+ *(?P<title>[^#\n]+?) *#+ *\{#(?P<id>[\w-]+)\}", re.MULTILINE)
_IDENTIFIED = re.compile(r"\bid=\"?(?P<id>[\w-]+)")
_MEMBER = re.compile(
    r"<dfn (?P<kind>attribute|constructor|method|event|const|enum-value)\b[^>]*"
    r"\bfor=\"?(?P<owner>\w+)\"?[^>]*>(?:<code>)?(?:new\s+)?\"?(?P<name>\w+)"
)


def titles_of(document: str, text: str) -> dict[str, str]:
    """Return the titles of the sections in ``text``, by fragment."""
    if document.startswith("rfc"):
        return _of_rfc(text)
    found = {match["id"]: _plain(match["title"]) for match in _BIKESHED.finditer(text)}
    for match in _HEADING.finditer(text):
        if identified := _IDENTIFIED.search(match["rest"]):
            found[identified["id"]] = _plain(match["inner"])
    for match in re.finditer(r"<dfn[^>]*>(?P<inner>[^<]*)</dfn>", text):
        if identified := _IDENTIFIED.search(match[0]):
            found[identified["id"]] = _plain(match["inner"])
    for match in re.finditer(r"<dfn(?: export)?>(?P<inner>[^<]*)</dfn>", text):
        found["-".join(_plain(match["inner"]).lower().split())] = _plain(match["inner"])
    for match in _MEMBER.finditer(text):
        prefix = "eventdef" if match["kind"] == "event" else "dom"
        found[f"{prefix}-{match['owner']}-{match['name']}".lower()] = match["name"]
    return found


def _of_rfc(text: str) -> dict[str, str]:
    found = {}
    if "<h2" in text:
        for match in _HEADING.finditer(text):
            if numbered := _NUMBER.match(_plain(match["inner"])):
                found[f"section-{numbered['number']}"] = numbered["title"]
        return found
    for match in _TEXT.finditer(text):
        found[f"section-{match['number']}"] = " ".join(match["title"].split())
    return found


def _plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>|[{}]", "", markup)).split())


def main() -> None:
    """Read the command line and write the table of one document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("document", help="rfcNNNN, or an address without https:// and fragment")
    parser.add_argument("file", nargs="?", type=Path, help="the document's text")
    parser.add_argument("--origin", help="where the text is from")
    parser.add_argument("--section", nargs=2, metavar=("FRAGMENT", "TITLE"), action="append")
    arguments = parser.parse_args()
    data = json.loads(TABLES.read_text("utf-8")) if TABLES.exists() else {"documents": {}}
    entry = data["documents"].get(arguments.document, {"origin": "", "sections": {}})
    if arguments.file:
        entry["sections"] = titles_of(arguments.document, arguments.file.read_text("utf-8"))
        if not entry["sections"]:
            parser.error(f"no section found in {arguments.file}")
    entry["sections"].update(arguments.section or [])
    entry["origin"] = arguments.origin or entry["origin"]
    data["documents"][arguments.document] = entry
    data["documents"] = dict(sorted(data["documents"].items()))
    TABLES.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
