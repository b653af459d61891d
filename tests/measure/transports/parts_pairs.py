"""What the comparisons of two say of the measured numbers: one table, a column for each way."""

from __future__ import annotations

from tests.measure.transports.numbers import Data, measured, number, table, times

_BYTES = ("up", "down")
_NOT = "not measured"


def _row(
    data: Data, label: str, case: str, keys: tuple[str, ...], *names: str | None, factor: float = 1
) -> list[str]:
    """A row of the table; None stands for what was not measured."""
    cells = [_NOT if one is None else number(data, case, one, *keys).shown(factor) for one in names]
    return [label, *cells]


def sse(data: Data) -> str:
    """Server-sent events beside WebSocket."""
    both = ("sse_http1", "websocket", "websocket_deflate")
    small = {name: number(data, "bytes_down_100", name, *_BYTES) for name in both}
    sent = {name: number(data, "bytes_up_100", name, *_BYTES) for name in ("http1", "websocket")}
    used = {
        name: number(data, "memory", name, "used_kib")
        for name in ("sse", "websocket", "websocket_deflate")
    }
    line = {
        name: number(data, "latency", f"{name}_line", "p50_ms") for name in ("sse", "websocket")
    }
    rows = [
        _row(data, f"Event of {size}, bytes", f"bytes_down_{bytes_}", _BYTES, *both)
        for bytes_, size in ((10, "10 B"), (100, "100 B"), (1024, "1 KiB"), (10_240, "10 KiB"))
    ]
    ways = ("http1", "websocket", "websocket_deflate")
    rows += [
        _row(data, "100 B from the client, bytes", "bytes_up_100", _BYTES, *ways),
        _row(data, "To open, bytes", "bytes_opening", _BYTES, *both),
    ]
    for where, said in (("line", "over the 50 ms line"), ("direct", "on one machine")):
        names = (f"sse_{where}", f"websocket_{where}", None)
        rows.append(_row(data, f"Event to receipt {said}, p50, ms", "latency", ("p50_ms",), *names))
    core = ("sse", "websocket", None)
    subscribers = data["settings"]["subscribers_polling"]
    rows += [
        _row(data, "Server memory for each, KiB", "memory", ("used_kib",), *used),
        _row(
            data,
            f"Core for {subscribers} subscribers, %",
            "polling",
            ("server_core",),
            *core,
            factor=100,
        ),
    ]
    return "\n\n".join(
        [
            f"An SSE event of 100 B takes {small['sse_http1'].middle:,.0f} B on the wire, a "
            f"WebSocket message {small['websocket'].middle:,.0f} B: "
            f"**{times(small['sse_http1'], small['websocket'])} times**, and over a line of 50 ms "
            f"there and back both arrive after {line['sse'].shown()} and "
            f"{line['websocket'].shown()} ms. What differs is the other "
            f"direction, where a browser's POST over HTTP/1.1 takes "
            f"**{times(sent['http1'], sent['websocket'])} times** the bytes of a WebSocket "
            f"message, and memory: on this server an idle SSE subscriber takes "
            f"{times(used['sse'], used['websocket'])} times that of a WebSocket connection "
            f"without compression, and with compression, which browsers offer, the WebSocket "
            f"connection takes {times(used['websocket_deflate'], used['sse'])} times that of the "
            f"SSE subscriber.",
            table(["Measured", "SSE, HTTP/1.1", "WebSocket", "WebSocket, compressed"], rows),
            measured(data),
        ]
    )


def http(data: Data) -> str:
    """Requests beside WebSocket messages."""
    ways = ("http1", "http2", "websocket", "websocket_deflate")
    up = {name: number(data, "bytes_up_100", name, *_BYTES) for name in ways}
    large = {name: number(data, "bytes_down_10240", name, *_BYTES) for name in ways}
    empty = number(data, "bytes_empty_poll", "http1", *_BYTES)
    core = {
        name: number(data, "polling", name, "server_core") for name in ("poll_2000", "websocket")
    }
    rows = [
        _row(data, f"{size} from the {end}, bytes", f"bytes_{way}_{bytes_}", _BYTES, *ways)
        for way, end in (("up", "client"), ("down", "server"))
        for bytes_, size in ((100, "100 B"), (1024, "1 KiB"), (10_240, "10 KiB"))
    ]
    none = ["none needed"] * 2
    # HTTP/2 opens with a preface and settings, which the counted connections had behind them.
    opened = ["none needed", "not measured"]
    opening = _row(data, "", "bytes_opening", _BYTES, "websocket", "websocket_deflate")
    rows += [
        [*_row(data, "A poll without news, bytes", "bytes_empty_poll", _BYTES, *ways[:2]), *none],
        ["To open beside TCP, bytes", *opened, *opening[1:]],
    ]
    subscribers = data["settings"]["subscribers_polling"]
    posted = " and ".join(times(up[name], up["websocket"]) for name in ways[:2])
    polled = " and ".join(
        f"{large[name].middle / large['websocket'].middle:.2f}" for name in ways[:2]
    )
    busy, idle = (core[name].shown(100) for name in ("poll_2000", "websocket"))
    return "\n\n".join(
        [
            f"To send 100 B, a browser's POST takes **{posted} times** the bytes of a WebSocket "
            f"message over HTTP/1.1 and HTTP/2; to bring 10 KiB, the answer to a poll takes "
            f"{polled} times. A poll that finds nothing costs {empty.middle:,.0f} B over HTTP/1.1. "
            f"{subscribers} subscribers that poll every 2 s took {busy} % of a core on this "
            f"server, and {idle} % where a WebSocket told them.",
            table(["Measured", "HTTP/1.1", "HTTP/2", "WebSocket", "WebSocket, compressed"], rows),
            measured(data),
        ]
    )
