"""A page that moves leaves one behind that leads to it; moving it without is told."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hooks import redirects
from tests.content import moved
from tests.content.tree import ROOT, Tree, small_tree


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@site.test"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A repository that has had a page, docs/a/old.md."""
    small_tree(tmp_path)
    (tmp_path / "docs" / "a").mkdir()
    (tmp_path / "docs" / "a" / "old.md").write_text("# Old\n", "utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "docs")
    git(tmp_path, "commit", "--quiet", "--message", "Add a page")
    (tmp_path / "hooks").mkdir()
    return Tree(tmp_path)


def test_a_page_that_moves_without_a_redirect_is_told_with_the_line_to_add(tree: Tree) -> None:
    assert not list(moved.check(tree))
    git(tree.root, "mv", "docs/a/old.md", "docs/a/new.md")
    [problem] = moved.check(Tree(tree.root))
    assert str(problem).startswith("docs/a/old.md: this page is gone")
    assert problem.message.endswith("add to hooks/redirects.txt: a/old/ NEW/ADDRESS/")
    (tree.root / "hooks" / "redirects.txt").write_text("a/old/ a/new/\n", "utf-8")
    assert not list(moved.check(Tree(tree.root)))


def test_a_line_that_is_no_move_is_told_with_its_place(tree: Tree) -> None:
    (tree.root / "hooks" / "redirects.txt").write_text("# Moved\na/old/\n", "utf-8")
    [problem] = moved.check(tree)
    assert str(problem) == (
        "hooks/redirects.txt:2: write the old address and the new one, as in: a/old/ a/new/"
    )


def test_every_page_of_the_past_is_reached() -> None:
    assert moved.complete(ROOT), "the history is cut off; run: git fetch --unshallow"
    assert len(moved.ever(ROOT)) > 50
    assert not list(moved.check(Tree()))


def page(folder: Path, name: str) -> None:
    file = folder / name / "index.html"
    file.parent.mkdir(parents=True)
    address = f"https://site.test/under/{name}"
    file.write_text(f'<link rel="canonical" href="{address}">', "utf-8")


def test_the_page_left_behind_names_the_new_one_by_a_relative_address(tmp_path: Path) -> None:
    page(tmp_path, "b/c/new/")
    redirects.lead(tmp_path, {"a/old/": "b/c/new/#part"})
    html = (tmp_path / "a" / "old" / "index.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://site.test/under/b/c/new/">' in html
    assert 'content="0; url=../../b/c/new/#part"' in html
    assert '<a href="../../b/c/new/#part">b/c/new/#part</a>' in html


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a/old/\n", r"redirects\.txt:1: write the old address and the new one"),
        ("# No.\n\na/old/ /b/\n", r"redirects\.txt:3: /b/ is no address"),
        ("a/old.md a/new/\n", r"a/old\.md is no address"),
        ("a/old/ a/new/\na/old/ b/\n", r"redirects\.txt:2: a/old/ stands here twice"),
    ],
)
def test_a_line_that_is_no_move_is_told(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "redirects.txt"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message):
        redirects.moves(file)


@pytest.mark.parametrize(
    ("moves", "message"),
    [
        ({"a/": "gone/"}, "a/ leads to gone/, where no page is"),
        ({"there/": "there/"}, "there/ has moved too"),
        ({"a/": "b/", "b/": "there/"}, "b/ has moved too; let a/ lead to there/"),
        ({"there/": "also/"}, "there is a page at there/; remove the line"),
    ],
)
def test_a_move_that_leads_nowhere_is_told(
    tmp_path: Path, moves: dict[str, str], message: str
) -> None:
    page(tmp_path, "there/")
    page(tmp_path, "also/")
    with pytest.raises(ValueError, match=message):
        redirects.lead(tmp_path, moves)
