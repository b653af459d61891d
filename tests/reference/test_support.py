"""The tables of browser support are those that the committed extract makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reference.support import COMPARED, COMPARISON, EXTRACT, FEATURES, PAGE, cell, render
from tests.reference.tables import rows

DATA = json.loads(EXTRACT.read_text("utf-8"))


@pytest.mark.parametrize("path", [PAGE, COMPARISON], ids=lambda path: path.parent.name)
def test_page_is_what_the_data_says(path: Path) -> None:
    page = path.read_text("utf-8")
    assert render(page, DATA) == page, "run `python -m tests.reference.support`"


def test_every_feature_and_transport_has_its_row() -> None:
    assert len(rows("reference/browser-support.md", "Feature")) == len(FEATURES)
    text = COMPARISON.read_text("utf-8").partition("<!-- support: transports -->")[2]
    assert text.partition("<!-- end -->")[0].count("\n| ") == len(COMPARED) + 2


def test_known_facts_are_read_right() -> None:
    support = DATA["support"]
    assert cell(support["api.WebTransport"]["safari"]).startswith("26.4 <small>(2026-03)")
    assert cell(support["api.WebSocketStream"]["firefox"]) == "no"
    assert "`--unstable-net`" in cell(support["api.WebSocketStream"]["deno"])
    # The prefixed MozWebSocket of Firefox 7 is another interface.
    assert cell(support["api.WebSocket"]["firefox"]).startswith("11 <small>(2012-03)")
    assert DATA["baseline"]["webtransport"]["baseline_low_date"] == "2026-03-24"


def test_cells_say_what_is_missing() -> None:
    assert cell(None) == "no data"
    assert cell({"version_added": False}) == "no"
    assert cell({"version_added": "7", "version_removed": "11"}) == "7, until 11"
    assert cell({"version_added": "7", "partial_implementation": True}) == "7, partly"


@pytest.mark.parametrize(
    "page",
    [
        "<!-- support: phones -->\n<!-- end -->\n",
        "<!-- support: browsers -->\n",
        "<!-- support: browsers -->\n<!-- support: runtimes -->\n<!-- end -->\n",
    ],
)
def test_place_that_cannot_be_filled_is_an_error(page: str) -> None:
    with pytest.raises(ValueError, match="no end"):
        render(page, DATA)
