"""What the page on long polling says of the measured numbers: a table beside WebSocket."""

from __future__ import annotations

from tests.measure.transports.numbers import Data, Number, digits, measured, number, table, times

_NAMES = ("long_poll", "websocket")


def long_polling(data: Data) -> str:
    """Long polling beside WebSocket."""

    def both(case: str, suffix: str, *keys: str) -> list[Number]:
        return [number(data, case, name + suffix, *keys) for name in _NAMES]

    settings = data["settings"]
    down = {size: both(f"bytes_down_{size}", "", "up", "down") for size in (100, 10_240)}
    up = [number(data, "bytes_up_100", name, "up", "down") for name in ("http1", "websocket")]
    line, late = (both("latency", "_line", key) for key in ("p50_ms", "p95_ms"))
    core = both("polling", "", "server_core")
    moved = both("polling", "", "bytes_per_second")
    requests = both("polling", "", "requests_per_second")
    rate = 1 / settings["event_gap_s"]
    feed = f"{settings['subscribers_polling']} subscribers, {rate:g} events a second"
    rows = [
        ("Bytes for 100 B from the server, both ways", down[100], 1),
        ("Bytes for 10 KiB from the server, both ways", down[10_240], 1),
        ("Bytes for 100 B from the client, both ways", up, 1),
        ("Event to receipt, line of 50 ms, p50, ms", line, 1),
        ("Event to receipt, line of 50 ms, p95, ms", late, 1),
        (f"Core of the server for {feed}, %", core, 100),
        ("The same: bytes a second, each", moved, 1),
        ("The same: requests a second", requests, 1),
    ]
    return "\n\n".join(
        [
            f"Over HTTP/1.1 with a browser's headers, an event of 100 B costs "
            f"**{times(down[100][0], down[100][1])} times** the bytes of a WebSocket message, one "
            f"of 10 KiB {down[10_240][0].middle / down[10_240][1].middle:.2f} times. The server "
            f"spends {times(core[0], core[1])} times the processor time. At the median an event "
            f"comes {digits(line[0].middle - line[1].middle)} ms later, at p95 "
            f"{digits(late[0].middle - late[1].middle)} ms: it was made while the client was "
            f"asking again. That was at {1000 / settings['latency_gap_ms']:.0f} events a second; "
            f"with seconds between the events, hardly one meets that gap.",
            table(
                ["Measured", "Long polling", "WebSocket"],
                [
                    [label, *(value.shown(factor) for value in values)]
                    for label, values, factor in rows
                ],
            ),
            measured(data),
        ]
    )
