"""All cases of the Autobahn test suite against the echo at `/`: `make conformance`.

It writes `docs/tools/echo/conformance.json`, and the table of the echo server's page from it.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "docs/tools/echo/conformance.json"

PAGE = ROOT / "docs/tools/echo.md"

SECTIONS = {
    1: "Framing",
    2: "Pings and pongs",
    3: "Reserved bits",
    4: "Reserved opcodes",
    5: "Fragmentation",
    6: "UTF-8",
    7: "Closing",
    9: "Large and many messages",
    10: "Automatic fragmentation",
    12: "Compression",
    13: "Compression with parameters",
}
CASES = 517

# 9.1.6 sends a message of 16 MiB, and the whole suite comes from one address as fast as it can.
# kosoku 0.1.0 stumbles over a message that comes uncompressed where compression was agreed.
OPTIONS = (
    "--max-size=16777216",
    "--max-message-rate=0",
    "--max-byte-rate=0",
    "--max-connections-per-client=0",
    "--compress-threshold=0",
)

# websockets answers a close frame between the fragments of a message with 1002, not 1000:
# https://github.com/python-websockets/websockets/blob/main/compliance/README.rst
LIBRARY = {"7.1.5"}

PASSES = {"OK", "NON-STRICT", "INFORMATIONAL"}

# Cases that run at a time; one more than this machine has cores only makes them wait.
_PARALLEL = max(1, min(4, os.cpu_count() or 1))
_SECTION_LIMIT = 1800

Verdicts = dict[str, list[str]]


def run(address: str, patterns: list[str], folder: Path, parallel: int = _PARALLEL) -> Verdicts:
    """Run cases; return what kosoku says of each case and of how it was closed.

    Raises:
        RuntimeError: kosoku wrote no result.
        subprocess.TimeoutExpired: it is stuck.
    """
    command = [str(Path(sys.executable).with_name("kosoku")), address]
    command += ["--parallelism", str(parallel), "--outdir", str(folder)]
    for pattern in patterns:
        command += ["--include", pattern]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_SECTION_LIMIT, check=False
    )
    index = folder / "index.json"
    if not index.exists():
        raise RuntimeError(done.stderr)
    (cases,) = json.loads(index.read_text("utf-8")).values()
    return {case: [found["behavior"], found["behaviorClose"]] for case, found in cases.items()}


def settled(
    address: str, patterns: list[str], folder: Path, expected: set[str], parallel: int = _PARALLEL
) -> tuple[Verdicts, set[str]]:
    """Run cases, and what failed beside the ``expected`` once more, one at a time; names these.

    kosoku gives each case 20 seconds, which a machine with other work may use up.

    Raises:
        RuntimeError: kosoku wrote no result.
        subprocess.TimeoutExpired: it is stuck.
    """
    verdicts = run(address, patterns, folder / "first", parallel)
    again = failed(verdicts) - expected
    if again:
        verdicts |= run(address, sorted(again), folder / "again", parallel=1)
    return verdicts, again


def failed(verdicts: Verdicts) -> set[str]:
    """The cases that did not pass, or were not closed as they should be."""
    return {case for case, found in verdicts.items() if not PASSES.issuperset(found)}


def number(case: str) -> list[int]:
    """What cases are sorted by."""
    return [int(part) for part in case.split(".")]


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "echo_demo", "--port=0", *OPTIONS]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield running.stdout.readline().split()[3].removeprefix("ws://").rstrip("/")
        finally:
            running.terminate()


def measure() -> dict[str, Any]:
    """Run everything, telling how far it is; return the content of the result file."""
    verdicts: Verdicts = {}
    again: set[str] = set()
    with _server() as address, tempfile.TemporaryDirectory() as folder:
        for section in SECTIONS:
            started = time.monotonic()
            found, slow = settled(address, [f"{section}.*"], Path(folder, str(section)), LIBRARY)
            again |= slow
            verdicts |= found
            bad = ", ".join(sorted(failed(found), key=number)) or "none"
            seconds = time.monotonic() - started
            print(f"section {section}: {len(found)} cases in {seconds:.0f} s, failed: {bad}")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": "make conformance",
        "suite": f"Autobahn cases by kosoku {version('kosoku')}",
        "server": f"echo-demo {version('echo-demo')}",
        "options": list(OPTIONS),
        "versions": {
            "websockets": version("websockets"),
            "uvloop": version("uvloop"),
            "Python": platform.python_version(),
        },
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "run_twice": sorted(again, key=number),
        "cases": {case: verdicts[case] for case in sorted(verdicts, key=number)},
    }


def written(result: dict[str, Any]) -> str:
    """The result file: JSON with one line for each member, and one for each case."""
    lines = [
        f"  {json.dumps(name)}: {json.dumps(value)}"
        for name, value in result.items()
        if name != "cases"
    ]
    cases = [f"    {json.dumps(case)}: {json.dumps(v)}" for case, v in result["cases"].items()]
    lines.append('  "cases": {\n' + ",\n".join(cases) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def table(cases: Verdicts) -> list[str]:
    """The lines of the page's table: how many cases each section has, and which failed."""
    lines = ["| Section | What it tests | Cases | Failed |", "| --- | --- | --- | --- |"]
    for section, title in SECTIONS.items():
        found = {case: cases[case] for case in cases if number(case)[0] == section}
        bad = ", ".join(sorted(failed(found), key=number)) or "none"
        if found:
            lines.append(f"| {section} | {title} | {len(found)} | {bad} |")
    return lines


def with_table(page: str, cases: Verdicts) -> str:
    """The page with its table made again."""
    before, heading, after = page.partition("\n## Conformance\n")
    text = "\n".join(table(cases))
    after = re.sub(r"^\| Section \|.*?(?=\n\n)", lambda _: text, after, count=1, flags=re.M | re.S)
    return before + heading + after


def main() -> int:
    """Measure, keep the result, and fail where something fails that the library does not."""
    result = measure()
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(written(result), "utf-8")
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), result["cases"]), "utf-8")
    worse = failed(result["cases"]) - LIBRARY
    print(f"{len(result['cases'])} cases; failed but for what the library does: {len(worse)}")
    return int(bool(worse) or len(result["cases"]) != CASES)


if __name__ == "__main__":
    sys.exit(main())
