"""The tables of /build/conformance/, made from the results that are kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from tests.echo.conformance import RESULT as ECHO
from tests.echo.conformance import SECTIONS, failed, number
from tests.samples.conformance import RESULT as LANGUAGES
from tests.samples.manifest import DOCS

PAGE = DOCS / "build" / "conformance.md"
HEAD = "| Server | Library | Cases | Failed | Non-strict | Tested |"


def _row(name: str, library: str, found: dict[str, Any]) -> str:
    bad = ", ".join(found["failed"]) or "none"
    lax = str(len(found["non_strict"]))
    return f"| {name} | `{library}` | {found['cases']} | {bad} | {lax} | {found['date']} |"


def results() -> list[str]:
    """The lines of the table of our runs."""
    echo = json.loads(ECHO.read_text("utf-8"))
    lax = [case for case, found in echo["cases"].items() if "NON-STRICT" in found]
    found = {
        "cases": len(echo["cases"]),
        "failed": sorted(failed(echo["cases"]), key=number),
        "non_strict": lax,
        "date": echo["date"],
    }
    library = f"websockets {echo['versions']['websockets']}"
    lines = [HEAD, "| --- | --- | --- | --- | --- | --- |"]
    lines.append(_row("[Our echo server](../tools/echo.md#conformance)", library, found))
    for path, kept in json.loads(LANGUAGES.read_text("utf-8"))["servers"].items():
        file = f"{path.partition('/')[0]}.md"
        (page,) = (p for p in (LANGUAGES.parent / file, DOCS / "frameworks" / file) if p.exists())
        title = re.search(r"^# WebSocket in (.+)$", page.read_text("utf-8"), re.M)
        assert title is not None
        link = f"[{title[1]}](../{page.parent.name}/{file})"
        lines.append(_row(link, kept["versions"][0], kept))
    return lines


def sections() -> dict[int, tuple[str, int]]:
    """The title of each section and how many cases the echo server faced in it."""
    cases = json.loads(ECHO.read_text("utf-8"))["cases"]
    counts = Counter(number(case)[0] for case in cases)
    return {section: (title, counts[section]) for section, title in SECTIONS.items()}


def with_results(page: str) -> str:
    """The page with its table of results made again."""
    table = "\n".join(results()) + "\n"
    return re.sub(rf"^{re.escape(HEAD)}\n(?:\|.*\n)*", lambda _: table, page, flags=re.M)


def main() -> None:
    """Make the page's table again."""
    PAGE.write_text(with_results(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
