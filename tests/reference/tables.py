"""Reads the tables of a reference page as the page's author wrote them."""

from __future__ import annotations

import re

from tests.site import ROOT

_CELL = re.compile(r"(?<!\\)\|")
_TAG = re.compile(r"<[^<>]+>")


def rows(page: str, first_column: str) -> list[list[str]]:
    """Return the cells of the table whose first column is so called, without its HTML.

    Raises LookupError where the page has no such table.
    """
    found: list[list[str]] = []
    for line in (ROOT / "docs" / page).read_text("utf-8").splitlines():
        cells = [_TAG.sub("", cell).strip() for cell in _CELL.split(line)[1:-1]]
        if found and not cells:
            return found[2:]
        if found or cells[:1] == [first_column]:
            found.append(cells)
    if not found:
        raise LookupError(f"{page} has no table with a first column {first_column}")
    return found[2:]
