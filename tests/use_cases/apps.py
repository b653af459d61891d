"""Runs the servers of the use cases as `make serve` does, and Redis for those that share it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy import programs
from tests.samples.programs import environment, free_port
from tests.site import ROOT

FOLDER = ROOT / "docs" / "use-cases"
PATIENCE = 30.0
"""Seconds after which something that was waited for is a failure."""


@dataclass(frozen=True)
class App:
    """A server that listens at ``url``."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def stop(self) -> tuple[int, str]:
        """End it as a process manager does; return its status and what it said."""
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said


def start(name: str, port: str = "0", **settings: str) -> subprocess.Popen[str]:
    """Start ``docs/use-cases/NAME/server.py``."""
    return subprocess.Popen(
        [sys.executable, "server.py", port],
        cwd=FOLDER / name,
        env={**environment(), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(name: str, **settings: str) -> Iterator[App]:
    """Run the server of ``docs/use-cases/NAME`` until the block ends; ORIGINS is needed."""
    process = start(name, **settings)
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line.startswith("listening on ws://127.0.0.1:"):
            raise AssertionError(process.communicate(timeout=PATIENCE)[1] or line)
        yield App(process, line.removeprefix("listening on "))
    finally:
        process.kill()
        process.communicate()


@contextmanager
def redis(folder: Path, port: int = 0) -> Iterator[str]:
    """Run Redis, which keeps nothing, until the block ends; gives its address."""
    port, command = port or free_port(), programs.need("redis-server")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with ExitStack() as stack:
        process = subprocess.Popen([command, *options], stdout=subprocess.PIPE, text=True)
        stack.callback(process.communicate)
        stack.callback(process.kill)
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ready to accept connections" in line:
                break
        else:
            raise AssertionError("".join(lines))
        yield f"redis://127.0.0.1:{port}"


def unused_address() -> str:
    """Where nothing listens."""
    return f"ws://127.0.0.1:{free_port()}"


def code_lines(*paths: Path) -> int:
    """Lines that are neither blank nor comment nor documentation, in Python and JavaScript."""
    documentation = {".py": r'^ *"""(?s:.*?)"""$', ".js": r"^ */\*\*(?s:.*?)\*/$"}
    count = 0
    for path in paths:
        text = re.sub(documentation[path.suffix], "", path.read_text("utf-8"), flags=re.MULTILINE)
        lines = (line.strip() for line in text.splitlines())
        comment = "#" if path.suffix == ".py" else "//"
        count += sum(bool(line) and not line.startswith(comment) for line in lines)
    return count
