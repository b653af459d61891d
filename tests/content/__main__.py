"""``python -m tests.content``: what `make check` runs. Exit status 1 where anything is wrong."""

from __future__ import annotations

import sys

import yaml

from tests.content.checks import check
from tests.content.problem import Problem
from tests.content.tree import Tree


def main() -> int:
    """Print each problem of the repository in a line, and how many there are."""
    tree = Tree()
    try:
        problems = check(tree)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problems = [
            Problem(
                "mkdocs.yml", line, f"this is not YAML ({error.problem}); correct it here or above"
            )
        ]
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} {'error' if len(problems) == 1 else 'errors'}")
        return 1
    print(f"{len(tree.pages)} pages, no errors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
