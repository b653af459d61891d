"""Files of results: JSON beside the page that shows it."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any, cast


def middle(values: list[float], digits: int = 0) -> float:
    """The median of several runs, rounded."""
    value = round(median(values), digits)
    return int(value) if digits == 0 else value


def save(file: Path, results: dict[str, Any]) -> None:
    """Write results, one line for each innermost list or object, so that changes can be read."""
    file.write_text(_lines(results, 0) + "\n", "utf-8")


def load(file: Path) -> dict[str, Any]:
    """Read what `save` has written."""
    return cast("dict[str, Any]", json.loads(file.read_text("utf-8")))


def _lines(value: Any, depth: int) -> str:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if not any(isinstance(one, dict | list) for one in inner):
        return json.dumps(value)
    pad = "  " * (depth + 1)
    parts = (
        [f"{json.dumps(key)}: {_lines(one, depth + 1)}" for key, one in value.items()]
        if isinstance(value, dict)
        else [_lines(one, depth + 1) for one in value]
    )
    start, end = "{}" if isinstance(value, dict) else "[]"
    return start + "\n" + ",\n".join(pad + part for part in parts) + "\n" + "  " * depth + end
