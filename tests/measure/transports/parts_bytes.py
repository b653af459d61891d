"""What pages say of the bytes on the wire: ratios, charts, the tables of the same numbers."""

from __future__ import annotations

from tests.measure.transports.charts import Bar, bars
from tests.measure.transports.numbers import Data, Number, digits, measured, number, table, times
from tests.measure.transports.wire_bytes import SIZES

DOWN = {
    "http1_bare": "HTTP/1.1 poll, bare",
    "http1": "HTTP/1.1 poll, browser",
    "http1_gzip": "HTTP/1.1 poll, browser, gzip",
    "http2": "HTTP/2 poll, browser",
    "long_poll": "Long polling, HTTP/1.1, browser",
    "sse_http1": "SSE over HTTP/1.1",
    "sse_http2": "SSE over HTTP/2",
    "websocket": "WebSocket",
    "websocket_deflate": "WebSocket, compressed",
}
UP = {
    "http1_bare": "HTTP/1.1 POST, bare",
    "http1": "HTTP/1.1 POST, browser",
    "http2": "HTTP/2 POST, browser",
    "websocket": "WebSocket",
    "websocket_deflate": "WebSocket, compressed",
}
_SIZES = {10: "10 B", 100: "100 B", 1024: "1 KiB", 10_240: "10 KiB"}
_CHARTED = 100


def _total(data: Data, direction: str, size: int, name: str) -> Number:
    return number(data, f"bytes_{direction}_{size}", name, "up", "down")


def _bytes_chart(data: Data, direction: str, names: dict[str, str]) -> str:
    rows = []
    case = f"bytes_{direction}_{_CHARTED}"
    for name, label in names.items():
        total = _total(data, direction, _CHARTED, name)
        parts = tuple(
            (number(data, case, name, key).middle, kind)
            for key, kind in (("up", "chart-client"), ("down", "chart-server"))
        )
        rows.append(Bar(label, f"{total.middle:,.0f} B", parts, total.low, total.high))
    way = "server to client" if direction == "down" else "client to server"
    return bars(
        f"measured-bytes-{direction}",
        f"Bytes for one message of 100 B, {way}: what the client sends, then what the server sends",
        rows,
        "Both directions together. ",
    )


def _bytes_cell(data: Data, direction: str, size: int, name: str) -> str:
    case = f"bytes_{direction}_{size}"
    up, down = (number(data, case, name, key) for key in ("up", "down"))
    return " + ".join(f"{one.middle:,.0f}" for one in (up, down) if one.middle)


def _bytes_table(data: Data, direction: str, names: dict[str, str]) -> str:
    way = "Server to client" if direction == "down" else "Client to server"
    return table(
        [f"{way}: bytes for a message of", *_SIZES.values()],
        [
            [label, *(_bytes_cell(data, direction, size, name) for size in SIZES)]
            for name, label in names.items()
        ],
    )


def _spread(data: Data) -> float:
    """The largest deviation of a run from its median, in percent."""
    most = 0.0
    for direction, names in (("down", DOWN), ("up", UP)):
        for size in SIZES:
            for name in names:
                one = _total(data, direction, size, name)
                most = max(most, one.high / one.middle - 1, 1 - one.low / one.middle)
    return most * 100


def wire(data: Data) -> str:
    """Bytes on the wire."""
    small, large = ({n: _total(data, "down", size, n) for n in DOWN} for size in (100, 10_240))
    sent = {n: _total(data, "up", 100, n) for n in UP}
    opening = {
        name: number(data, "bytes_opening", name, "up", "down")
        for name in data["results"]["bytes_opening"]
    }
    empty = {
        name: number(data, "bytes_empty_poll", name, "up", "down") for name in ("http1", "http2")
    }
    return "\n\n".join(
        [
            f"For 100 B from the server, a poll over HTTP/1.1 with a browser's headers moves "
            f"**{times(small['http1'], small['websocket'])} times** the bytes of a WebSocket "
            f"message, over HTTP/2 {times(small['http2'], small['websocket'])} times, and an SSE "
            f"event {times(small['sse_http1'], small['websocket'])} times. For 10 KiB the factors "
            f"are {large['http1'].middle / large['websocket'].middle:.2f}, "
            f"{large['http2'].middle / large['websocket'].middle:.2f} and "
            f"{large['sse_http1'].middle / large['websocket'].middle:.2f}: headers matter where "
            f"messages are small. "
            f"To send 100 B from the client, the POST costs "
            f"{times(sent['http1'], sent['websocket'])} times a WebSocket message over HTTP/1.1, "
            f"{times(sent['http2'], sent['websocket'])} times over HTTP/2.",
            _bytes_chart(data, "down", DOWN),
            "In the tables, the first number is what the client sends, the second what the server "
            "sends; a single number is the sender's alone. With long polling and SSE a client "
            "sends by POST.",
            _bytes_table(data, "down", DOWN),
            _bytes_chart(data, "up", UP),
            _bytes_table(data, "up", UP),
            f"A connection that carries messages costs its opening once: SSE "
            f"{opening['sse_http1'].middle:,.0f} B over HTTP/1.1, WebSocket "
            f"{opening['websocket'].middle:,.0f} B, "
            f"{opening['websocket_deflate'].middle:,.0f} B where compression is agreed. A "
            f"browser's poll that finds nothing costs {empty['http1'].middle:,.0f} B over HTTP/1.1 "
            f"and {empty['http2'].middle:,.0f} B over HTTP/2. The runs differ by at most "
            f"{digits(_spread(data))} % (compressed messages differ by what is in them). "
            + measured(data),
        ]
    )
