"""What the server does at each path."""

from dataclasses import dataclass

REPORT_SUBPROTOCOL = "v1.report.websocket.org"


@dataclass(frozen=True)
class Behaviour:
    """One path that accepts WebSocket connections.

    Attributes:
        path: the path of the request, without its query.
        summary: what a client gets there, in one line.
        reports: whether a client may negotiate reports.
    """

    path: str
    summary: str
    reports: bool = False


BEHAVIOURS = {
    behaviour.path: behaviour
    for behaviour in (
        Behaviour("/", "echo: every message comes back, text as text and binary as binary"),
        Behaviour(
            "/demo",
            f"the same, and reports of what the server saw to clients of {REPORT_SUBPROTOCOL}",
            reports=True,
        ),
    )
}
