"""Writes the measured numbers into the marked places of docs/compare/.

A place is `<!-- measured: NAME -->` … `<!-- end -->`, NAME being one of PARTS.
``python -m tests.measure.transports.pages`` fills every place from the data.
"""

from __future__ import annotations

from typing import Any

from tests import places
from tests.measure import results
from tests.measure.transports.parts import PARTS
from tests.site import ROOT

FOLDER = ROOT / "docs/compare"
DATA = FOLDER / "measured.json"


def render(page: str, data: dict[str, Any]) -> str:
    """Return the page with its places filled anew.

    Raises:
        ValueError: a place has a name that nobody knows, or no end.
    """
    return places.fill(page, "measured", {name: part(data) for name, part in PARTS.items()})


def main() -> None:
    """Fill the places of all pages."""
    data = results.load(DATA)
    for page in sorted(FOLDER.glob("*.md")):
        page.write_text(render(page.read_text("utf-8"), data), "utf-8")


if __name__ == "__main__":
    main()
