"""All content checks over a tree, as `make check` and the tests run them."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.content import (
    built,
    citations,
    elements,
    fences,
    files,
    front_matter,
    moved,
    prose,
    samples,
    spelling,
    strict,
)
from tests.content.html_file import Fault
from tests.content.problem import Problem, in_order, line_of
from tests.content.tree import Tree, url_of

_OF_A_PAGE = (files.check, front_matter.check, prose.check, citations.check, fences.check)
_OF_ALL = (moved.check, samples.check, elements.check, spelling.check)


def lint(tree: Tree) -> list[Problem]:
    """Return what is wrong in the Markdown files, without building them."""
    return in_order(
        problem for page in tree.pages for check in _OF_A_PAGE for problem in check(tree, page)
    )


def check(tree: Tree) -> list[Problem]:
    """Lint ``tree``, build it strictly and check what was built."""
    if unreadable := in_order(files.unreadable(tree)):
        return unreadable
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(1) as pool:
        folder = Path(name)
        # The build is a process of its own, so both cores are at work.
        build = pool.submit(strict.build, tree, folder)
        problems = lint(tree)
        for of_all in _OF_ALL:
            problems += of_all(tree)
        problems += build.result()
        if any(folder.iterdir()):
            problems += _not_yet(problems, _located(tree, built.Built(folder, strict.ADDRESS)))
    return in_order(problems)


def _not_yet(known: list[Problem], more: Iterator[Problem]) -> list[Problem]:
    """Return ``more`` without what the source's own checks have found in the same line.

    What is said of a whole page may follow from any of them: front matter that cannot be read
    leaves the page without its title.
    """
    places = {(problem.path, problem.line) for problem in known}
    places |= {(problem.path, 0) for problem in known}
    return [problem for problem in more if (problem.path, problem.line) not in places]


def _located(tree: Tree, site: built.Built) -> Iterator[Problem]:
    """Yield the faults of a built site at the place in the sources where each can be mended."""
    sources = {f"{url_of(page)}index.html": page for page in tree.pages}
    layout: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in built.check(site):
        page = sources.get(fault.name)
        line = line_of(tree.source(page), *_needles(fault)) if page and fault.content else 0
        if fault.target and not line:
            layout[fault.target].append(fault)
        elif page:
            yield Problem(f"docs/{page}", line, fault.message)
        else:
            yield Problem(f"site/{fault.name}", fault.line, fault.message)
    for target, faults in layout.items():
        first = faults[0]
        path, line = _in_layout(tree, target.removeprefix(site.base), first)
        where = "" if len(faults) == 1 else f" (on {len({f.name for f in faults})} pages)"
        yield Problem(path, line, f"{first.message}{where}")


def _needles(fault: Fault) -> tuple[str, ...]:
    # A link to a page is written as a path to Markdown; its fragment is as the author wrote it.
    _, _, fragment = fault.needle.partition("#")
    return (fault.needle, f"#{fragment})", f"#{fragment} ") if fragment else (fault.needle,)


def _in_layout(tree: Tree, target: str, fault: Fault) -> tuple[str, int]:
    """Return where the navigation or a template names ``target``, else where it was built."""
    candidates = [tree.root / "mkdocs.yml", *sorted((tree.root / "overrides").rglob("*.html"))]
    for path in candidates:
        if line := line_of(path.read_text("utf-8"), target, fault.needle):
            return path.relative_to(tree.root).as_posix(), line
    return f"site/{fault.name}", fault.line
