"""Leaves a page at each address that the site once had, which leads to the new one.

redirects.txt beside this file has the moves. The pages need no server that knows of them: they work
on any static host and under any path. ``python -m hooks.redirects FOLDER`` does it to a folder that
another builder has built.
"""

from __future__ import annotations

import posixpath
import re
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

MOVES = Path(__file__).with_name("redirects.txt")
_ADDRESS = re.compile(r"(?:[\w.-]+/)+")
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)">')

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Moved: {old}</title>
<meta name="description" content="What was at {old} is now at {new}.">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={link}">
{canonical}</head>
<body>
<main>
<h1>This page has moved</h1>
<p>It is now at <a href="{link}">{new}</a>.</p>
</main>
</body>
</html>
"""


def on_post_build(config: MkDocsConfig) -> None:
    """Lead from the old addresses to what MkDocs has built, under `mkdocs serve` too."""
    lead(Path(config.site_dir), moves())


def moves(file: Path = MOVES) -> dict[str, str]:
    """Return the new address of each old one.

    Raises ValueError with the line that is not a move.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        words = line.partition("# ")[0].split()
        if not words:
            continue
        place = f"hooks/{file.name}:{number}"
        if len(words) != 2:
            raise ValueError(
                f"{place}: write the old address and the new one, as in: a/old/ a/new/"
            )
        old, new = words
        for address in (old, new.partition("#")[0]):
            if not _ADDRESS.fullmatch(address):
                raise ValueError(f"{place}: {address} is no address of a page, such as a/page/")
        if old in found:
            raise ValueError(f"{place}: {old} stands here twice; keep the newer line")
        found[old] = new
    return found


def lead(folder: Path, moved: dict[str, str]) -> None:
    """Write a page for each of the moves ``moved`` into ``folder``.

    Raises ValueError where there is a page already, or none at the new address.
    """
    for old, new in moved.items():
        target = new.partition("#")[0]
        if target in moved:
            raise ValueError(
                f"hooks/{MOVES.name}: {target} has moved too; let {old} lead to {moved[target]}"
            )
        page = folder / target / "index.html"
        if not page.is_file():
            raise ValueError(f"hooks/{MOVES.name}: {old} leads to {target}, where no page is")
        file = folder / old / "index.html"
        if file.exists():
            raise ValueError(f"hooks/{MOVES.name}: there is a page at {old}; remove the line")
        address = _CANONICAL.search(page.read_text("utf-8"))
        file.parent.mkdir(parents=True, exist_ok=True)
        values = {"old": old, "new": new, "link": posixpath.relpath(target, old) + "/"}
        values["link"] += new[len(target) :]
        canonical = f"{address[0]}\n" if address else ""
        file.write_text(
            _PAGE.format(canonical=canonical, **{key: escape(v) for key, v in values.items()}),
            "utf-8",
        )


if __name__ == "__main__":
    lead(Path(sys.argv[1]), moves())
