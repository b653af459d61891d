"""Runs the race's server as its reader does."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.site import ROOT

# Seconds after which something that was waited for is a failure.
PATIENCE = 30.0


@dataclass
class Running:
    """A server that listens at ``url``."""

    process: subprocess.Popen[str]
    url: str

    def get(self, path: str) -> Any:
        """The JSON of an answer."""
        return httpx.get(self.url + path, timeout=PATIENCE, trust_env=False).json()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End it; return its exit status and what it said on standard error."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "docs.compare.race", *options]


@contextmanager
def running(*options: str) -> Iterator[Running]:
    """Run it on a free port until the block ends."""
    process = subprocess.Popen(
        command("--port", "0", *options),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.fullmatch(r"listening on (http://\S+/)\n", process.stdout.readline())
        assert found is not None
        yield Running(process, found[1])
    finally:
        process.kill()
        process.communicate()
