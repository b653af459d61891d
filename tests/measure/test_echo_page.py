"""What the page of the echo server says of speed is what the committed measurement says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.measure.echo import MEMORY, TASKS
from tests.measure.echo_page import DATA, PAGE, SERVERS, ratio, render, text
from tests.measure.results import load, save

RESULTS = load(DATA)


def test_page_is_what_the_data_says() -> None:
    page = PAGE.read_text("utf-8")
    assert render(page, RESULTS) == page, "run `python -m tests.measure.echo_page`"


def test_every_case_was_measured_of_every_server() -> None:
    cases = {task["case"]: task for task in [*TASKS, *MEMORY]}
    assert set(RESULTS["results"]) == set(cases)
    for case, servers in RESULTS["results"].items():
        compared = set(SERVERS) - (set() if cases[case]["compression"] else {"ws_defaults"})
        assert set(servers) == compared, case


def test_load_held_no_server_up() -> None:
    for case, servers in RESULTS["results"].items():
        for server, runs in servers.items():
            shares = [run["load_core"] for run in runs if "load_core" in run]
            assert all(share < 0.9 for share in shares), (case, server, shares)


def test_changed_number_changes_the_page() -> None:
    changed = {**RESULTS, "results": {**RESULTS["results"]}}
    changed["results"]["64"] = {
        "ours": [{"per_cpu_second": 1000, "load_core": share} for share in (0.5, 0.8, 0.9)],
        "bare": [{"per_cpu_second": count} for count in (400, 250, 9000)],
        "ws": [{"per_cpu_second": 500}],
    }
    assert ratio(changed, "64", "bare") == "2.5"
    row = re.search(r"^\| 64 B \|.*$", text(changed), re.M)
    assert row
    assert row[0] == "| 64 B | 2.5 | 2.0 |  | 1,000 | 80 % |"


def test_page_without_a_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="must have one place"):
        render("# Nothing\n", RESULTS)


def test_saved_results_read_back(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    save(file, RESULTS)
    assert load(file) == RESULTS
    assert file.read_text("utf-8") == DATA.read_text("utf-8")
