"""Runs `mkdocs serve` as a reader does, on a tree of the test's own, and reads what it prints."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.content.tree import ROOT

PATIENCE = 60.0
"""Seconds after which a line that was waited for is a failure."""


class Served:
    """A running `mkdocs serve`. ``output`` holds every line read so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.output: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, pattern: str) -> str:
        """Read on until a line holds ``pattern``; return its first group, or the line."""
        while (line := self._next()) is not None:
            if found := re.search(pattern, line):
                return found[1] if found.groups() else line
        raise AssertionError(f"no line with {pattern!r} in:\n" + "\n".join(self.output))

    def wait_for_end(self) -> int:
        """Read on until the process ends; return its exit status."""
        while self._next() is not None:
            pass
        return self.process.wait(PATIENCE)

    def _next(self) -> str | None:
        try:
            line = self._lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError("nothing more after:\n" + "\n".join(self.output)) from None
        if line is not None:
            self.output.append(line)
        return line

    def close(self) -> None:
        """Kill what still runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stdout
        self.process.stdout.close()


@contextmanager
def serve(
    tree: Path, port: int, *arguments: str, echo_port: int | str = 0, race_port: int | str = 0
) -> Iterator[Served]:
    """Run `mkdocs serve` on ``tree``; kill it at the end where it still runs."""
    environment = {
        **os.environ,
        "ECHO_PORT": str(echo_port),
        "RACE_PORT": str(race_port),
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    address = f"127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address, *arguments],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    served = Served(process)
    try:
        yield served
    finally:
        served.close()


def get(url: str) -> str:
    """Return the body of the answer at ``url``; raises URLError and HTTPError."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
        return body.decode("utf-8")
