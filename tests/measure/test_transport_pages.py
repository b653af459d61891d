"""What the comparisons say of measured numbers is what the committed measurement says."""

from __future__ import annotations

import copy
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.measure.results import load
from tests.measure.transports.charts import Bar, bars
from tests.measure.transports.pages import DATA, FOLDER, render
from tests.measure.transports.parts import LATENCY, MEMORY, PARTS
from tests.measure.transports.parts_bytes import DOWN, UP
from tests.measure.transports.wire_bytes import SIZES
from tests.site import ROOT

RESULTS = load(DATA)
STYLE = (ROOT / "overrides/assets/stylesheets/chart.css").read_text("utf-8")
CHARTS = [
    (name, chart)
    for name, part in PARTS.items()
    for chart in re.findall(r"<svg.*?</svg>", part(RESULTS), re.S)
]


@pytest.mark.parametrize("name", sorted(page.name for page in FOLDER.glob("*.md")))
def test_page_is_what_the_data_says(name: str) -> None:
    page = (FOLDER / name).read_text("utf-8")
    assert render(page, RESULTS) == page, "run `python -m tests.measure.transports.pages`"


def test_every_number_was_measured_in_every_run() -> None:
    expected = {f"bytes_down_{size}": set(DOWN) for size in SIZES}
    expected |= {f"bytes_up_{size}": set(UP) for size in SIZES}
    expected |= {
        "bytes_empty_poll": {"http1", "http2"},
        "bytes_opening": {"sse_http1", "sse_http2", "websocket", "websocket_deflate"},
        "latency": {f"{name}_{line}" for name in LATENCY for line in ("direct", "line")},
        "memory": set(MEMORY),
        "polling": set(LATENCY),
    }
    assert {case: set(names) for case, names in RESULTS["results"].items()} == expected
    runs = {len(runs) for names in RESULTS["results"].values() for runs in names.values()}
    assert runs == {RESULTS["settings"]["runs"]}
    assert RESULTS["settings"]["runs"] >= 3


def test_data_says_where_it_is_from() -> None:
    assert RESULTS["command"] == "make measure"
    assert {"date", "cpu", "load_average_before", "load_average_after"} <= set(RESULTS["machine"])
    assert {"uvicorn", "websockets", "httpx", "chromium"} <= set(RESULTS["versions"])


def _changed(case: str, name: str, runs: list[dict[str, float]]) -> dict[str, Any]:
    changed = copy.deepcopy(RESULTS)
    changed["results"][case][name] = runs
    return changed


def test_changed_number_changes_table_chart_and_ratio() -> None:
    runs = [{"new_kib": 1.0, "used_kib": used} for used in (50.0, 70.0, 60.0)]
    text = PARTS["memory"](_changed("memory", "websocket", runs))
    assert re.search(r"^\| WebSocket \| 1 \| 60 \(50 to 70\) \|$", text, re.M)
    assert '<text class="chart-value" x="100%" y="60">60 KiB</text>' in text
    assert "WebSocket: 60 KiB;" in text


def test_memory_is_in_the_order_that_the_pages_tell() -> None:
    runs = RESULTS["results"]["memory"]
    for plain, sse, deflate in zip(
        runs["websocket"], runs["sse"], runs["websocket_deflate"], strict=True
    ):
        assert plain["used_kib"] < sse["used_kib"] < deflate["used_kib"]


@pytest.mark.parametrize(
    "page",
    [
        "<!-- measured: speed -->\n<!-- end -->\n",
        "<!-- measured: bytes -->\n",
        "<!-- measured: bytes -->\n<!-- measured: memory -->\n<!-- end -->\n",
    ],
)
def test_place_that_cannot_be_filled_is_an_error(page: str) -> None:
    with pytest.raises(ValueError, match="no end"):
        render(page, RESULTS)


def test_there_are_charts_of_every_number() -> None:
    names = [name for name, _ in CHARTS]
    assert names == ["bytes", "bytes", "latency", "latency", "memory", "polling"]


@pytest.mark.parametrize(("name", "chart"), CHARTS, ids=[str(n) for n in range(len(CHARTS))])
def test_chart_has_a_text_alternative_and_a_height(name: str, chart: str) -> None:
    svg = ElementTree.fromstring(chart)
    assert svg.get("role") == "img"
    title, description = list(svg)[:2]
    assert (title.tag, description.tag) == ("title", "desc")
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text
    assert description.text
    values = [text.text or "" for text in svg.iter("text") if text.get("class") == "chart-value"]
    assert values
    assert all(f": {value}" in description.text for value in values)
    assert "style=" not in chart, "the security policy allows no inline style"
    rows = (svg.get("class") or "").removeprefix("chart ")
    assert f"svg.{rows} {{ height: {svg.get('height')}px; }}" in STYLE
    classes = {one.get("class") for one in svg.iter()} - {None, svg.get("class")}
    assert {one for one in classes if f".{one} " not in STYLE} == set()


def test_bars_and_their_errors_are_to_scale() -> None:
    parts = ((30.0, "chart-client"), (20.0, "chart-server"))
    rows = [Bar("half", "50 B", parts, 40, 60), Bar("whole", "99 B", ((99.0, "x"),), 99, 99)]
    svg = ElementTree.fromstring(re.findall(r"<svg.*?</svg>", bars("n", "t", rows), re.S)[0])
    drawn = [(rect.get("x"), rect.get("width")) for rect in svg.iter("rect")]
    assert drawn == [("0.00%", "30.00%"), ("30.00%", "20.00%"), ("0.00%", "99.00%")]
    error = svg.find("g[@class='chart-range']/line")
    assert error is not None
    assert (error.get("x1"), error.get("x2")) == ("40.00%", "60.00%")
