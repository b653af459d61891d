"""Lighthouse with its phone profile: the median of three runs for one page of each kind."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser import chromium

RUNS = 3
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")

# The kinds of pages, and how much of each may be loaded, in bytes.
PAGES = {
    "home": "",
    "concept": "protocol/framing/",
    "comparison": "compare/",
    "reference": "reference/close-codes/",
    "tool": "tools/echo/",
    "language": "languages/python/",
    "build": "build/security/",
    "trouble": "troubleshoot/1006/",
    "operation": "deploy/nginx/",
    "use-case": "use-cases/chat/",
}
MOST_BYTES = 100_000
MOST_PAINT = {"home": 1400.0}
MOST_PAINT_INSIDE = 1500.0
MOST_SHIFT = 0.01


@dataclass(frozen=True)
class Measured:
    """Medians of one page; ``paint`` is the largest contentful paint in milliseconds.

    ``files`` are what it loads, with the bytes of each, its headers included.
    """

    kind: str
    scores: tuple[int, ...]
    size: int
    files: tuple[tuple[str, int], ...]
    paint: float
    shift: float
    blocked: float
    remarks: frozenset[str]

    def over(self) -> Iterator[str]:
        """Yield what is beyond the budget."""
        for name, score in zip(CATEGORIES, self.scores, strict=True):
            if score < 100:
                yield f"{self.kind}: {name} is {score}"
        if self.size > MOST_BYTES:
            yield f"{self.kind}: {self.size} bytes are loaded, more than {MOST_BYTES}"
        most = MOST_PAINT.get(self.kind, MOST_PAINT_INSIDE)
        if self.paint > most:
            yield f"{self.kind}: the largest paint comes after {self.paint:.0f} ms, not {most:.0f}"
        if self.shift > MOST_SHIFT:
            yield f"{self.kind}: the layout shifts by {self.shift:.3f}, more than {MOST_SHIFT}"


def measure(modules: Path, kind: str, url: str, raw: Path) -> Measured:
    """Measure the page at ``url``; each run's report is written into the folder ``raw``."""
    reports = [_run(modules, url, raw / f"{kind}-{number}.json") for number in range(RUNS)]

    def median(audit: str) -> float:
        return statistics.median(float(r["audits"][audit]["numericValue"]) for r in reports)

    return Measured(
        kind,
        tuple(
            round(statistics.median(100 * r["categories"][name]["score"] for r in reports))
            for name in CATEGORIES
        ),
        int(median("total-byte-weight")),
        tuple(
            (urlsplit(item["url"]).path, item["transferSize"])
            for item in reports[0]["audits"]["network-requests"]["details"]["items"]
        ),
        median("largest-contentful-paint"),
        median("cumulative-layout-shift"),
        median("total-blocking-time"),
        frozenset(remark for report in reports for remark in _remarks(report)),
    )


def _remarks(report: dict[str, Any]) -> Iterator[str]:
    for name in CATEGORIES[1:]:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{audit['id']}: {audit['title']}"


def _run(modules: Path, url: str, target: Path) -> dict[str, Any]:
    arguments = " ".join(["--headless=new", *chromium.arguments()])
    command = [
        *("node", str(modules / "lighthouse" / "cli" / "index.js"), url, "--quiet"),
        *("--output=json", f"--output-path={target}", f"--chrome-flags={arguments}"),
        f"--only-categories={','.join(CATEGORIES)}",
    ]
    environment = {
        **os.environ,
        **({"CHROME_PATH": path} if (path := chromium.find(whole=True)) else {}),
    }
    # Lighthouse itself asks for another run where Chromium's trace is incomplete (NO_NAVSTART).
    if all(subprocess.run(command, env=environment).returncode for _ in range(2)):
        raise RuntimeError(f"Lighthouse failed twice on {url}; what it says stands above")
    report: dict[str, Any] = json.loads(target.read_text("utf-8"))
    if problem := report.get("runtimeError"):
        raise RuntimeError(f"Lighthouse could not measure {url}: {problem['message']}")
    return report
