"""A mistake in a manifest, or between it and its page, is told with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content import checks, samples
from tests.content.tree import Tree, small_tree

MANIFEST = """\
tools = ["go"]

[[sample]]
file = "a.go"
role = "client"
run = ["go", "run", "a.go"]
"""
PAGE = """---
title: Go
samples:
  - x/a.go
---
# Go
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A page with a sample that is run."""
    small_tree(tmp_path)
    folder = tmp_path / "docs" / "x"
    folder.mkdir()
    (folder / "a.go").touch()
    (folder / "samples.toml").write_text(MANIFEST, "utf-8")
    (tmp_path / "docs" / "x.md").write_text(PAGE, "utf-8")
    return Tree(tmp_path)


def told(tree: Tree) -> list[str]:
    return [str(problem) for problem in samples.check(tree)]


def test_samples_in_order_are_left_alone(tree: Tree) -> None:
    assert told(tree) == []


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ('["go"]', '["go"', "docs/x/samples.toml:3: this is not TOML: "),
        ("tools", "tool", "docs/x/samples.toml:1: unknown key `tool`; correct or remove it"),
        ("role =", "rule =", "docs/x/samples.toml:5: a.go: unknown key `rule`; correct or "),
        ("a.go", "b.go", "docs/x/samples.toml:4: b.go: there is no such file beside samples.toml"),
        ('["go"]', '["golang"]', "docs/x/samples.toml:1: tools names `golang`, which is none of "),
    ],
)
def test_a_broken_manifest(tree: Tree, right: str, wrong: str, expected: str) -> None:
    (tree.docs / "x/samples.toml").write_text(MANIFEST.replace(right, wrong, 1), "utf-8")
    found = told(tree)
    assert found[0].startswith(expected)
    assert all("; " in one for one in found)
    # Nothing is said of the page, which may be right.
    assert not any(one.startswith("docs/x.md") for one in found)


def test_make_check_has_it(tree: Tree) -> None:
    (tree.docs / "x/samples.toml").write_text("[[sample", "utf-8")
    found = [str(problem) for problem in checks.check(tree)]
    assert any(one.startswith("docs/x/samples.toml:1: this is not TOML: ") for one in found)


def test_a_sample_that_the_page_does_not_list(tree: Tree) -> None:
    (tree.docs / "x.md").write_text(PAGE.replace("x/a.go", "x/b.go"), "utf-8")
    assert told(tree) == [
        "docs/x/a.go: no page lists this program; add it under samples: of docs/x.md",
        "docs/x.md:4: no test runs x/b.go; add a [[sample]] for it to docs/x/samples.toml",
        "docs/x.md:3: the page does not list x/a.go, which is run; add it under samples:",
    ]


def test_a_folder_without_a_page(tree: Tree) -> None:
    (tree.docs / "x.md").unlink()
    assert told(tree) == [
        "docs/x/a.go: no page lists this program; add it under samples: of docs/x.md",
        "docs/x/samples.toml: the page of this folder, docs/x.md, is missing; "
        "add it, or rename the folder",
    ]


def test_a_test_that_does_not_name_its_sample(tree: Tree) -> None:
    test = tree.root / "tests" / "test_x.py"
    test.parent.mkdir()
    test.write_text("assert True\n", "utf-8")
    own = MANIFEST.replace("client", "other") + 'test = "tests/test_x.py"\n'
    (tree.docs / "x/samples.toml").write_text(own, "utf-8")
    assert told(tree) == [
        "docs/x/samples.toml:7: tests/test_x.py does not name a.go; name there what it tests"
    ]
    test.write_text('FILE = "a.go"\n', "utf-8")
    assert told(tree) == []
