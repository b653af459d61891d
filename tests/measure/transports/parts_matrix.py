"""The measured part of the comparison of all transports: a row for each, a column for each cost."""

from __future__ import annotations

from tests.measure.transports.numbers import Data, digits, measured, number, table

# What the comparison calls a transport, and the names of what was measured of it: 100 B from the
# server over HTTP/1.1 and HTTP/2, 100 B from the client likewise, latency, memory.
_HTTP = (("http1", "http2"), ("http1", "http2"))
ROWS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]] = {
    "Plain HTTP": (*_HTTP, "", ()),
    "HTTP polling, every 0.5 s": (*_HTTP, "poll_500", ()),
    "Long polling": (("long_poll",), ("http1", "http2"), "long_poll", ()),
    "SSE": (("sse_http1", "sse_http2"), ("http1", "http2"), "sse", ("sse",)),
    "Streaming fetch": ((), (), "", ()),
    "WebSocket": (
        ("websocket", "websocket_deflate"),
        ("websocket", "websocket_deflate"),
        "websocket",
        ("websocket", "websocket_deflate"),
    ),
    "WebTransport": ((), (), "", ()),
    "WebRTC data channel": ((), (), "", ()),
    "MQTT over WebSocket": ((), (), "", ()),
    "gRPC-Web": ((), (), "", ()),
    "Web Push": ((), (), "", ()),
}
NOT = "not measured"
_SUFFIX = {"http2": " over HTTP/2", "sse_http2": " over HTTP/2", "websocket_deflate": " compressed"}


def _listed(data: Data, case: str, names: tuple[str, ...], unit: str, *keys: str) -> str:
    cells = [
        f"{digits(number(data, case, name, *keys).middle)} {unit}{_SUFFIX.get(name, '')}"
        for name in names
    ]
    return ", ".join(cells) or NOT


def _delay(data: Data, name: str) -> str:
    if not name:
        return NOT
    half, most = (number(data, "latency", f"{name}_line", key) for key in ("p50_ms", "p95_ms"))
    return f"{digits(half.middle)} ms, p95 {digits(most.middle)} ms"


def costs(data: Data) -> str:
    """What each transport costs, in one table."""
    return "\n\n".join(
        [
            table(
                [
                    "Transport",
                    "100 B from the server",
                    "100 B from the client",
                    "Event to receipt, 50 ms line",
                    "Server memory, idle",
                ],
                [
                    [
                        name,
                        _listed(data, "bytes_down_100", down, "B", "up", "down"),
                        _listed(data, "bytes_up_100", up, "B", "up", "down"),
                        _delay(data, latency),
                        _listed(data, "memory", memory, "KiB", "used_kib"),
                    ]
                    for name, (down, up, latency, memory) in ROWS.items()
                ],
            ),
            "Bytes count both directions, with a browser's headers where requests carry any; a "
            "client of long polling or SSE sends by POST. Delay is the median. "
            + measured(data).replace(", in brackets the lowest and the highest", ""),
        ]
    )
