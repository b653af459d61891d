"""What /build/scale/ says of fan-out is what the committed measurement says."""

from __future__ import annotations

import copy
import re

import pytest

from tests.measure.fanout.page import DATA, NAMES, PAGE, render, text, value
from tests.measure.results import load
from tests.site import ROOT

RESULTS = load(DATA)
MODEL = (ROOT / "overrides/assets/javascripts/lib/capacity.js").read_text("utf-8")


def test_page_is_what_the_data_says() -> None:
    page = PAGE.read_text("utf-8")
    assert render(page, RESULTS) == page, "run `python -m tests.measure.fanout.page`"


def test_data_says_where_it_is_from() -> None:
    assert RESULTS["command"] == "make fanout"
    assert {"date", "cpu", "load_average_before", "load_average_after"} <= set(RESULTS["machine"])
    assert {"redis-server", "nats-server", "websockets"} <= set(RESULTS["versions"])
    assert set(RESULTS["results"]["fanout"]) == set(NAMES)
    runs = {len(runs) for runs in RESULTS["results"]["fanout"].values()}
    assert runs == {RESULTS["settings"]["runs"]}


def test_changed_number_changes_the_table() -> None:
    changed = copy.deepcopy(RESULTS)
    for run in changed["results"]["fanout"]["nats"]:
        run["broker_us_per_message"] = 12345.0
    assert "| 12,345 |" in text(changed)


def test_page_without_a_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="must have one place"):
        render("# Page\n", RESULTS)


def default(name: str) -> float:
    found = re.search(rf'id: "{name}".*value: ([\d.]+)', MODEL)
    assert found
    return float(found[1])


def test_defaults_of_the_model_are_what_was_measured() -> None:
    bench = load(ROOT / "docs/tools/echo/bench.json")["results"]["memory_10000"]["bare"]
    assert default("memory") == bench[0]["before_kib"]
    measured = max(value(RESULTS, setup, "server_us_per_delivery") for setup in NAMES)
    assert measured <= default("cpu") < 2 * measured, "the default is the measured one, rounded up"
