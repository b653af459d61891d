"""Starts the demo apps beside ``mkdocs serve`` and tells the pages their addresses.

``DEMOS`` is the only place that names them. Does nothing in ``mkdocs build`` but hand on the
addresses that the environment names: ``CHAT_URL`` for the demo ``chat``. Where an app cannot start,
it says why in a line, and the site goes on without it: its pages say so.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

ROOT = Path(__file__).parent.parent
_LISTENING = "listening on "
# Seconds that all have to end: they close what is open first.
_PATIENCE = 10


@dataclass(frozen=True)
class Demo:
    """A server that pages use where it runs.

    Pages find its address in ``<meta name="NAME-url">``. Its port is ``NAME_PORT`` in the
    environment, by default any free one; it is told the site's origins in ``ORIGINS``, separated by
    spaces, and in ``NAME_ORIGINS``, separated by commas. It prints ``listening on URL`` when it is
    ready, or a reason to standard error, and ends when standard input does.

    Args:
        name: in lower case; the first word of its line in the terminal.
        command: what Python runs, from the repository's folder, with ``{port}`` for the port.
        port: the default, where it should not change from one start to the next.
    """

    name: str
    command: tuple[str, ...]
    port: int = 0

    def setting(self, key: str) -> str | None:
        """What the environment says: ``setting("PORT")`` is ``NAME_PORT``."""
        return os.environ.get(self.variable(key))

    def variable(self, key: str) -> str:
        """The name of a setting in the environment: in capitals, and without hyphens."""
        return f"{self.name.upper().replace('-', '_')}_{key}"

    @property
    def chosen_port(self) -> str:
        """The port to listen on, as it was given."""
        return self.setting("PORT") or str(self.port)


def _program(path: str) -> tuple[str, ...]:
    """The command of a sample that takes its port as its only argument."""
    return ("hooks/leash.py", f"docs/{path}", "{port}")


DEMOS = (
    Demo("race", ("-m", "docs.compare.race", "--port", "{port}", "--end-with-stdin"), 8770),
    Demo("chat", _program("use-cases/chat/server.py")),
    Demo("ai-streaming", _program("use-cases/ai-streaming/server.py")),
    Demo("notifications", _program("use-cases/notifications/server.py")),
)


@dataclass
class _Running:
    demo: Demo
    process: subprocess.Popen[str]
    url: str = ""

    @classmethod
    def start(cls, demo: Demo, origins: str) -> _Running:
        command = [part.replace("{port}", demo.chosen_port) for part in demo.command]
        told = {"ORIGINS": origins, demo.variable("ORIGINS"): origins.replace(" ", ",")}
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**told, **os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return cls(demo, process)

    def wait(self) -> None:
        """Wait until it listens, or has ended because it cannot."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if line.startswith(_LISTENING):
            # "Every address of this machine" can be listened on; a browser needs one of them.
            self.url = line.removeprefix(_LISTENING).replace("//0.0.0.0:", "//127.0.0.1:")

    def end(self) -> None:
        """Wait until it has ended after SIGTERM; kill it where it does not."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE)
        self.process.kill()
        self.process.communicate()


class _Announcement(logging.Handler):
    """Prints the addresses below those of the site, when MkDocs logs that it listens."""

    def __init__(self, running: list[_Running]) -> None:
        super().__init__()
        self._running = running

    def emit(self, record: logging.LogRecord) -> None:
        if "Serving on" in record.getMessage():
            for one in self._running:
                if one.url:
                    _say(one.demo.name, one.url)


@dataclass
class _Serving:
    """The servers that live as long as one ``mkdocs serve``."""

    tried: bool = False
    running: list[_Running] = field(default_factory=list)
    handler: _Announcement | None = None

    def start(self, config: MkDocsConfig) -> None:
        """Start the servers, on the first call only."""
        if self.tried:
            return
        self.tried = True
        host, port = config.dev_addr
        for demo in DEMOS:
            if demo.chosen_port == str(port):
                # The site listens later, and would find its port taken.
                both = f"PORT and {demo.variable('PORT')} are both {port}"
                _say(demo.name, f"not started: {both}; they must differ")
            else:
                origins = f"http://{host}:{port} http://localhost:{port}"
                self.running.append(_Running.start(demo, origins))
        for one in self.running:
            one.wait()
        self.handler = _Announcement(self.running)
        logging.getLogger("mkdocs.livereload").addHandler(self.handler)

    def stop(self) -> None:
        """End the servers."""
        if self.handler is not None:
            logging.getLogger("mkdocs.livereload").removeHandler(self.handler)
        for one in self.running:
            one.process.terminate()
        for one in self.running:
            one.end()


_serving: _Serving | None = None


def on_startup(*, command: str, **_: Any) -> None:
    """Note whether this process serves; MkDocs calls this once, without the configuration."""
    global _serving
    _serving = _Serving() if command == "serve" else None


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the addresses where the templates read them, at each build and rebuild."""
    urls = {demo.name: demo.setting("URL") or "" for demo in DEMOS}
    if _serving is not None:
        _serving.start(config)
        urls = {one.demo.name: one.url for one in _serving.running}
    config.extra["demos"] = urls
    return config


def on_shutdown() -> None:
    """Stop the servers; MkDocs calls this when serving ends, whatever ended it."""
    global _serving
    if _serving is not None:
        _serving.stop()
        _serving = None


def _say(name: str, words: str) -> None:
    print(f"{name:<5} {words}", flush=True)
