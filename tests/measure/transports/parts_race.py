"""What stands in place of the race where no server runs one: the measured numbers of its four."""

from __future__ import annotations

from tests.measure.transports.numbers import Data, digits, number, table

# Names of the same transport among the bytes, the latencies and the requests.
_LANES = {
    "Polling every 0.5 s": ("http1", "poll_500"),
    "Long polling": ("long_poll", "long_poll"),
    "SSE": ("sse_http1", "sse"),
    "WebSocket": ("websocket", "websocket"),
}


def race(data: Data) -> str:
    """A row for each of the four."""
    rows = []
    for label, (wire, name) in _LANES.items():
        size = number(data, "bytes_down_100", wire, "up", "down")
        direct, line = (
            digits(number(data, "latency", f"{name}_{where}", "p50_ms").middle)
            for where in ("direct", "line")
        )
        requests = number(data, "polling", name, "requests_per_second").middle
        asked = digits(requests / data["settings"]["subscribers_polling"]) if requests else "0"
        rows.append([label, f"{size.middle:,.0f} B", f"{direct} ms", f"{line} ms", asked])
    head = ["Measured", "100 B event", "delay, direct", "delay, 50 ms line"]
    return (
        f"{table([*head, 'requests/s'], rows)}\n\n"
        f"Medians of {data['settings']['runs']} runs on {data['machine']['date']}; "
        "[how it was measured](#what-we-measured)."
    )
