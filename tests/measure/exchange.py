"""The loop of the load, in C: built once for each text of ``exchange.c``, and called from here."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests import debian
from tests.measure.peer import Peer
from tests.measure.traffic import Message

_SOURCE = Path(__file__).with_suffix(".c")
# Milliseconds without any echo after which a measurement is given up.
_PATIENCE = 10_000
# More echoes than one connection has in the longest run.
_TIMES = 1_000_000


_REASONS = {
    -2: "the server has closed a connection",
    -3: "what has come is not a message",
    -4: "a message did not fit into the socket's buffer",
    -5: "no echo came",
}


class PeerState(ctypes.Structure):
    """What has come of a frame on one connection."""

    _fields_ = (
        ("fd", ctypes.c_int32),
        ("have", ctypes.c_int32),
        ("left", ctypes.c_int64),
        ("header", ctypes.c_uint8 * 4),
    )


class _Messages(ctypes.Structure):
    _fields_ = (
        ("bytes", ctypes.c_char_p),
        ("at", ctypes.POINTER(ctypes.c_uint64)),
        ("count", ctypes.c_uint64),
        ("next", ctypes.c_uint64),
    )


class Exchange:
    """Messages that go round on connections: for each echo the next one is sent.

    Args:
        peers: open connections, with nothing on the way.
        messages: what is sent, again from the first after the last; none is longer than 65,535
            bytes (RFC 6455 section 5.2).
        in_flight: how many messages of each connection are on the way.
        patience: milliseconds without any echo after which a run ends with an error.
    """

    def __init__(
        self,
        peers: Sequence[Peer],
        messages: Sequence[Message],
        in_flight: int,
        patience: int = _PATIENCE,
    ) -> None:
        self._loop = library().exchange
        self._peers = (PeerState * len(peers))(
            *(PeerState(fd=one.socket.fileno()) for one in peers)
        )
        ends = [0]
        for message in messages:
            ends.append(ends[-1] + len(message.wire))
        self._at = (ctypes.c_uint64 * len(ends))(*ends)
        wire = b"".join(message.wire for message in messages)
        self._messages = _Messages(bytes=wire, at=self._at, count=len(messages), next=0)
        self._first = in_flight
        self._patience = patience

    def run(self, seconds: float) -> int:
        """Let the messages go round; return how many echoes came.

        Raises:
            OSError: a connection failed.
            RuntimeError: a connection was closed, nothing came, or something that is no message.
        """
        return self._run(seconds, None)

    def times(self, seconds: float) -> list[float]:
        """As `run`, on one connection; return the time of each round trip, in seconds."""
        times = (ctypes.c_double * _TIMES)()
        return list(times[: self._run(seconds, times)])

    def _run(self, seconds: float, times: ctypes.Array[ctypes.c_double] | None) -> int:
        done: int = self._loop(
            self._peers,
            ctypes.c_int64(len(self._peers)),
            ctypes.byref(self._messages),
            ctypes.c_int64(self._first),
            ctypes.c_double(seconds),
            ctypes.c_int32(self._patience),
            times,
            ctypes.c_int64(_TIMES),
        )
        self._first = 0
        if done == -1:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        if done < 0:
            raise RuntimeError(_REASONS[done])
        return done


def library() -> ctypes.CDLL:
    """Build the loop where that was not done yet, and load it.

    Raises:
        RuntimeError: there is no C compiler, or it failed.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = f"exchange-{hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:16]}.so"
    built = cache / "websocket-reference" / name
    if not built.exists():
        if not (shutil.which("cc") or debian.install("gcc", "libc6-dev")):
            raise RuntimeError(
                "there is no C compiler (cc); on Debian: sudo apt install gcc libc6-dev"
            )
        built.parent.mkdir(parents=True, exist_ok=True)
        # Built aside and moved: two tests may come here at once.
        part = built.with_suffix(f".{os.getpid()}")
        command = ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
        subprocess.run([*command, "-o", str(part), str(_SOURCE)], check=True)
        part.replace(built)
    loaded = ctypes.CDLL(str(built), use_errno=True)
    loaded.exchange.restype = loaded.ended.restype = ctypes.c_int64
    return loaded
