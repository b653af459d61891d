"""``python -m tests.content.zensical``: what `make zensical` runs.

Builds one copy of the tree with MkDocs and with Zensical, Material's successor, and compares the
pages and their titles. Nothing is written to the repository.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hooks import feeds, glossary, lean, machine_readable, markup, redirects, scripts, search_index
from tests.content import strict
from tests.content.built import Built
from tests.content.tree import ROOT, Tree, copy

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

FOLDER = "site"
"""Where Zensical writes; it has no option for it."""


def differences(one: Built, other: Built) -> Iterator[str]:
    """Yield what MkDocs' build (``one``) and Zensical's (``other``) disagree about."""
    for name in sorted(one.documents.keys() | other.documents.keys()):
        if name not in other.documents:
            yield f"{name}: built by MkDocs only"
        elif name not in one.documents:
            yield f"{name}: built by Zensical only"
        else:
            titles = one.documents[name].titles, other.documents[name].titles
            if titles[0] != titles[1]:
                yield f"{name}: the title is {titles[0]} by MkDocs, {titles[1]} by Zensical"


def compare(tree: Tree) -> tuple[int, list[str]]:
    """Build a copy of ``tree`` twice; return the number of pages and what went wrong or differs."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(1) as pool:
        copied = copy(tree, Path(name, "tree"))
        by_mkdocs = Path(name, "mkdocs")
        other = pool.submit(_build, copied)
        found = [str(problem) for problem in strict.build(Tree(copied), by_mkdocs)]
        output = other.result()
        if not (copied / FOLDER).is_dir():
            return 0, [*found, *output]
        # What hooks do for MkDocs, which Zensical does not call.
        markup.complete(copied / FOLDER)
        glossary.mark(copied / FOLDER)
        lean.trim(copied / FOLDER)
        scripts.pack(copied / FOLDER)
        machine_readable.describe(copied / FOLDER)
        feeds.write(copied / FOLDER)
        redirects.lead(copied / FOLDER, redirects.moves())
        search_index.index(copied / FOLDER)
        one = Built(by_mkdocs, strict.ADDRESS)
        return len(one.documents), [
            *found,
            *output,
            *differences(one, Built(copied / FOLDER, strict.ADDRESS)),
        ]


def _build(root: Path) -> list[str]:
    """Build the copy with Zensical; return what it printed where it failed."""
    result = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=root,
        env={**os.environ, "NO_COLOR": "1", "SITE_URL": strict.ADDRESS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode == 0:
        return []
    # A traceback of Zensical's own says less than its last line.
    said, _, trace = _COLOUR.sub("", result.stdout).partition("Traceback (most recent call last)")
    return [f"Zensical: {line}" for line in [*said.splitlines(), *trace.splitlines()[-1:]]]


def main() -> int:
    """Print the differences in the repository, or that there are none."""
    pages, found = compare(Tree(ROOT))
    for line in found:
        print(line)
    if found:
        return 1
    print(f"{pages} pages, the same with MkDocs and Zensical")
    return 0


if __name__ == "__main__":
    sys.exit(main())
