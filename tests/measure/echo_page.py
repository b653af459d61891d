"""What docs/tools/echo.md says of speed, made from the data beside it."""

from __future__ import annotations

from typing import Any

from tests.measure.results import load, middle
from tests.places import fill_one
from tests.site import ROOT

PAGE = ROOT / "docs/tools/echo.md"
DATA = ROOT / "docs/tools/echo/bench.json"

THROUGHPUT = {
    "64": "64 B",
    "64_in_flight_16": "64 B, 16 on the way",
    "16k": "16 KiB",
    "64_negotiated": "64 B, compression negotiated, sent plain",
    "64_json_compressed": "64 B of JSON, compressed",
    "64_random_compressed": "64 B random, compressed",
    "16k_json_compressed": "16 KiB of JSON, compressed",
    "16k_random_compressed": "16 KiB random, compressed",
}
MEMORY = {
    "memory_1000": "1,000",
    "memory_10000": "10,000",
    "memory_1000_compressed": "1,000, with compression",
    "memory_10000_compressed": "10,000, with compression",
}
ROUND_TRIP = {"round_trip_64": "64 B", "round_trip_16k": "16 KiB"}
SERVERS = {"ours": "this server", "bare": "`websockets`", "ws": "`ws`", "ws_defaults": "`ws`, own"}


def value(data: dict[str, Any], case: str, server: str, key: str) -> float | None:
    """The median of the runs, None where the server was not measured."""
    runs = data["results"][case].get(server)
    return runs and middle([run[key] for run in runs], 2)


def ratio(data: dict[str, Any], case: str, server: str) -> str:
    """How many times as many messages this server echoes in the same processor time."""
    ours, other = (value(data, case, one, "per_cpu_second") for one in ("ours", server))
    assert ours is not None
    return "" if other is None else f"{ours / other:.1f}"


def _row(name: str, *cells: str) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:,.0f}"


def _throughput(data: dict[str, Any]) -> list[str]:
    others = ["bare", "ws", "ws_defaults"]
    lines = [
        _row(
            "Message",
            *(f"times {SERVERS[other]}" for other in others),
            "a CPU second",
            "core of the load",
        ),
        "| --- | --: | --: | --: | --: | --: |",
    ]
    for case, name in THROUGHPUT.items():
        share = value(data, case, "ours", "load_core")
        lines.append(
            _row(
                name,
                *(ratio(data, case, other) for other in others),
                _shown(value(data, case, "ours", "per_cpu_second")),
                "" if share is None else f"{share * 100:.0f} %",
            )
        )
    return lines


def _pairs(data: dict[str, Any], case: str, first: str, second: str) -> list[str]:
    cells = []
    for server in SERVERS:
        numbers = [value(data, case, server, key) for key in (first, second)]
        cells.append(" / ".join(f"{number:,.1f}" for number in numbers if number is not None))
    return cells


def text(data: dict[str, Any]) -> str:
    """The tables, and what they were measured with."""
    machine, versions, settings = data["machine"], data["versions"], data["settings"]
    names = list(SERVERS.values())
    handshakes = [_shown(value(data, "handshakes", one, "per_cpu_second")) for one in SERVERS]
    lines = [
        *_throughput(data),
        "",
        _row("Idle connections: KiB of each, new / after 1 KiB echoed", *names),
        "| --- | --: | --: | --: | --: |",
        *(
            _row(name, *_pairs(data, case, "before_kib", "after_kib"))
            for case, name in MEMORY.items()
        ),
        "",
        _row("One client", *names),
        "| --- | --: | --: | --: | --: |",
        *(
            _row(f"Round trip of {name}, µs, p50 / p99", *_pairs(data, case, "p50_us", "p99_us"))
            for case, name in ROUND_TRIP.items()
        ),
        _row("Handshakes a CPU second", *handshakes),
        "",
        f"Measured on {machine['date']} with `make bench` on a virtual machine of "
        f"{machine['cores']} cores ({machine['cpu']}, {machine['kernel']}):",
        f"Python {versions['python']}, `websockets` {versions['websockets']}, "
        f"uvloop {versions['uvloop']}, Node.js {versions['node']}, `ws` {versions['ws']}.",
        f"Medians of {settings['runs']} runs of {settings['seconds']:g} s; memory once.",
    ]
    return "\n".join(lines)


def render(page: str, data: dict[str, Any]) -> str:
    """Return the page with its tables made anew; ValueError where it has no place for them."""
    return fill_one(page, "measured", "bench", text(data))


def main() -> None:
    """Write the page's tables from the data."""
    PAGE.write_text(render(PAGE.read_text("utf-8"), load(DATA)), "utf-8")


if __name__ == "__main__":
    main()
