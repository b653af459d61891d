"""The linter finds each mistake in fixtures/bad, where and as the fixture says, and only that."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.content import files, front_matter, prose, spelling
from tests.content.checks import check
from tests.content.problem import Problem, in_order
from tests.content.tree import Tree
from tests.site import ROOT

FIXTURES = Path(__file__).with_name("fixtures")
BAD = sorted((FIXTURES / "bad").glob("*.md"))
GOOD = sorted((FIXTURES / "good").glob("*.md"))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree with what the fixtures refer to; each of them becomes its page.md."""
    (tmp_path / "mkdocs.yml").write_text("site_name: Fixtures\n", "utf-8")
    (tmp_path / "overrides").mkdir()
    (tmp_path / "overrides" / "home.html").touch()
    (tmp_path / "docs" / "one").mkdir(parents=True)
    (tmp_path / "docs" / "one" / "sample.py").touch()
    for name in ("one", "two", "three", "four", "five", "six"):
        (tmp_path / "docs" / f"{name}.md").write_text(f"# {name}\n", "utf-8")
    return Tree(tmp_path)


def lint(tree: Tree, source: str) -> list[Problem]:
    (tree.docs / "page.md").write_text(source, "utf-8")
    return in_order([*front_matter.check(tree, "page.md"), *prose.check(tree, "page.md")])


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_mistake_is_reported_with_file_line_and_remedy(tree: Tree, path: Path) -> None:
    source = path.read_text("utf-8")
    expected = re.search(r"<!-- expect: (.*?) -->", source)
    assert expected, "a fixture says what is expected of it"
    problems = [str(problem) for problem in lint(tree, source)]
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"docs/page.md:{expected[1]}")
    # What is wrong, and what to do about it.
    assert "; " in problems[0]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_right_page_is_left_alone(tree: Tree, path: Path) -> None:
    assert lint(tree, path.read_text("utf-8")) == []


def test_line_numbers_survive_windows_line_ends(tree: Tree) -> None:
    source = (FIXTURES / "bad" / "banned-word.md").read_text("utf-8")
    (tree.docs / "page.md").write_bytes(source.replace("\n", "\r\n").encode())
    assert [problem.line for problem in prose.check(tree, "page.md")] == [18]
    assert list(front_matter.check(tree, "page.md")) == []


def test_a_date_is_in_the_future_only_after_the_last_day_anywhere(tree: Tree) -> None:
    source = (FIXTURES / "good" / "tool.md").read_text("utf-8")
    (tree.docs / "page.md").write_text(source, "utf-8")
    reviewed = date.fromisoformat(front_matter.read_text(source, "reviewed"))
    assert list(front_matter.check(tree, "page.md", reviewed)) == []
    the_day_before = reviewed.replace(day=reviewed.day - 1)
    assert len(list(front_matter.check(tree, "page.md", the_day_before))) == 1


def test_excluded_pages_are_no_pages(tree: Tree) -> None:
    (tree.root / "mkdocs.yml").write_text("exclude_docs: |\n  node_modules/\n  /one.md\n", "utf-8")
    (tree.docs / "a" / "node_modules").mkdir(parents=True)
    (tree.docs / "a" / "node_modules" / "README.md").touch()
    (tree.docs / ".hidden.md").touch()
    assert Tree(tree.root).pages == ("five.md", "four.md", "six.md", "three.md", "two.md")


@pytest.mark.parametrize("name", ["My page.md", "a/Upper.md", "under_score.md"])
def test_a_name_that_makes_no_good_address_is_told(tree: Tree, name: str) -> None:
    (problem,) = files.check(tree, name)
    assert str(problem).startswith(f"docs/{name}: the name is the page's address; rename ")
    assert not list(files.check(tree, "whats-new/http2-http3.md"))


def test_a_file_in_another_encoding_is_told_with_its_line(tree: Tree) -> None:
    (tree.docs / "page.md").write_bytes("# Café\n\nCafé\n".encode("latin-1"))
    (tree.docs / "other.md").write_text("# Café\n", "utf-8")
    assert list(map(str, check(tree))) == [
        "docs/page.md:1: this line is not UTF-8; save the file in that encoding"
    ]


def test_spelling_is_checked_with_every_page(tree: Tree) -> None:
    word = "reci" + "eve"
    (tree.docs / "page.md").write_text(f"# Page\n\nServers {word} `Hel` and `lo`.\n", "utf-8")
    (problem,) = spelling.check(tree)
    assert str(problem).startswith(f"docs/page.md:3: `{word}` is misspelt; write receive, or add ")


def test_a_spelling_mistake_is_found_and_the_excepted_words_are_not(tmp_path: Path) -> None:
    word = "reci" + "eve"
    page = tmp_path / "page.md"
    page.write_text(f"The servers {word} `Hel` and `lo`.\n", "utf-8")
    command = [sys.executable, "-m", "codespell_lib", "--toml", str(ROOT / "pyproject.toml")]
    done = subprocess.run([*command, str(page)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout.splitlines() == [f"{page}:1: {word} ==> receive"]
