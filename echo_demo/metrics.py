"""What is counted over the server's life, for Prometheus.

Nothing is counted per message: a connection's own counts are added up when it ends, and those of
open connections when somebody asks. The numbers lie in memory that all workers share, a row each,
so that whichever of them answers speaks for the whole server. Messages and bytes get there a few
seconds late from the others, and all at once: Prometheus takes a count that falls for a restart.
"""

import mmap
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from .connection import Connection

# Why a handshake was refused, or a TCP connection dropped before it.
CAUSES = (
    "bad-request",
    "client-limit",
    "draining",
    "full",
    "header-size",
    "not-found",
    "origin",
    "pending-limit",
    "timeout",
    "other",
)
_CODES = (1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014)
CODES = (*map(str, _CODES), "3000-3999", "4000-4999")
SENDERS = ("client", "server")
# Upper bounds of the round trips of pings, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)

# The places in a row: these counts of all connections, how many are open, and each group by label.
_TOTALS = ("messages_in", "messages_out", "bytes_in", "bytes_out")
_CONNECTIONS = len(_TOTALS)
_OPENED = _CONNECTIONS + 1
_REFUSED = _OPENED + 1
_CLOSED = _REFUSED + len(CAUSES)
_TRIPS = _CLOSED + len(CODES) * len(SENDERS)
_TRIP_SUM = _TRIPS + len(BUCKETS) + 1
_WIDTH = _TRIP_SUM + 1


def code_label(code: int) -> str:
    """The label that a close code is counted under; a client may send thousands of them."""
    if code in _CODES:
        return str(code)
    return "3000-3999" if code < 4000 else "4000-4999"


class Metrics(Collector):
    """One worker's row, and the sum of all rows."""

    def __init__(self, shared: mmap.mmap | None = None, index: int = 0) -> None:
        self._memory = memoryview(shared or shared_memory(1)).cast("q")
        self._row = self._memory[index * _WIDTH : (index + 1) * _WIDTH]
        # What a worker that died had open has ended.
        self._ended = list(self._row[:_CONNECTIONS])
        self._row[_CONNECTIONS] = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def opened(self) -> None:
        """A handshake has been accepted."""
        self._row[_OPENED] += 1

    def refused(self, cause: str) -> None:
        """A handshake has been refused."""
        self._row[_REFUSED + CAUSES.index(cause)] += 1

    def closed(self, connection: "Connection", code: int, sender: str) -> None:
        """A connection has ended, with the close code that `sender` sent first."""
        place = CODES.index(code_label(code)) * len(SENDERS) + SENDERS.index(sender)
        self._row[_CLOSED + place] += 1
        for index, name in enumerate(_TOTALS):
            self._ended[index] += getattr(connection.traffic, name)

    def round_trip(self, seconds: float) -> None:
        """A pong has come that long after its ping."""
        place = next((i for i, bound in enumerate(BUCKETS) if seconds <= bound), len(BUCKETS))
        self._row[_TRIPS + place] += 1
        self._row[_TRIP_SUM] += round(seconds * 1_000_000)

    def publish(self, opened: Iterable["Connection"]) -> None:
        """Show messages, bytes and open connections to all workers."""
        messages_in = messages_out = bytes_in = bytes_out = count = 0
        for count, connection in enumerate(opened, 1):  # noqa: B007
            traffic = connection.traffic
            messages_in += traffic.messages_in
            messages_out += traffic.messages_out
            bytes_in += traffic.bytes_in
            bytes_out += traffic.bytes_out
        for index, number in enumerate((messages_in, messages_out, bytes_in, bytes_out)):
            self._row[index] = self._ended[index] + number
        self._row[_CONNECTIONS] = count

    def text(self) -> str:
        """All numbers in Prometheus's text format."""
        return generate_latest(self._registry).decode()

    def collect(self) -> Iterator[Metric]:
        """The sum over all workers."""
        rows = [self._memory[at : at + _WIDTH] for at in range(0, len(self._memory), _WIDTH)]
        sums = [sum(row[place] for row in rows) for place in range(_WIDTH)]
        yield GaugeMetricFamily(
            "echo_connections", "WebSocket connections that are open.", sums[_CONNECTIONS]
        )
        yield CounterMetricFamily(
            "echo_connections_opened", "WebSocket connections accepted.", sums[_OPENED]
        )
        for at, kind in ((0, "messages"), (2, "bytes")):
            family = CounterMetricFamily(
                f"echo_{kind}",
                f"{kind.capitalize()} by direction, on WebSocket connections.",
                labels=["direction"],
            )
            for index, direction in enumerate(("in", "out"), at):
                family.add_metric([direction], sums[index])
            yield family
        refusals = CounterMetricFamily(
            "echo_refusals", "Connections refused before they were open.", labels=["cause"]
        )
        for index, cause in enumerate(CAUSES):
            refusals.add_metric([cause], sums[_REFUSED + index])
        yield refusals
        closes = CounterMetricFamily(
            "echo_closes", "Connections ended, by close code.", labels=["code", "by"]
        )
        for index, code in enumerate(CODES):
            for place, sender in enumerate(SENDERS):
                number = sums[_CLOSED + index * len(SENDERS) + place]
                closes.add_metric([code, sender], number)
        yield closes
        counts = accumulate(sums[_TRIPS:_TRIP_SUM])
        bounds = [*map(str, BUCKETS), "+Inf"]
        yield HistogramMetricFamily(
            "echo_ping_seconds",
            "Time from a ping of the server to the pong that answers it.",
            buckets=list(zip(bounds, counts, strict=True)),
            sum_value=sums[_TRIP_SUM] / 1_000_000,
        )


def shared_memory(workers: int) -> mmap.mmap:
    """Memory that processes forked after this share, one row for each worker."""
    return mmap.mmap(-1, workers * _WIDTH * 8)
