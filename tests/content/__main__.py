"""``python -m tests.content``: what `make check` runs. Exit status 1 where anything is wrong."""

from __future__ import annotations

import sys

from tests.content.checks import check
from tests.content.tree import Tree


def main() -> int:
    """Print each problem of the repository in a line, and how many there are."""
    tree = Tree()
    problems = check(tree)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} {'error' if len(problems) == 1 else 'errors'}")
        return 1
    print(f"{len(tree.pages)} pages, no errors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
