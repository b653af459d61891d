"""Charts as static SVG: as wide as their place, text in the reader's size, colors from classes.

Positions are percentages, so that nothing is scaled; the height is a class for the number of rows,
`overrides/assets/stylesheets/chart.css`. The table beside a chart has the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

_ROW = 44
_TEXT, _BAR, _HIGH = 16, 24, 10
# Where the scale of a chart with dots begins and ends, in percent.
_LEFT, _RIGHT = 2.0, 98.0
# Behind here, in percent, the name of a power stands left of its line.
_EDGE = 85.0


@dataclass(frozen=True)
class Bar:
    """A bar of parts, each with its class, and the range that its end had over the runs."""

    name: str
    value: str
    parts: tuple[tuple[float, str], ...]
    low: float
    high: float


@dataclass(frozen=True)
class Dots:
    """A full and an empty dot, each with the range that it had over the runs."""

    name: str
    value: str
    full: tuple[float, float, float]
    empty: tuple[float, float, float]


def _svg(
    name: str, title: str, lead: str, rows: Sequence[Bar | Dots], height: int, lines: list[str]
) -> str:
    values = "; ".join(f"{row.name}: {row.value}" for row in rows)
    description = f"{lead}{values}. The table has the same numbers."
    return "\n".join(
        [
            "<figure>",
            f'<svg class="chart chart-{height}" role="img" width="100%" height="{height * _ROW}"'
            f' aria-labelledby="{name}-title {name}-desc">',
            f'<title id="{name}-title">{escape(title)}</title>',
            f'<desc id="{name}-desc">{escape(description)}</desc>',
            *lines,
            "</svg>",
            f"<figcaption>{escape(title)}. Thin lines: lowest to highest run.</figcaption>",
            "</figure>",
        ]
    )


def _words(row: Bar | Dots, top: int) -> str:
    return (
        f'<text y="{top + _TEXT}">{escape(row.name)}</text>'
        f'<text class="chart-value" x="100%" y="{top + _TEXT}">{escape(row.value)}</text>'
    )


def _range(low: float, high: float, middle: int) -> str:
    """An error bar, from the lowest to the highest of the runs."""
    ends = "".join(
        f'<line x1="{at:.2f}%" x2="{at:.2f}%" y1="{middle - 4}" y2="{middle + 4}"/>'
        for at in (low, high)
    )
    return (
        f'<g class="chart-range"><line x1="{low:.2f}%" x2="{high:.2f}%"'
        f' y1="{middle}" y2="{middle}"/>{ends}</g>'
    )


def bars(name: str, title: str, rows: list[Bar], lead: str = "") -> str:
    """Bars from zero, all on one scale; `lead` begins what is read out in their place."""
    most = max(row.high for row in rows) / 99
    lines = []
    for number, row in enumerate(rows):
        top, start = number * _ROW, 0.0
        lines.append(_words(row, top))
        for value, kind in row.parts:
            if value:
                lines.append(
                    f'<rect class="{kind}" x="{start / most:.2f}%" width="{value / most:.2f}%"'
                    f' y="{top + _BAR}" height="{_HIGH}"/>'
                )
            start += value
        lines.append(_range(row.low / most, row.high / most, top + _BAR + _HIGH // 2))
    return _svg(name, title, lead, rows, len(rows), lines)


def dots(name: str, title: str, rows: list[Dots], unit: str) -> str:
    """Pairs of dots on a scale of powers of ten; the last row names them."""
    every = [value for row in rows for value in (*row.full, *row.empty)]
    first, last = floor(log10(min(every))), log10(max(every))

    def at(value: float) -> float:
        return _LEFT + (log10(value) - first) / (last - first) * (_RIGHT - _LEFT)

    bottom = len(rows) * _ROW
    lines = []
    for power in range(first, floor(last) + 1):
        x, kind = at(10**power), "chart-first" if power == first else "chart-tick"
        if x > _EDGE:
            kind = "chart-last"
        lines.append(f'<line class="chart-grid" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="{bottom}"/>')
        name_of = f"{10.0**power:,g}"
        name_of += f" {unit}" if power == first else ""
        lines.append(f'<text class="{kind}" x="{x:.2f}%" y="{bottom + _TEXT}">{name_of}</text>')
    for number, row in enumerate(rows):
        top = number * _ROW
        y = top + _BAR + _HIGH // 2
        full, empty = at(row.full[0]), at(row.empty[0])
        lines += [
            _words(row, top),
            f'<line class="chart-line" x1="{full:.2f}%" x2="{empty:.2f}%" y1="{y}" y2="{y}"/>',
            f'<circle class="chart-server" cx="{full:.2f}%" cy="{y}" r="5"/>',
            f'<circle class="chart-empty" cx="{empty:.2f}%" cy="{y}" r="5"/>',
            _range(at(row.full[1]), at(row.full[2]), y),
            _range(at(row.empty[1]), at(row.empty[2]), y),
        ]
    return _svg(name, title, "", rows, len(rows) + 1, lines)
