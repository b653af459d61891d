"""lib/address.js, lib/statistics.js and lib/format.js."""

from __future__ import annotations

import random
import statistics

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import Site


@pytest.fixture
def modules(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


@pytest.mark.parametrize(
    ("written", "base", "expected"),
    [
        ("ws://127.0.0.1:8765/demo", "https://site.example/", "ws://127.0.0.1:8765/demo"),
        ("wss://echo.example/demo?a=1", "http://site.example/", "wss://echo.example/demo?a=1"),
        ("/demo", "https://site.example/docs/tools/", "wss://site.example/demo"),
        ("/demo", "http://127.0.0.1:8000/", "ws://127.0.0.1:8000/demo"),
        ("demo", "https://site.example/docs/", "wss://site.example/docs/demo"),
        ("//echo.example/demo", "https://site.example/", "wss://echo.example/demo"),
        ("https://echo.example/demo#part", "http://site.example/", "wss://echo.example/demo"),
        ("  /demo\n", "https://site.example/", "wss://site.example/demo"),
        ("", "https://site.example/", None),
        (None, "https://site.example/", None),
        ("ws://", "https://site.example/", None),
        ("ftp://echo.example/demo", "https://site.example/", None),
        ("/demo", "file:///home/reader/site/index.html", None),
    ],
)
def test_address(modules: Modules, written: str | None, base: str, expected: str | None) -> None:
    found = modules.run("lib/address.js", "(m, a, b) => m.echoAddress(a, b)", written, base)
    assert found == expected


def test_a_rolling_window_keeps_the_newest_values(modules: Modules) -> None:
    script = """(m, size) => {
      let values = [];
      const before = values;
      for (let i = 1; i <= 5; i++) values = m.roll(values, i, size);
      return [values, before];
    }"""
    assert modules.run("lib/statistics.js", script, 3) == [[3, 4, 5], []]
    assert modules.run("lib/statistics.js", script, 1) == [[5], []]
    assert modules.run("lib/statistics.js", script, 9) == [[1, 2, 3, 4, 5], []]


def test_percentiles_are_those_of_python(modules: Modules) -> None:
    generator = random.Random(6455)
    for count in (2, 3, 20, 59):
        values = [generator.uniform(0, 500) for _ in range(count)]
        expected = statistics.quantiles(values, n=100, method="inclusive")
        found = modules.run(
            "lib/statistics.js",
            "(m, v) => Array.from({ length: 99 }, (_, i) => m.percentile(v, i + 1))",
            values,
        )
        assert found == pytest.approx(expected)
        median = modules.run("lib/statistics.js", "(m, v) => m.median(v)", values)
        assert median == pytest.approx(statistics.median(values))


def test_no_values_have_no_median(modules: Modules) -> None:
    assert modules.run("lib/statistics.js", "(m) => [m.median([]), m.median([4])]") == [None, 4]


@pytest.mark.parametrize(
    ("value", "end"),
    [(1, 1), (1.01, 2), (3, 5), (5.1, 10), (99, 100), (0.3, 0.5), (0.2, 0.2), (1000, 1000)],
)
def test_scales_end_at_a_round_number(modules: Modules, value: float, end: float) -> None:
    assert modules.run("lib/statistics.js", "(m, v) => m.scaleEnd(v)", value) == end


@pytest.mark.parametrize(
    ("call", "value", "expected"),
    [
        ("duration", 0, "00:00:00"),
        ("duration", 59_999, "00:00:59"),
        ("duration", 3_661_000, "01:01:01"),
        ("duration", 100 * 3_600_000, "100:00:00"),
        ("duration", -5, "00:00:00"),
        ("byteCount", 0, "0 B"),
        ("byteCount", 9999, "9,999 B"),
        ("byteCount", 12_345, "12.3 kB"),
        ("byteCount", 999_949, "999.9 kB"),
        ("byteCount", 999_950, "1.0 MB"),
        ("milliseconds", 0.04, "0.0 ms"),
        ("milliseconds", 0.84, "0.8 ms"),
        ("milliseconds", 9.96, "10 ms"),
        ("milliseconds", 1234.5, "1,235 ms"),
        ("milliseconds", None, "\u2013 ms"),
        ("grouped", 1_234_567, "1,234,567"),
    ],
)
def test_formats(modules: Modules, call: str, value: float | None, expected: str) -> None:
    assert modules.run("lib/format.js", "(m, f, v) => m[f](v)", call, value) == expected


def test_the_time_of_day_is_the_readers(modules: Modules) -> None:
    script = """(m) => m.clockTime(new Date(2026, 10, 22, 7, 4, 5, 61).getTime())"""
    assert modules.run("lib/format.js", script) == "07:04:05.061"
