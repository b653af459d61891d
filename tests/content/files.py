"""Checks the files of the site before anything reads them: their encoding, and pages' names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.content.problem import Problem
from tests.content.tree import Tree
from tests.samples import manifest

_NAME = re.compile(r"(?:[a-z0-9-]+/)*[a-z0-9-]+\.md")


def unreadable(tree: Tree) -> Iterator[Problem]:
    """Yield each text that is not UTF-8. Nothing else can be said of a tree that has one."""
    pages = (tree.docs / page for page in tree.pages)
    for path in (tree.root / "mkdocs.yml", *pages, *manifest.paths(tree.docs)):
        content = path.read_bytes()
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Problem(
                path.relative_to(tree.root).as_posix(),
                content.count(b"\n", 0, error.start) + 1,
                "this line is not UTF-8; save the file in that encoding",
            )


def check(tree: Tree, page: str) -> Iterator[Problem]:
    """Yield a problem where the name of ``page`` makes no good address."""
    if not _NAME.fullmatch(page):
        yield Problem(
            f"docs/{page}",
            0,
            "the name is the page's address; rename the file to lowercase letters, digits and "
            "hyphens",
        )
