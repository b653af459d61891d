"""Checks the files beside the pages: each manifest is right, and pages list what is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.content import front_matter
from tests.content.problem import Problem, line_of
from tests.content.tree import Tree
from tests.samples import manifest
from tests.samples.elsewhere import TESTED_ELSEWHERE

PROGRAMS = {".cs", ".go", ".java", ".js", ".mjs", ".php", ".py", ".rs", ".sh", ".ts"}
_BUILT = {"__pycache__", "node_modules", "target"}


def check(tree: Tree) -> Iterator[Problem]:
    """Yield what is wrong with the samples of ``tree`` and with the pages' lists of them."""
    listed = {page: _listed(tree, page) for page in tree.pages}
    yield from _idle(tree, set().union(*listed.values()))
    run: dict[str, set[str]] = {}
    for path in manifest.paths(tree.docs):
        name = path.relative_to(tree.root).as_posix()
        page = f"{path.parent.relative_to(tree.docs).as_posix()}.md"
        wrong = list(manifest.faults(path, tree.tests.parent))
        yield from (Problem(name, fault.line, fault.message) for fault in wrong)
        if page not in listed:
            yield Problem(
                name,
                0,
                f"the page of this folder, docs/{page}, is missing; add it, or rename the folder",
            )
        elif not wrong:
            found = manifest.load(path, tree.tests.parent)
            folder = path.parent.relative_to(tree.docs).as_posix()
            run[page] = {f"{folder}/{sample.file}" for sample in found.samples}
            yield from _unnamed(tree, path, found)
        else:
            # What it runs is not known, so nothing can be compared with it.
            listed.pop(page)
    for page in sorted(listed.keys() - TESTED_ELSEWHERE.keys()):
        yield from _differing(tree, page, listed[page], run.get(page, set()))


def _listed(tree: Tree, page: str) -> set[str]:
    try:
        samples: Any = front_matter.read(tree.source(page)).get("samples")
    except yaml.YAMLError:
        return set()
    return {one for one in samples if isinstance(one, str)} if isinstance(samples, list) else set()


def _differing(tree: Tree, page: str, listed: set[str], run: set[str]) -> Iterator[Problem]:
    source, folder = tree.source(page), f"docs/{page.removesuffix('.md')}/{manifest.NAME}"
    for sample in sorted(listed - run):
        yield Problem(
            f"docs/{page}",
            line_of(source, f"- {sample}", sample),
            f"no test runs {sample}; add a [[sample]] for it to {folder}",
        )
    for sample in sorted(run - listed):
        yield Problem(
            f"docs/{page}",
            line_of(source, "samples:") or 1,
            f"the page does not list {sample}, which is run; add it under samples:",
        )


def _unnamed(tree: Tree, path: Path, found: manifest.Manifest) -> Iterator[Problem]:
    text = path.read_text("utf-8")
    for sample in found.samples:
        if sample.test and sample.file not in (tree.tests.parent / sample.test).read_text("utf-8"):
            yield Problem(
                path.relative_to(tree.root).as_posix(),
                line_of(text, f'"{sample.test}"'),
                f"{sample.test} does not name {sample.file}; name there what it tests",
            )


def _idle(tree: Tree, listed: set[str]) -> Iterator[Problem]:
    for path in sorted(tree.docs.rglob("*")):
        name = path.relative_to(tree.docs).as_posix()
        if path.suffix in PROGRAMS and not _BUILT & set(path.parts) and name not in listed:
            page = f"docs/{path.parent.relative_to(tree.docs).as_posix()}.md"
            yield Problem(
                f"docs/{name}", 0, f"no page lists this program; add it under samples: of {page}"
            )
