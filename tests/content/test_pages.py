"""The repository's own pages, by the checks that `make check` runs."""

from __future__ import annotations

import subprocess
import sys

from tests.content.checks import check
from tests.content.tree import ROOT, Tree


def test_the_pages_have_no_errors() -> None:
    tree = Tree()
    assert tree.pages
    problems = check(tree)
    assert not problems, "\n" + "\n".join(map(str, problems))


def test_the_command_says_how_many_pages_it_checked() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tests.content"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.stdout.splitlines()[-1:] == [f"{len(Tree().pages)} pages, no errors"]
    assert result.returncode == 0
