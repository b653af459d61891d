"""What /build/security/ says of costs is what the committed measurement says, and it bites."""

from __future__ import annotations

import copy

import pytest

from tests.measure.attacks.page import DATA, NAMES, PAGE, render, text, value
from tests.measure.results import load

RESULTS = load(DATA)


def test_page_is_what_the_data_says() -> None:
    page = PAGE.read_text("utf-8")
    assert render(page, RESULTS) == page, "run `python -m tests.measure.attacks.page`"


def test_data_says_where_it_is_from() -> None:
    assert RESULTS["command"] == "make attacks"
    assert {"date", "cpu", "load_average_before", "load_average_after"} <= set(RESULTS["machine"])
    assert set(RESULTS["results"]) == set(NAMES)
    assert all(
        set(servers) == {"naive", "defaults", "hardened"} for servers in RESULTS["results"].values()
    )


@pytest.mark.parametrize(
    ("attack", "key"),
    [
        ("handshake", "held_last"),
        ("fragments", "cpu_s"),
        ("bomb", "peak_kib"),
        ("flood", "cpu_s"),
        ("reader", "longest_wait_s"),
    ],
)
def test_each_attack_costs_the_naive_server_several_times_as_much(attack: str, key: str) -> None:
    naive, hardened = (value(RESULTS, attack, one, key) for one in ("naive", "hardened"))
    assert naive > 3 * hardened


def test_changed_number_changes_the_table() -> None:
    changed = copy.deepcopy(RESULTS)
    changed["results"]["bomb"]["naive"] = [{"peak_kib": 999 * 1024, "cpu_s": 1, **_REST}]
    assert "| 999.0 / " in text(changed)


_REST = {"longest_wait_s": 1, "held_last": 1}


def test_page_without_a_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="must have one place"):
        render("# Page\n", RESULTS)
