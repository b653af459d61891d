"""Builds the site strictly, and says what MkDocs found wrong as file, line and remedy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.content.problem import Problem, line_of, placed
from tests.content.tree import ROOT, Tree

# A site under a sub-path, so that a link from the root of the host shows up as broken.
ADDRESS = "https://site.test/under/a/path/"

_ENTRY = re.compile(r"^(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) +-  (?P<text>.*)$")


def build(tree: Tree, folder: Path) -> list[Problem]:
    """Build ``tree`` into ``folder``; return every warning and error of the build."""
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=tree.root,
        env={
            **os.environ,
            "NO_MKDOCS_2_WARNING": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "SITE_URL": ADDRESS,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    problems = [
        problem
        for level, text in _entries(result.stdout)
        if level not in ("DEBUG", "INFO")
        for problem in _explain(tree, text)
    ]
    if result.returncode and not problems:
        # A wrong mkdocs.yml, hook or template ends the build before it can warn.
        lines = [line for line in result.stdout.splitlines() if line.strip()]
        problems.append(
            _of_hook(tree, lines[-1] if lines else "")
            or Problem("mkdocs.yml", 0, f"the build failed: {' '.join(lines[-3:])}")
        )
    return problems


def _of_hook(tree: Tree, text: str) -> Problem | None:
    """Return what a hook says of a file that it cannot read: where, what, and what to do."""
    problem = placed(text.removeprefix("ValueError: "))
    if not problem or not (tree.root / problem.path).is_file():
        return None
    # What it cannot read it quotes.
    quoted = re.findall(r'"([^"]+)"', problem.message)
    line = problem.line or line_of((tree.root / problem.path).read_text("utf-8"), *quoted)
    return Problem(problem.path, line, problem.message)


def _entries(output: str) -> Iterator[tuple[str, str]]:
    """Yield the level and text of each log entry, with the lines that continue it."""
    level, text = "INFO", ""
    for line in output.splitlines():
        if entry := _ENTRY.match(line):
            yield level, text
            level, text = entry["level"], entry["text"]
        elif line.startswith("Aborted with"):
            break
        else:
            text += f"\n{line}"
    yield level, text


def _explain(tree: Tree, text: str) -> Iterator[Problem]:
    for pattern, explain in _EXPLANATIONS:
        if found := pattern.match(text):
            yield from explain(tree, found)
            return
    # MkDocs or a plugin said something new: passed on as it is, less the traceback.
    yield Problem("mkdocs.yml", 0, " ".join(text.split("Traceback (most recent")[0].split()))


def _in_page(tree: Tree, page: str, *needles: str) -> tuple[str, int]:
    path = tree.docs / page
    return f"docs/{page}", line_of(path.read_text("utf-8"), *needles) if path.is_file() else 0


def _in_config(tree: Tree, *needles: str) -> tuple[str, int]:
    return "mkdocs.yml", line_of((tree.root / "mkdocs.yml").read_text("utf-8"), *needles)


def _link(tree: Tree, found: re.Match[str]) -> Iterator[Problem]:
    link, why = found["link"], " ".join(found["why"].split())
    place = _in_page(tree, found["page"], f"({link})", f"({link} ", f": {link}", link)
    remedy = "correct it"
    if meant := re.search(r"it was left as is\. Did you mean '([^']+)'\?", why):
        why, remedy = "a link names the page's file, relative to this one", f"write {meant[1]}"
    elif "anchor" in why:
        name = link.rpartition("#")[2]
        remedy = f"correct it, or give the heading the name it had, with {{ #{name} }} at its end"
    yield Problem(*place, f"the link {link} is broken: {why.rstrip('.')}; {remedy}")


def _omitted(tree: Tree, found: re.Match[str]) -> Iterator[Problem]:
    for page in re.findall(r"^ +- (.+)$", found["pages"], re.MULTILINE):
        yield Problem(
            f"docs/{page}", 1, f"the page is in no menu; add `- {page}` under nav in mkdocs.yml"
        )


def _nav(tree: Tree, found: re.Match[str]) -> Iterator[Problem]:
    page = found["page"]
    first, dash, _ = page.partition(" - ")
    if dash:
        # YAML continues a line with one that is indented further.
        yield Problem(
            *_in_config(tree, f"- {first}"),
            f"nav reads `{page}` as one page; indent the lines alike",
        )
        return
    yield Problem(
        *_in_config(tree, page),
        f"nav names {page}, which is not in docs/; add the page, correct or remove the line",
    )


def _snippet(tree: Tree, found: re.Match[str]) -> Iterator[Problem]:
    snippet = found["snippet"]
    # The error names the file alone or the section alone.
    place = _in_page(tree, found["page"], f'"{snippet}', f':{snippet}"', snippet)
    yield Problem(*place, f"the snippet {snippet} does not exist; correct the path or the section")


def _page(tree: Tree, found: re.Match[str]) -> Iterator[Problem]:
    yield Problem(f"docs/{found['page']}", 0, f"the page cannot be built: {found['why'].strip()}")


_EXPLANATIONS: tuple[
    tuple[re.Pattern[str], Callable[[Tree, re.Match[str]], Iterator[Problem]]], ...
] = (
    (
        re.compile(
            r"Doc file '(?P<page>[^']+)' contains an? [a-z ]*?link '(?P<link>[^']+)', "
            r"(?:but )?(?P<why>.*)",
            re.DOTALL,
        ),
        _link,
    ),
    (re.compile(r"The following pages exist in the docs.*?:(?P<pages>.*)", re.DOTALL), _omitted),
    (re.compile(r"An? (?:reference|absolute path) to '(?P<page>[^']+)' is included in the"), _nav),
    (
        re.compile(
            r"Error reading page '(?P<page>[^']+)': Snippet (?:section|at path) "
            r"'(?P<snippet>[^']+)'"
        ),
        _snippet,
    ),
    (re.compile(r"Error (?:reading|building) page '(?P<page>[^']+)': (?P<why>[^\n]*)"), _page),
)
