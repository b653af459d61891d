"""Each cell of the comparison of all transports says where it is from."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.measure.transports.parts_matrix import ROWS
from tests.site import ROOT

PAGE = (ROOT / "docs/compare/index.md").read_text("utf-8")

_MADE = re.compile(r"^<!-- (?:measured|support): .*?^<!-- end -->$", re.M | re.S)
_LINK = re.compile(r"\[[^\]]+\]\([^)]+\)")


def _matrix(page: str) -> str:
    """Return the section of the tables, without those that are made from data."""
    text = page.partition("\n## The matrix\n")[2].partition("\n## ")[0]
    return _MADE.sub("", text)


def _tables(text: str) -> dict[str, list[list[str]]]:
    """Return the cells of each table's body by the heading above it."""
    found = {}
    for part in text.split("\n### ")[1:]:
        title, _, rest = part.partition("\n")
        lines = [line for line in rest.splitlines() if line.startswith("|")]
        if lines:
            found[title] = [[cell.strip() for cell in row.split("|")[1:-1]] for row in lines[2:]]
    return found


def _unsourced(page: str) -> Iterator[str]:
    """Yield each cell, beside the first of its row, without a link."""
    for title, rows in _tables(_matrix(page)).items():
        for name, *cells in rows:
            yield from (f"{title}, {name}: {cell}" for cell in cells if not _LINK.search(cell))


def test_each_cell_has_a_source() -> None:
    assert list(_unsourced(PAGE)) == [], "link the cell to what it is taken from"


def test_each_table_has_every_transport() -> None:
    names = [name.partition(",")[0] for name in ROWS]
    tables = _tables(_matrix(PAGE))
    assert len(tables) == 4
    for title, rows in tables.items():
        row_names = [name.strip() for row in rows for name in row[0].split(",")]
        row_names = ["HTTP polling" if name == "polling" else name for name in row_names]
        assert row_names == names, title


@pytest.mark.parametrize("source", ["measured: matrix", "support: transports"])
def test_measured_costs_and_browsers_are_in_the_matrix(source: str) -> None:
    assert f"<!-- {source} -->" in PAGE.partition("\n## The matrix\n")[2].partition("\n## ")[0]


def test_cell_without_a_source_is_found() -> None:
    cell = "[Any bytes, with their type](https://www.rfc-editor.org/rfc/rfc9110#section-8.3)"
    assert cell in PAGE
    assert list(_unsourced(PAGE.replace(cell, "Any bytes"))) == [
        "What they carry, Plain HTTP: Any bytes"
    ]
