"""Makes the tables of browser support from a small extract of public data.

They stand in docs/reference/browser-support.md and, one row for each transport, in
docs/compare/index.md; what lets tabs share a connection, in docs/use-cases/notifications.md.
`make support` fetches the packages and runs this with their folder; without an argument the tables
are made again from the extract that lies beside the reference page.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, cast

from tests import places
from tests.site import ROOT

PAGE = ROOT / "docs/reference/browser-support.md"
COMPARISON = ROOT / "docs/compare/index.md"
NOTIFICATIONS = ROOT / "docs/use-cases/notifications.md"
EXTRACT = ROOT / "docs/reference/browser-support/compat.json"

Json = dict[str, Any]


# What the tables show: the path in browser-compat-data, and what the page calls it.
FEATURES = {
    "api.WebSocket": "`WebSocket`",
    "api.WebSocket.worker_support": "`WebSocket` in workers",
    "api.WebSocket.WebSocket.url_parameter_http_https_relative": (
        "`http:`, `https:` and relative URLs"
    ),
    "api.WebSocket.local_network_access": "Asks before `WebSocket` reaches a local network",
    "api.CloseEvent": "`CloseEvent`",
    "api.WebSocketStream": "`WebSocketStream`",
    "api.WebTransport": "`WebTransport`",
    "api.WebTransport.local_network_access": "Asks before `WebTransport` reaches a local network",
    "api.WebTransport.WebTransport.options_headers_parameter": "Request headers of `WebTransport`",
    "api.EventSource": "`EventSource`",
    "api.fetch": "`fetch()`",
    "api.Response.body": "A response read while it comes, `Response.body`",
    "api.fetch.options_parameter.duplex": "A request sent while it grows, `duplex`",
    "api.RTCDataChannel": "`RTCDataChannel`",
    "api.PushManager": "Web Push, `PushManager`",
}
# What lets the tabs of a browser share a connection.
TABS = {
    "api.SharedWorker": "`SharedWorker`",
    "api.BroadcastChannel": "`BroadcastChannel`",
    "api.LockManager": "Web Locks, `LockManager`",
}
# What a page needs for each row of the comparison.
COMPARED = {
    "HTTP, polling, long polling": "api.fetch",
    "Streaming fetch": "api.Response.body",
    "SSE": "api.EventSource",
    "WebSocket, MQTT over WebSocket": "api.WebSocket",
    "WebTransport": "api.WebTransport",
    "WebRTC data channel": "api.RTCDataChannel",
    "Web Push": "api.PushManager",
}
BROWSERS = {
    "chrome": "Chrome",
    "edge": "Edge",
    "firefox": "Firefox",
    "safari": "Safari",
    "chrome_android": "Chrome Android",
    "firefox_android": "Firefox Android",
    "safari_ios": "Safari iOS",
    "samsunginternet_android": "Samsung Internet",
}
RUNTIMES = {"nodejs": "Node.js", "deno": "Deno", "bun": "Bun"}
BASELINE = {
    "websockets": "WebSocket",
    "server-sent-events": "Server-sent events",
    "webtransport": "WebTransport",
    "local-network-access": "Local network access",
}

_WORDS = {"high": "widely available", "low": "newly available", False: "not Baseline"}


def _at(data: Json, path: str) -> Json:
    for key in path.split("."):
        data = data[key]
    return data


def _statement(support: Any) -> Json | None:
    """Return the statement about the newest form without a prefix or another name."""
    statements = support if isinstance(support, list) else [support] if support else []
    plain = [one for one in statements if not {"prefix", "alternative_name"} & one.keys()]
    unflagged = [one for one in plain if "flags" not in one]
    return cast(Json | None, next(iter(unflagged or plain), None))


def extract(compat: Json, features: Json) -> Json:
    """Return the part of browser-compat-data and web-features that the page shows."""
    places = {**BROWSERS, **RUNTIMES}
    shown: Json = {}
    for path in [*FEATURES, *TABS]:
        support = _at(compat, path)["__compat"]["support"]
        shown[path] = {}
        for place in places:
            statement = _statement(support.get(place))
            if statement is None:
                continue
            cell = {
                key: value
                for key, value in statement.items()
                if key in ("version_added", "version_removed", "partial_implementation", "flags")
            }
            release = compat["browsers"][place]["releases"].get(statement["version_added"], {})
            if "release_date" in release:
                cell["date"] = release["release_date"]
            shown[path][place] = cell
    return {
        "sources": {
            "@mdn/browser-compat-data": {
                "version": compat["__meta"]["version"],
                "timestamp": compat["__meta"]["timestamp"],
                "license": "CC0-1.0",
            },
            "web-features": {"version": features["version"], "license": "Apache-2.0"},
        },
        "support": shown,
        "baseline": {key: features["features"][key]["status"] for key in BASELINE},
        "baseline_of": {path: _baseline_of(features, path) for path in [*COMPARED.values(), *TABS]},
    }


def _baseline_of(features: Json, path: str) -> Json:
    """Return the Baseline status of one entry of browser-compat-data."""
    for feature in features["features"].values():
        status = feature.get("status", {}).get("by_compat_key", {}).get(path)
        if status:
            return {key: value for key, value in status.items() if key != "support"}
    raise LookupError(f"web-features has no Baseline status of {path}")


def cell(statement: Json | None) -> str:
    """Return what a table says of one feature in one place."""
    if statement is None:
        return "no data"
    version = statement["version_added"]
    if not version:
        return "no"
    words = "yes" if version is True else str(version)
    if "date" in statement:
        words += f" <small>({statement['date'][:7]})</small>"
    if "version_removed" in statement:
        words += f", until {statement['version_removed']}"
    if statement.get("partial_implementation"):
        words += ", partly"
    flags = [f"`{flag['name']}`" for flag in statement.get("flags", [])]
    return f"{words}, with {' and '.join(flags)}" if flags else words


def _table(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _support(data: Json, places: dict[str, str]) -> str:
    return _table(
        ["Feature", *places.values()],
        [
            [name, *(cell(data["support"][path].get(place)) for place in places)]
            for path, name in FEATURES.items()
        ],
    )


def _tabs(data: Json) -> str:
    return _table(
        ["Feature", "Baseline", *BROWSERS.values()],
        [
            [
                name,
                _since(data["baseline_of"][path]),
                *(cell(data["support"][path].get(place)) for place in BROWSERS),
            ]
            for path, name in TABS.items()
        ],
    )


def _compared(data: Json) -> str:
    return _table(
        ["Transport, in a page", "Baseline", *BROWSERS.values()],
        [
            [
                f"{name}: `{path.removeprefix('api.')}{'()' if path == 'api.fetch' else ''}`",
                _since(data["baseline_of"][path]),
                *(cell(data["support"][path].get(place)) for place in BROWSERS),
            ]
            for name, path in COMPARED.items()
        ],
    )


def _since(status: Json) -> str:
    date = status.get("baseline_low_date")
    return f"{_WORDS[status['baseline']]}{f', all since {date}' if date else ''}"


def _baseline(data: Json) -> str:
    return _table(
        ["Feature", "Baseline", "Newly available", "Widely available"],
        [
            [
                name,
                _WORDS[data["baseline"][key]["baseline"]],
                data["baseline"][key].get("baseline_low_date", "no"),
                data["baseline"][key].get("baseline_high_date", "no"),
            ]
            for key, name in BASELINE.items()
        ],
    )


def render(page: str, data: Json) -> str:
    """Return ``page`` with what stands between its markers made anew from ``data``.

    Raises:
        ValueError: a place has a name that nobody knows, or no end.
    """
    sources = data["sources"]
    compat, features = sources["@mdn/browser-compat-data"], sources["web-features"]
    parts = {
        "versions": (
            f"Made from `@mdn/browser-compat-data` {compat['version']} "
            f"of {compat['timestamp'][:10]} (CC0 1.0)\n"
            f"and `web-features` {features['version']} (Apache 2.0)."
        ),
        "browsers": _support(data, BROWSERS),
        "runtimes": _support(data, RUNTIMES),
        "baseline": _baseline(data),
        "transports": _compared(data),
        "tabs": _tabs(data),
    }

    return places.fill(page, "support", parts)


def main(arguments: list[str]) -> None:
    """Take the extract from the packages in a folder, if one is named, and make the tables."""
    if arguments:
        folder = Path(arguments[0])
        compat = json.loads((folder / "@mdn/browser-compat-data/data.json").read_text("utf-8"))
        package = json.loads((folder / "web-features/package.json").read_text("utf-8"))
        features = json.loads((folder / "web-features/data.json").read_text("utf-8"))
        data = extract(compat, {**features, "version": package["version"]})
        EXTRACT.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    data = json.loads(EXTRACT.read_text("utf-8"))
    for page in (PAGE, COMPARISON, NOTIFICATIONS):
        page.write_text(render(page.read_text("utf-8"), data), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
