"""Each page template, with its blanks filled in, is a page that the linter accepts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.content import front_matter, prose
from tests.content.checks import check
from tests.content.tree import ROOT, Tree, copy

FOLDER = ROOT / "docs" / "about" / "writing" / "templates"
KINDS = sorted(
    kind
    for kind in json.loads(front_matter.SCHEMA.read_text("utf-8"))["properties"]["kind"]["enum"]
    # Section indexes and the home page are made once, with their section.
    if kind != "landing"
)

# What an author writes: by the key of the front matter, and anywhere else.
VALUES = {
    "title": "Frames on the wire",
    "description": "A frame is the unit that a connection carries, and a message is one or more.",
    "reviewed": "2026-11-22",
    "accessed": "2026-11-22",
    "url": "https://www.rfc-editor.org/rfc/rfc6455",
}
WORDS = {"first page": "one", "second page": "two", "third page": "three", "section": "part"}


def fill(template: str) -> str:
    def blank(found: re.Match[str]) -> str:
        if found["key"] in VALUES:
            return f"{found['before']}{VALUES[found['key']]}"
        if found["hint"].startswith("path of the sample"):
            return f"{found['before']}one/sample.py"
        return f"{found['before']}{WORDS.get(found['hint'], 'words')}"

    return re.sub(r'(?P<before>(?:(?P<key>\w+): "?)?)«(?P<hint>[^»]+)»', blank, template)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "mkdocs.yml").write_text("site_name: Templates\n", "utf-8")
    (tmp_path / "docs" / "one").mkdir(parents=True)
    (tmp_path / "docs" / "one" / "sample.py").touch()
    for name in ("one", "two", "three"):
        (tmp_path / "docs" / f"{name}.md").write_text(f"# {name}\n", "utf-8")
    return Tree(tmp_path)


def lint_page(tree: Tree, source: str) -> list[str]:
    (tree.docs / "page.md").write_text(source, "utf-8")
    return [str(problem) for lint in CHECKS for problem in lint(tree, "page.md")]


CHECKS = (front_matter.check, prose.check)


def test_there_is_a_template_for_each_kind() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_is_a_right_page(tree: Tree, kind: str) -> None:
    template = (FOLDER / f"{kind}.md").read_text("utf-8")
    assert front_matter.read_text(template, "kind") == kind
    assert lint_page(tree, fill(template)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_left_in_is_reported(tree: Tree, kind: str) -> None:
    template = (FOLDER / f"{kind}.md").read_text("utf-8")
    lines = template.splitlines()
    problems = lint_page(tree, template)
    for number, line in enumerate(lines, 1):
        blank = re.search(r"«[^»]+»", line)
        if blank and "<!--" not in line:
            assert any(
                problem.startswith(f"docs/page.md:{number}: the blank {blank[0]} ")
                for problem in problems
            ), line


def test_the_templates_are_not_published() -> None:
    assert not [page for page in Tree().pages if page.startswith("about/writing/templates/")]


def test_a_new_page_is_one_file_and_one_line_of_nav(tmp_path: Path) -> None:
    root = copy(Tree(), tmp_path / "tree")
    one, two, three = Tree().pages[:3]
    template = (FOLDER / "troubleshooting.md").read_text("utf-8")
    for blank, path in (("first page", one), ("second page", two), ("third page", three)):
        template = template.replace(f"«{blank}».md", path)
    page = root / "docs" / "troubleshoot" / "a-new-page.md"
    page.write_text(fill(template), "utf-8")
    config = root / "mkdocs.yml"
    text = config.read_text("utf-8")
    neighbour = re.search(r"^( +- )troubleshoot/index\.md$", text, re.MULTILINE)
    assert neighbour
    line = f"\n{neighbour[1]}troubleshoot/a-new-page.md"
    config.write_text(text[: neighbour.end()] + line + text[neighbour.end() :], "utf-8")
    assert [str(problem) for problem in check(Tree(root))] == []

    page.write_text(fill(template) + "\nSee [the rest](gone.md).\n", "utf-8")
    number = len(page.read_text("utf-8").splitlines())
    problems = [str(problem) for problem in check(Tree(root))]
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"docs/troubleshoot/a-new-page.md:{number}: the link gone.md is")
