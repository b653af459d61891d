"""Writes what fan-out costs into docs/build/scale.md, from the data beside it.

``python -m tests.measure.fanout.page`` does it without measuring again.
"""

from __future__ import annotations

from typing import Any

from tests.measure.results import load, middle
from tests.places import fill_one
from tests.site import ROOT

PAGE = ROOT / "docs/build/scale.md"
DATA = ROOT / "docs/build/scale/measured.json"

NAMES = {
    "alone": "1 process, no broker",
    "redis_one": "1 process, Redis",
    "redis": "2 processes, Redis",
    "nats": "2 processes, NATS",
}
_ORIGIN = """\
*Times* compares the processor time of all server processes for one delivered message with one
process alone; the broker's own time comes on top, once for each message that is sent.
Measured on {date} with `{command}` on a virtual machine of {cores} cores ({cpu}, {kernel};
load average {load_average_before} before, {load_average_after} after): {clients:,} clients in one
room, one message of {bytes} B on its way at a time, medians of {runs} runs of {messages} messages.
Python {python}, {packages}. Clients, servers and broker share the cores, so two processes cannot
be twice as fast here. The [raw data](scale/measured.json) has all runs."""


def value(data: dict[str, Any], setup: str, key: str) -> float:
    """The median of the runs."""
    return middle([run[key] for run in data["results"]["fanout"][setup]], 2)


def text(data: dict[str, Any]) -> str:
    """The table, and what it was measured with."""
    lines = [
        "| Setup | Times | Server CPU, µs a delivery | Broker CPU, µs a message "
        "| The last has it after, ms, p50 / p99 | Deliveries a second |",
        "| --- | --: | --: | --: | --: | --: |",
    ]
    alone = value(data, "alone", "server_us_per_delivery")
    for setup, name in NAMES.items():
        used = value(data, setup, "server_us_per_delivery")
        last = [value(data, setup, key) for key in ("last_p50_ms", "last_p99_ms")]
        cells = [
            f"{used / alone:.1f}",
            f"{used:.1f}",
            f"{value(data, setup, 'broker_us_per_message'):,.0f}",
            " / ".join(f"{one:.1f}" for one in last),
            f"{value(data, setup, 'deliveries_per_second'):,.0f}",
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    versions = dict(data["versions"])
    python = versions.pop("python")
    packages = ", ".join(f"`{name}` {version}" for name, version in versions.items())
    origin = _ORIGIN.format(
        command=data["command"],
        python=python,
        packages=packages,
        **data["machine"],
        **data["settings"],
    )
    return "\n".join([*lines, "", origin])


def render(page: str, data: dict[str, Any]) -> str:
    """Return the page with its table made anew; ValueError where it has no place for it."""
    return fill_one(page, "measured", "fanout", text(data))


def main() -> None:
    """Fill the page's place."""
    PAGE.write_text(render(PAGE.read_text("utf-8"), load(DATA)), "utf-8")


if __name__ == "__main__":
    main()
