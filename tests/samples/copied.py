"""What a reader gets who copies a built page: its code blocks as files, its commands, its output.

A language's page installs, starts the server in one `sh` block, the client in the next, and shows
what the client prints in the first `text` block. A file's blocks carry its name as their title.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from tests.samples.programs import free_port

PORT = "8765"  # in the pages' commands
INSTALL_LIMIT = 500.0  # `go run` and the like compile when they start


@dataclass
class Block:
    """One block of code as the page shows it."""

    language: str
    title: str = ""
    text: str = ""


class _Blocks(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Block] = []
        self._into = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag == "div" and "highlight" in classes:
            language = next((c for c in classes if c.startswith("language-")), "language-")
            self.found.append(Block(language.removeprefix("language-")))
        elif tag == "span" and "filename" in classes:
            self._into = "title"
        elif tag == "pre" and self.found and not self.found[-1].text:
            self._into = "text"

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre" or (tag == "span" and self._into == "title"):
            self._into = ""

    def handle_data(self, data: str) -> None:
        if self._into and self.found:
            block = self.found[-1]
            setattr(block, self._into, getattr(block, self._into) + data)


def blocks(html: str) -> list[Block]:
    """The page's blocks of code, in their order."""
    parser = _Blocks()
    parser.feed(html)
    return parser.found


def run(html: str, folder: Path) -> tuple[str, str]:
    """Do in the empty ``folder`` what the page says; return what it states and what came out."""
    shown = blocks(html)
    end = next((i for i, block in enumerate(shown) if block.language == "text"), None)
    assert end is not None, "the page shows no output: ```text"
    commands = [block.text for block in shown[:end] if block.language == "sh"]
    assert len(commands) >= 2, f"no commands for server and client before the output: {commands}"
    *install, server, client = commands
    for title in {block.title for block in shown if block.title}:
        parts = [block.text.rstrip("\n") for block in shown if block.title == title]
        (folder / title).write_text("\n\n".join(parts) + "\n", "utf-8")
    for step in install:
        _shell(step, folder, INSTALL_LIMIT)
    port = str(free_port())
    with _started(server.replace(PORT, port), folder, port):
        printed = _shell(client.replace(PORT, port), folder, INSTALL_LIMIT)
    return shown[end].text, printed


def _shell(commands: str, folder: Path, limit: float) -> str:
    done = subprocess.run(
        ["bash", "-euc", commands],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit,
    )
    assert done.returncode == 0, f"{commands} failed:\n{done.stdout}{done.stderr}"
    return done.stdout


def _environment() -> dict[str, str]:
    """The caller's: an installation may need its proxy, a loopback connection must not use it."""
    hidden = {"PYTHONPATH", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


@contextlib.contextmanager
def _started(command: str, folder: Path, port: str) -> Iterator[None]:
    process = subprocess.Popen(
        ["bash", "-euc", command],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # `go run` and the like have a child, which must end too
    )
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    thread = threading.Thread(target=read)
    thread.start()
    try:
        try:
            line = lines.get(timeout=INSTALL_LIMIT)
        except queue.Empty:
            raise AssertionError(f"{command}said nothing within {INSTALL_LIMIT:g} s") from None
        assert line == f"listening on ws://127.0.0.1:{port}\n", f"{command}printed {line!r}"
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        thread.join()
        assert process.stdout is not None
        process.stdout.close()
