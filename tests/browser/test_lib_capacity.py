"""lib/capacity.js: what a number of connections and messages takes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.modules import Modules
from tests.site import Site

MODULE = "lib/capacity.js"


@pytest.fixture
def module(site: Site, page: Page) -> Modules:
    return Modules.opened(site, page)


def capacity(module: Modules, fragment: str) -> dict[str, Any]:
    script = "(m, fragment) => m.capacity(m.valuesFrom(fragment))"
    found: dict[str, Any] = module.run(MODULE, script, fragment)
    return found


def test_formulas(module: Modules) -> None:
    fragment = "connections=100000&memory=8&sent=50&fanout=1000&cpu=10&bytes=123&load=50"
    assert capacity(module, fragment) == {
        "memory": 781.25,
        "deliveries": 50_000,
        "cores": 0.5,
        "processes": 1,
        "bandwidth": 50,
        "addresses": 4,
    }
    assert capacity(module, fragment + "&load=49")["processes"] == 1  # the first one counts
    assert capacity(module, fragment.replace("load=50", "load=49"))["processes"] == 2
    # Seven are enough, though 2.1 / 0.3 is more than 7 in floating point.
    assert capacity(module, "sent=42&fanout=1000&cpu=50&load=30")["processes"] == 7
    # A longer payload has a longer header.
    assert capacity(module, "sent=1&fanout=1&bytes=126")["bandwidth"] == 130 * 8 / 1e6
    nothing = capacity(module, "connections=0&sent=0")
    assert (nothing["processes"], nothing["addresses"], nothing["deliveries"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("sent", "5", 5),
        ("memory", "7.3", 7.3),
        ("load", "100", 100),
        ("load", "0", None),
        ("load", "101", None),
        ("sent", "-1", None),
        ("sent", "1e9", None),
        ("sent", "many", None),
        ("sent", "", None),
    ],
)
def test_values(module: Modules, name: str, text: str, value: float | None) -> None:
    script = "(m, name, text) => m.valueFrom(name, text) ?? null"
    assert module.run(MODULE, script, name, text) == value


def test_fragment_is_read_as_it_was_written(module: Modules) -> None:
    script = "(m, fragment) => m.fragmentFrom(m.valuesFrom(fragment))"
    assert module.run(MODULE, script, "sent=5&load=70") == "sent=5&load=70"
    assert module.run(MODULE, script, "sent=x&other=3") == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0000025, "0.0000025"), (0.25, "0.25"), (1.25, "1.3"), (12345.6, "12,346")],
)
def test_what_is_little_is_not_printed_as_nothing(module: Modules, value: float, text: str) -> None:
    assert module.run(MODULE, "(m, value) => m.print(value)", value) == text
