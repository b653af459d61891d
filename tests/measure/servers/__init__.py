"""The servers that are compared: how each is started, on a core of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
SERVER_CORE, LOAD_CORE = "0", "1"


@dataclass(frozen=True)
class Server:
    """A program that prints a line with its address once it listens."""

    name: str
    command: Callable[[], list[str]]


@dataclass(frozen=True)
class Running:
    """A server that listens."""

    pid: int
    port: int


def _ours() -> list[str]:
    # All limits are on, and those which the load itself would meet are out of its reach.
    return [
        *(sys.executable, "-m", "echo_demo", "--port", "0"),
        *("--max-message-rate", "1000000000", "--max-byte-rate", "1000000000000"),
        *("--max-connections", "20000", "--max-connections-per-client", "20000"),
    ]


def _bare() -> list[str]:
    return [sys.executable, str(FOLDER / "bare.py")]


def _ws() -> list[str]:
    return ["node", str(_installed() / "ws.mjs")]


def _ws_defaults() -> list[str]:
    return [*_ws(), "defaults"]


OURS = Server("ours", _ours)
BARE = Server("bare", _bare)
WS = Server("ws", _ws)
WS_DEFAULTS = Server("ws_defaults", _ws_defaults)


def _installed() -> Path:
    """Install the locked packages of Node, once for each lock, outside the tree."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "websocket-reference" / f"ws-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(FOLDER / "ws.mjs", folder)
    if not (folder / "node_modules" / ".package-lock.json").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / name, folder)
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
            cwd=folder,
            check=True,
        )
    return folder


@contextmanager
def running(server: Server) -> Iterator[Running]:
    """Start a server on its core, and stop it."""
    command = ["taskset", "--cpu-list", SERVER_CORE, *server.command()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if "ws://127.0.0.1:" not in line:
                raise RuntimeError(f"{server.name} does not listen: {line!r}")
            yield Running(process.pid, int(line.split("127.0.0.1:")[1].split("/")[0]))
        finally:
            process.kill()
