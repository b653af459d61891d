"""Writes what the attacks cost into docs/build/security.md, from the data beside it.

``python -m tests.measure.attacks.page`` does it without measuring again.
"""

from __future__ import annotations

import json
from typing import Any

from tests.measure.results import load, middle
from tests.places import fill_one
from tests.site import ROOT

PAGE = ROOT / "docs/build/security.md"
DATA = ROOT / "docs/build/security/measured.json"

NAMES = {
    "handshake": "Slow handshakes, 200",
    "fragments": "Tiny fragments, 1.4 MB",
    "bomb": "Deflate bomb, 16 KiB",
    "flood": "Flood, 5,000 messages",
    "reader": "One client that never reads",
}


def text_of(message: str | bytes) -> object:
    """What a message of the room says."""
    return json.loads(message).get("text")


def value(data: dict[str, Any], attack: str, server: str, key: str) -> float:
    """The median of the runs."""
    return middle([run[key] for run in data["results"][attack][server]], 3)


def _least(number: float, floor: float) -> float:
    return max(number, floor)


def ratio(data: dict[str, Any], attack: str, key: str, floor: float) -> str:
    """How many times as much the naive server pays, the smallest amount that is told being 1."""
    naive, hardened = (
        _least(value(data, attack, server, key), floor) for server in ("naive", "hardened")
    )
    times = naive / hardened
    return f"{times:,.0f}" if times >= 10 else f"{times:.1f}"


def _three(data: dict[str, Any], attack: str, key: str, unit: float, digits: int) -> str:
    numbers = [value(data, attack, one, key) / unit for one in ("naive", "defaults", "hardened")]
    return " / ".join(f"{number:,.{digits}f}" for number in numbers)


_ORIGIN = """\
The first table says how many times as much `naive.py` pays as `hardened.py`. Its last column,
and the second table, have `naive.py` / `naive.py` with the library's defaults / `hardened.py`.
Measured on {date} with `{command}` on a virtual machine of {cores} cores ({cpu}, {kernel};
load average {load_average_before} before, {load_average_after} after):
Python {python}, `websockets` {websockets}. Medians of {runs} runs, handshakes once; the server
has a core of its own. Amounts below 64 KiB, 10 ms of CPU and 5 ms of waiting count as those.
The [raw data](security/measured.json) has all runs."""


def text(data: dict[str, Any]) -> str:
    """The tables, and what they were measured with."""
    lines = [
        "| Attack | Memory, times | CPU, times | Others wait, times | Held at the end |",
        "| --- | --: | --: | --: | --: |",
    ]
    for attack, name in NAMES.items():
        times = [
            ratio(data, attack, key, floor)
            for key, floor in (("peak_kib", 64), ("cpu_s", 0.01), ("longest_wait_s", 0.005))
        ]
        # The others come with one connection, and have left.
        held = _three(data, attack, "held_last", 1, 0) if attack in ("handshake", "reader") else ""
        lines.append(f"| {name} | {' | '.join(times)} | {held} |")
    lines += [
        "",
        "| Attack | Memory, MiB | CPU, s | Another waits at most, s |",
        "| --- | --: | --: | --: |",
    ]
    for attack, name in NAMES.items():
        cells = [
            _three(data, attack, key, unit, digits)
            for key, unit, digits in (
                ("peak_kib", 1024, 1),
                ("cpu_s", 1, 2),
                ("longest_wait_s", 1, 2),
            )
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    settings = {"command": data["command"], **data["settings"]}
    return "\n".join(
        [*lines, "", _ORIGIN.format(**settings, **data["machine"], **data["versions"])]
    )


def render(page: str, data: dict[str, Any]) -> str:
    """Return the page with its table made anew; ValueError where it has no place for it."""
    return fill_one(page, "measured", "attacks", text(data))


def main() -> None:
    """Fill the page's place."""
    PAGE.write_text(render(PAGE.read_text("utf-8"), load(DATA)), "utf-8")


if __name__ == "__main__":
    main()
