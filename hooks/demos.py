"""Starts the race of docs/compare/race beside ``mkdocs serve`` and tells the pages its address.

Does nothing in ``mkdocs build``. The server's settings come from the environment: ``RACE_PORT`` is
8770 by default, and 0 takes any free port. Where it cannot start, it says why in a line, and the
site goes on without it: its pages show measured results.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ROOT = Path(__file__).parent.parent
_LISTENING = "listening on "
# Seconds that it has to end: it closes what is open first.
_PATIENCE = 10


class _Announcement(logging.Handler):
    """Prints the address below those of the site, when MkDocs logs that it listens."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def emit(self, record: logging.LogRecord) -> None:
        if "Serving on" in record.getMessage():
            _say(self._url)


class _Serving:
    """The server that lives as long as one ``mkdocs serve``."""

    def __init__(self) -> None:
        self._tried = False
        self._process: subprocess.Popen[str] | None = None
        self._handler: _Announcement | None = None
        self.url = ""

    def start(self, config: MkDocsConfig) -> None:
        """Start the server, on the first call only."""
        if self._tried:
            return
        self._tried = True
        host, port = config.dev_addr
        if os.environ.get("RACE_PORT") == str(port):
            # The site listens later, and would find its port taken.
            _say(f"not started: PORT and RACE_PORT are both {port}; they must differ")
            return
        self._process = subprocess.Popen(
            # It ends with this process, whatever ends this one.
            [sys.executable, "-m", "docs.compare.race", "--end-with-stdin"],
            cwd=ROOT,
            env={"RACE_ORIGINS": f"http://{host}:{port},http://localhost:{port}", **os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if line.startswith(_LISTENING):
            # "Every address of this machine" can be listened on; a browser needs one of them.
            self.url = line.removeprefix(_LISTENING).replace("//0.0.0.0:", "//127.0.0.1:")
            self._handler = _Announcement(self.url)
            logging.getLogger("mkdocs.livereload").addHandler(self._handler)

    def stop(self) -> None:
        """End the server."""
        if self._handler is not None:
            logging.getLogger("mkdocs.livereload").removeHandler(self._handler)
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        self._process.kill()
        self._process.communicate()


_serving: _Serving | None = None


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether this process serves; MkDocs calls this once, without the configuration."""
    global _serving
    _serving = _Serving() if command == "serve" else None


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the race's address where the templates read it, at each build and rebuild."""
    if _serving is not None:
        _serving.start(config)
        config.extra["race"] = {"url": _serving.url}
    return config


def on_shutdown() -> None:
    """Stop the server; MkDocs calls this when serving ends, whatever ended it."""
    global _serving
    if _serving is not None:
        _serving.stop()
        _serving = None


def _say(words: str) -> None:
    print(f"race  {words}", flush=True)
