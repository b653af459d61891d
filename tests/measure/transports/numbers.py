"""Reading the committed results: medians, and the range of the runs."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True)
class Number:
    """The median of the runs, the lowest and the highest."""

    middle: float
    low: float
    high: float

    @property
    def triple(self) -> tuple[float, float, float]:
        """All three."""
        return self.middle, self.low, self.high

    def shown(self, factor: float = 1) -> str:
        """The median with its range, `1.2 (1.1 to 1.4)`, or alone where all runs agree."""
        middle, low, high = (digits(value * factor) for value in self.triple)
        return middle if low == high else f"{middle} ({low} to {high})"


def digits(value: float) -> str:
    """A number with two digits, or all that stand before the point."""
    return f"{value:.2g}" if 0 < value < 10 else f"{value:,.0f}"


def number(data: Data, case: str, name: str, *keys: str) -> Number:
    """A number over the runs; of several keys, their sum."""
    runs = [sum(run[key] for key in keys) for run in data["results"][case][name]]
    return Number(median(runs), min(runs), max(runs))


def times(larger: Number, smaller: Number) -> str:
    """How many times as much, in two digits."""
    return digits(float(f"{larger.middle / smaller.middle:.2g}"))


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    rule = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def measured(data: Data) -> str:
    """Where the numbers are from, for the end of a part."""
    machine = data["machine"]
    return (
        f"Measured on {machine['date']} with `{data['command']}`; medians of "
        f"{data['settings']['runs']} runs, in brackets the lowest and the highest. "
        "[How it was measured and how far it carries](index.md#what-we-measured); "
        "[all runs](measured.json)."
    )
