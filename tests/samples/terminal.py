"""A terminal: what a person sees of a program that redraws its prompt, and what they type."""

from __future__ import annotations

import codecs
import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

_PART = re.compile(
    r"\x1b\[(?P<number>[0-9;?]*)(?P<name>[A-Za-z])|\x1b(?P<short>[78])|(?P<other>.)", re.S
)
_BEGUN = re.compile(r"\x1b(?:\[[0-9;?]*)?\Z")


class Screen:
    """The rows that a terminal shows; it knows what wscat and websockets ask for, no more."""

    def __init__(self) -> None:
        self.rows = [""]
        self.row = self.column = 0
        self._saved = (0, 0)
        self._rest = ""

    def feed(self, text: str) -> None:
        """Take what a program writes; it may come in pieces that end inside a sequence."""
        text, self._rest = self._rest + text, ""
        if begun := _BEGUN.search(text):
            text, self._rest = text[: begun.start()], begun[0]
        for part in _PART.finditer(text):
            if part["name"]:
                self._control(part["name"], part["number"])
            elif part["short"] == "7":
                self._saved = (self.row, self.column)
            elif part["short"] == "8":
                self.row, self.column = self._saved
            elif part["other"] == "\n":
                self._down()
            elif part["other"] == "\r":
                self.column = 0
            elif part["other"] not in "\a\x1b":
                left = self.rows[self.row].ljust(self.column)
                self.rows[self.row] = left[: self.column] + part["other"] + left[self.column + 1 :]
                self.column += 1

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append("")

    def _control(self, name: str, number: str) -> None:
        count = int(number) if number.isdecimal() else 0
        if name == "A":
            self.row -= count or 1
        elif name == "B":
            self._down()
        elif name == "D":
            self.column = max(0, self.column - (count or 1))
        elif name == "G":
            self.column = (count or 1) - 1
        elif name == "K":
            self.rows[self.row] = "" if count == 2 else self.rows[self.row][: self.column]
        elif name == "J":
            self.rows[self.row] = self.rows[self.row][: self.column]
            del self.rows[self.row + 1 :]
        elif name == "L":
            self.rows.insert(self.row, "")
        elif name not in "mhl":  # colors and modes show no text
            raise AssertionError(f"this screen does not know {name!r}")

    @property
    def shown(self) -> list[str]:
        """The rows that hold something, without a prompt that waits."""
        rows = [row.rstrip() for row in self.rows]
        return [row for row in rows if row not in ("", ">")]


def session(
    command: str,
    typed: Sequence[tuple[Callable[[list[str]], bool], str]],
    environment: Mapping[str, str],
    limit: float,
) -> list[str]:
    """Run a command in a terminal until it ends; return the rows that it shows then.

    Args:
        command: what bash runs.
        typed: pairs of a condition on the rows shown, and the keys to press once it holds.
        environment: of the command.
        limit: seconds until the command must have ended.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "bash", "-c", command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm"},
    )
    os.close(theirs)
    screen, waiting, end = Screen(), list(typed), time.monotonic() + limit
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    text = os.read(ours, 65536)
                except OSError:  # Linux says so when the program has ended
                    return screen.shown
                if not text:
                    return screen.shown
                screen.feed(decoder.decode(text))
            elif waiting and waiting[0][0](screen.shown):
                os.write(ours, waiting.pop(0)[1].encode())
        raise AssertionError(f"{command} goes on after {limit} s and shows {screen.shown}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        os.close(ours)
