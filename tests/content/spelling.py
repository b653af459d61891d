"""Checks the spelling of the pages, with the words and exceptions that `make lint` has."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

from tests.content.problem import Problem
from tests.content.tree import ROOT, Tree

_FOUND = re.compile(r"^(?P<path>.+?):(?P<line>\d+): (?P<wrong>\S+) ==> (?P<right>.+)$", re.M)


def check(tree: Tree) -> Iterator[Problem]:
    """Yield each word of a page that is a known misspelling."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "codespell_lib", "--toml", str(ROOT / "pyproject.toml")),
            *(f"docs/{page}" for page in tree.pages),
        ],
        cwd=tree.root,
        capture_output=True,
        text=True,
    )
    for found in _FOUND.finditer(done.stdout):
        yield Problem(
            found["path"],
            int(found["line"]),
            f"`{found['wrong']}` is misspelt; write {found['right'].replace(', ', ' or ')}, or add "
            "the word to ignore-words-list in pyproject.toml where it is right",
        )
