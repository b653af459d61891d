"""One JSON line on standard error for each connection that ends.

It holds counts, codes and the client's address, and nothing else that the client has chosen: no
payload, no query, no header, no close reason; and of the path the pattern that it matched.
"""

import json
import select
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Log = Callable[[Mapping[str, Any]], None]


def nothing(entry: Mapping[str, Any]) -> None:
    """Log nothing."""


def to_stderr(entry: Mapping[str, Any]) -> None:
    """Write one line; serve on where nobody can read it, and where nobody does."""
    if not _takes_a_line():
        return
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    try:
        sys.stderr.write(json.dumps({"time": time, **entry}) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass


def _takes_a_line() -> bool:
    """Whether standard error has room: to wait for who reads it would hold up all connections."""
    if not hasattr(select, "poll"):  # Windows.
        return True
    poll = select.poll()
    poll.register(2, select.POLLOUT)
    # A pipe says so while it has room for 4,096 bytes, many more than a line has.
    return bool(poll.poll(0))
