"""Checks that nothing which the site once had at an address is gone from it without a word.

What it had is what the history of the repository has: every page that was ever added. So no list
has to be kept; hooks/redirects.txt says where those went that moved.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from hooks import redirects
from tests.content.problem import Problem, placed
from tests.content.tree import Tree, url_of

_FILE = Path("hooks", redirects.MOVES.name)


def check(tree: Tree) -> Iterator[Problem]:
    """Yield each page that was, is not, and leads nowhere; nothing where there is no history."""
    try:
        moved = _moves(tree.root)
    except ValueError as error:
        yield placed(str(error)) or Problem(_FILE.as_posix(), 0, str(error))
        return
    for page in sorted(ever(tree.root) - set(tree.pages)):
        if not tree.excludes(page) and url_of(page) not in moved:
            yield Problem(
                f"docs/{page}",
                0,
                f"this page is gone, and links to it are broken; add to {_FILE.as_posix()}: "
                f"{url_of(page)} NEW/ADDRESS/",
            )


def _moves(root: Path) -> dict[str, str]:
    file = root / _FILE
    return redirects.moves(file) if file.is_file() else {}


def ever(root: Path) -> set[str]:
    """Return every page that the history of ``root`` has had, relative to docs/."""
    if not (root / ".git").exists():
        return set()
    added = _git(root, "log", "--diff-filter=A", "--no-renames", "--name-only", "--format=", "docs")
    return {
        name.removeprefix("docs/")
        for name in added.splitlines()
        if name.startswith("docs/") and name.endswith(".md")
    }


def complete(root: Path) -> bool:
    """Tell whether the history of ``root`` reaches back to its beginning."""
    return _git(root, "rev-parse", "--is-shallow-repository").strip() == "false"


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
