"""What the content checks report: one problem, in one place, with its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """``path`` is relative to the repository; ``line`` counts from 1, 0 where there is none."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


_PLACED = re.compile(r"(?P<path>[\w./-]+\.\w+)(?::(?P<line>\d+))?: (?P<message>.+)", re.DOTALL)


def placed(text: str) -> Problem | None:
    """Return the problem of an error whose text begins with its place, as those of hooks do."""
    found = _PLACED.fullmatch(text)
    return Problem(found["path"], int(found["line"] or 0), found["message"]) if found else None


def line_of(text: str, *needles: str) -> int:
    """Return the first line that holds the first of ``needles`` found at all, else 0."""
    for needle in needles:
        position = text.find(needle) if needle else -1
        if position >= 0:
            return text.count("\n", 0, position) + 1
    return 0


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return ``problems`` once each, by file and line."""
    return sorted(set(problems))
