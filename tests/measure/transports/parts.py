"""What pages say of the measured numbers: ratios, a chart, the table of the same numbers."""

from __future__ import annotations

from collections.abc import Callable

from tests.measure.transports import (
    method,
    parts_bytes,
    parts_long_polling,
    parts_matrix,
    parts_pairs,
    parts_race,
)
from tests.measure.transports.charts import Bar, Dots, bars, dots
from tests.measure.transports.numbers import Data, Number, digits, measured, number, table, times

LATENCY = {
    "poll_2000": "Polling every 2 s",
    "poll_500": "Polling every 0.5 s",
    "poll_100": "Polling every 0.1 s",
    "long_poll": "Long polling",
    "sse": "SSE",
    "websocket": "WebSocket",
}
MEMORY = {
    "sse": "SSE",
    "websocket": "WebSocket",
    "websocket_deflate": "WebSocket, permessage-deflate",
}


def latency(data: Data) -> str:
    """From event to receipt."""

    def one(name: str, line: str, key: str) -> Number:
        return number(data, "latency", f"{name}_{line}", key)

    def chart(line: str, where: str) -> str:
        rows = []
        for name, label in LATENCY.items():
            half, most = one(name, line, "p50_ms"), one(name, line, "p95_ms")
            value = f"{digits(half.middle)} / {digits(most.middle)} ms"
            rows.append(Dots(label, value, half.triple, most.triple))
        return dots(
            f"measured-latency-{line}",
            f"From event to receipt {where}: p50 full, p95 empty; a scale of powers of ten",
            rows,
            "ms",
        )

    line = {name: one(name, "line", "p50_ms") for name in LATENCY}
    apart = abs(line["sse"].middle - line["websocket"].middle)

    def against(numbers: dict[str, Number], name: str) -> str:
        return times(numbers[name], numbers["websocket"])

    late = {name: one(name, "line", "p95_ms") for name in LATENCY}
    direct = {name: one(name, "direct", "p50_ms") for name in LATENCY}
    rate = 1000 / data["settings"]["latency_gap_ms"]
    return "\n\n".join(
        [
            f"Over a line of 50 ms round trip, an event comes by long polling "
            f"{against(line, 'long_poll')} times as late as over WebSocket at the median and "
            f"**{against(late, 'long_poll')} times** at p95, where it was made while the client "
            f"asked again; with {rate:.0f} events a second that is often. Polling every 0.5 s is "
            f"{against(line, 'poll_500')} times as late: half its interval and the way there. SSE "
            f"and WebSocket differ by {digits(apart)} ms. Without the line SSE takes "
            f"{against(direct, 'sse')} times as long as WebSocket and long polling "
            f"{against(direct, 'long_poll')} times, all within a few milliseconds.",
            chart("line", "over a line of 50 ms round trip"),
            chart("direct", "on one machine, no line between"),
            table(
                ["Event to receipt, ms", "line, p50", "line, p95", "direct, p50", "direct, p95"],
                [
                    [
                        label,
                        *(
                            one(name, where, key).shown()
                            for where in ("line", "direct")
                            for key in ("p50_ms", "p95_ms")
                        ),
                    ]
                    for name, label in LATENCY.items()
                ],
            ),
            measured(data),
        ]
    )


def _bar(label: str, value: Number, unit: str, scale: int = 1) -> Bar:
    shown = f"{digits(value.middle * scale)} {unit}"
    return Bar(label, shown, ((value.middle, "chart-ink"),), value.low, value.high)


def memory(data: Data) -> str:
    """KiB of an idle subscriber."""
    new = {name: number(data, "memory", name, "new_kib") for name in MEMORY}
    used = {name: number(data, "memory", name, "used_kib") for name in MEMORY}
    subscribers = data["settings"]["subscribers_idle"]
    return "\n\n".join(
        [
            f"On this server an idle SSE subscriber takes "
            f"**{times(used['sse'], used['websocket'])} times** the memory of a WebSocket "
            f"connection without compression; with permessage-deflate, which browsers offer and it "
            f"accepts by default, the WebSocket connection takes "
            f"{times(used['websocket_deflate'], used['sse'])} times that of the SSE subscriber.",
            bars(
                "measured-memory",
                "Memory of the server for each idle subscriber, after one message of 1 KiB",
                [_bar(label, used[name], "KiB") for name, label in MEMORY.items()],
            ),
            table(
                [f"KiB of each of {subscribers:,} subscribers", "new", "after a message of 1 KiB"],
                [[label, new[name].shown(), used[name].shown()] for name, label in MEMORY.items()],
            ),
            measured(data),
        ]
    )


def polling(data: Data) -> str:
    """What the same freshness costs."""
    core = {name: number(data, "polling", name, "server_core") for name in LATENCY}
    moved = {name: number(data, "polling", name, "bytes_per_second") for name in LATENCY}
    settings = data["settings"]
    return "\n\n".join(
        [
            f"Polling every 0.1 s takes **{times(core['poll_100'], core['websocket'])} times** the "
            f"server's processor time of WebSocket and "
            f"{times(moved['poll_100'], moved['websocket'])} times the bytes, and its events are "
            f"still older. SSE takes "
            f"{times(core['sse'], core['websocket'])} times the processor time of WebSocket, long "
            f"polling {times(core['long_poll'], core['websocket'])} times. Polling every 2 s takes "
            f"{times(core['poll_2000'], core['websocket'])} times: where seconds do not matter, "
            f"it is cheap, and the server keeps nothing open for it.",
            bars(
                "measured-polling",
                f"Share of a core that the server took for {settings['subscribers_polling']} "
                f"subscribers and {1 / settings['event_gap_s']:g} events a second",
                [_bar(label, core[name], "%", 100) for name, label in LATENCY.items()],
            ),
            table(
                [
                    f"{settings['subscribers_polling']} subscribers",
                    "requests a second",
                    "bytes a second, each",
                    "core of the server, %",
                    "age of an event, ms",
                ],
                [
                    [
                        label,
                        number(data, "polling", name, "requests_per_second").shown(),
                        moved[name].shown(),
                        core[name].shown(100),
                        number(data, "polling", name, "p50_ms").shown(),
                    ]
                    for name, label in LATENCY.items()
                ],
            ),
            measured(data),
        ]
    )


PARTS: dict[str, Callable[[Data], str]] = {
    "bytes": parts_bytes.wire,
    "latency": latency,
    "memory": memory,
    "polling": polling,
    "long-polling": parts_long_polling.long_polling,
    "matrix": parts_matrix.costs,
    "race": parts_race.race,
    "method": method.text,
    "sse": parts_pairs.sse,
    "http": parts_pairs.http,
}
