"""The W3C's HTML checker on every built page."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What the checker calls an error and is none here, each with why.
EXCEPTIONS: dict[str, str] = {}


def check(modules: Path, folder: Path, raw: Path) -> list[str]:
    """Return the errors in the pages of ``folder``, as page, line and message.

    What the checker printed is written to ``raw``.
    """
    jar = modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always"]
    pages = [str(path) for path in sorted(folder.rglob("*.html"))]
    result = subprocess.run([*command, *pages], capture_output=True, text=True, check=True)
    raw.write_text(result.stdout, "utf-8")
    return [
        f"{Path(unquote(urlsplit(entry['url']).path)).relative_to(folder)}:"
        f"{entry.get('lastLine', 0)}: {entry['message']}"
        for entry in json.loads(result.stdout)["messages"]
        if entry["type"] != "info" and not _excepted(entry["message"])
    ]


def _excepted(message: str) -> bool:
    return any(re.search(pattern, message) for pattern in EXCEPTIONS)
