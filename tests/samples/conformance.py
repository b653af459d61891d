"""Autobahn's sections 1 to 7 against each server sample: `python -m tests.samples.conformance`.

It writes `docs/languages/conformance.json`, and the tables of /languages/ and /build/conformance/.
With names of folders, such as `csharp`, it measures only these and keeps what it has of the others.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.echo.conformance import failed, number, settled
from tests.samples.manifest import DOCS, Manifest, load_all
from tests.samples.programs import Program, prepare, running_server, versions

RESULT = DOCS / "languages/conformance.json"
PAGE = DOCS / "languages/index.md"
SECTIONS = range(1, 8)
HEAD = "| Page | Library | Cases | Failed | Tested |"


def servers() -> list[tuple[Manifest, str]]:
    """The server samples of languages and frameworks, each with the manifest that lists it."""
    return [
        (manifest, sample.file)
        for section in ("languages", "frameworks")
        for manifest in load_all(DOCS / section)
        for sample in manifest.samples
        if sample.role == "server"
    ]


def measure(
    manifest: Manifest, program: Program, folder: Path, expected: set[str]
) -> dict[str, Any]:
    """Run the cases against a server sample that fails the ``expected``; return what is kept."""
    patterns = [f"{section}.*" for section in SECTIONS]
    with running_server(program) as (_, port):
        verdicts, _ = settled(f"127.0.0.1:{port}", patterns, folder, expected, parallel=2)
    lax = [case for case, found in verdicts.items() if "NON-STRICT" in found]
    return {
        "versions": versions(manifest, program.folder),
        "cases": len(verdicts),
        "failed": sorted(failed(verdicts), key=number),
        "non_strict": sorted(lax, key=number),
    }


def with_table(page: str, result: dict[str, Any]) -> str:
    """The page /languages/ with its table made again."""
    lines = [HEAD, "| --- | --- | --- | --- | --- |"]
    for path, found in result["servers"].items():
        name = f"{Path(path).parent.name}.md"
        if not (PAGE.parent / name).exists():
            name = f"../frameworks/{name}"
        title = re.search(r"^# WebSocket in (.+)$", (PAGE.parent / name).read_text(), re.M)
        assert title is not None
        library, number_ = found["versions"][0].split()
        bad = ", ".join(found["failed"]) or "none"
        lines.append(
            f"| [{title[1]}]({name}) | `{library}` {number_} "
            f"| {found['cases']} | {bad} | {found['date']} |"
        )
    table = "\n".join(lines)
    return re.sub(rf"^{re.escape(HEAD)}\n(?:\|.*\n)*", lambda _: table + "\n", page, flags=re.M)


def main(only: list[str]) -> int:
    """Measure the server samples, keep the result, and make the table of the page."""
    kept = json.loads(RESULT.read_text("utf-8"))["servers"] if only else {}
    found: dict[str, Any] = {}
    for manifest, file in servers():
        if only and manifest.folder.name not in only:
            name = f"{manifest.folder.name}/{file}"
            found[name] = kept[name]
            continue
        with tempfile.TemporaryDirectory() as build, tempfile.TemporaryDirectory() as report:
            program = prepare(manifest, Path(build))[file]
            name = f"{manifest.folder.name}/{file}"
            today = datetime.now(UTC).date().isoformat()
            found[name] = {"date": today, **measure(manifest, program, Path(report), set())}
            print(name, found[name])
    result = {
        "command": "python -m tests.samples.conformance",
        "suite": f"Autobahn sections 1 to 7 by kosoku {version('kosoku')}",
        "servers": found,
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), result), "utf-8")
    from tests.samples import conformance_page  # it reads what was just written

    conformance_page.main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
