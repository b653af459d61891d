"""Writes the measured numbers into the marked places of docs/compare/.

A place is `<!-- measured: NAME -->` … `<!-- end -->`, NAME being one of PARTS.
``python -m tests.measure.transports.pages`` fills every place from the data.
"""

from __future__ import annotations

import re
from typing import Any

from tests.measure import results
from tests.measure.transports.parts import PARTS
from tests.site import ROOT

FOLDER = ROOT / "docs/compare"
DATA = FOLDER / "measured.json"

_PLACE = re.compile(r"^<!-- measured: (.*?) -->$.*?^<!-- end -->$", re.M | re.S)
_MARKER = "<!-- measured:"


def render(page: str, data: dict[str, Any]) -> str:
    """Return the page with its places filled anew.

    Raises:
        ValueError: a place has a name that nobody knows, or no end.
    """

    def filled(place: re.Match[str]) -> str:
        name = place[1]
        if name not in PARTS or _MARKER in place[0][len(_MARKER) :]:
            raise ValueError(f"`{name}` has no end, or is none of {', '.join(PARTS)}")
        return f"<!-- measured: {name} -->\n\n{PARTS[name](data)}\n\n<!-- end -->"

    text, number = _PLACE.subn(filled, page)
    if number != page.count(_MARKER):
        raise ValueError("a place for measured numbers has no end")
    return text


def main() -> None:
    """Fill the places of all pages."""
    data = results.load(DATA)
    for page in sorted(FOLDER.glob("*.md")):
        page.write_text(render(page.read_text("utf-8"), data), "utf-8")


if __name__ == "__main__":
    main()
