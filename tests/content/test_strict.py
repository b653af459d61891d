"""A mistake that MkDocs can see fails the build, and is reported with file, line and remedy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.content import checks, strict
from tests.content.tree import ROOT, Tree, small_tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A site of two pages under the repository's own configuration."""
    small_tree(tmp_path)
    (tmp_path / "docs" / "index.md").write_text("# Small\n\nSee [other](other.md#end).\n", "utf-8")
    (tmp_path / "docs" / "other.md").write_text("# Other\n\n## End\n", "utf-8")
    config = tmp_path / "mkdocs.yml"
    config.write_text(config.read_text("utf-8") + "  - other.md\n", "utf-8")
    return Tree(tmp_path)


def build(tree: Tree) -> list[str]:
    return [str(problem) for problem in strict.build(tree, tree.root / "built")]


def test_a_sound_tree_builds(tree: Tree) -> None:
    assert build(tree) == []
    assert (tree.root / "built" / "other" / "index.html").is_file()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](gone.md)", "docs/index.md:3: the link gone.md is broken: "),
        ("[x](#gone)", "docs/index.md:3: the link #gone is broken: "),
        ("[x](other.md#gone)", "docs/index.md:3: the link other.md#gone is broken: "),
        ("[x](/other/)", "docs/index.md:3: the link /other/ is broken: "),
        ("[x](other/)", "docs/index.md:3: the link other/ is broken: "),
        ("[x][y]\n\n[y]: gone.md", "docs/index.md:5: the link gone.md is broken: "),
        ("![A picture](gone.png)", "docs/index.md:3: the link gone.png is broken: "),
        ('--8<-- "gone.py"', "docs/index.md:3: the snippet gone.py does not exist; "),
        ('--8<-- "other.md:gone"', "docs/index.md:3: the snippet gone does not exist; "),
    ],
)
def test_a_mistake_in_a_page(tree: Tree, text: str, expected: str) -> None:
    (tree.docs / "index.md").write_text(f"# Small\n\n{text}\n", "utf-8")
    problems = build(tree)
    assert len(problems) == 1, problems
    assert problems[0].startswith(expected)


@pytest.mark.parametrize(
    ("link", "remedy"),
    [
        ("/other/", "write other.md"),
        ("other.md#gone", "give the heading the name it had, with { #gone } at its end"),
    ],
)
def test_a_broken_link_is_told_with_its_remedy(tree: Tree, link: str, remedy: str) -> None:
    (tree.docs / "index.md").write_text(f"# Small\n\n[x]({link})\n", "utf-8")
    (problem,) = build(tree)
    assert problem.endswith(remedy)


def test_what_a_hook_cannot_read_is_told_at_its_place(tree: Tree) -> None:
    news = tree.docs / "whats-new" / "index.md"
    news.parent.mkdir()
    news.write_text("# News\n\n## 40 Movember 2026: A thing { #x }\n\nText.\n", "utf-8")
    config = tree.root / "mkdocs.yml"
    hooks = ROOT / "hooks"
    text = config.read_text("utf-8").replace("hooks: [", f"hooks: [{hooks / 'feeds.py'}, ")
    config.write_text(f"{text}  - whats-new/index.md\nsite_url: https://site.test/\n", "utf-8")
    (problem,) = build(tree)
    assert problem.startswith('docs/whats-new/index.md:3: "## 40 Movember 2026: A thing" names no')
    assert "; write " in problem


def test_a_date_that_is_none_is_the_only_fault_of_its_page(tree: Tree) -> None:
    front = "---\ntitle: Small\ndescription: A page.\nreviewed: 2026-11-31\n---\n# Small\n"
    (tree.docs / "index.md").write_text(front, "utf-8")
    problems = [str(problem) for problem in checks.check(tree)]
    assert any("`reviewed` is wrong: '2026-11-31'" in problem for problem in problems)
    assert not any(problem.startswith("docs/index.md: ") for problem in problems), problems


def test_a_page_in_no_menu(tree: Tree) -> None:
    (tree.docs / "new.md").write_text("# New\n", "utf-8")
    assert build(tree) == [
        "docs/new.md:1: the page is in no menu; add `- new.md` under nav in mkdocs.yml"
    ]


def test_a_menu_entry_without_a_page(tree: Tree) -> None:
    (tree.docs / "other.md").unlink()
    (tree.docs / "index.md").write_text("# Small\n", "utf-8")
    problems = build(tree)
    assert len(problems) == 1, problems
    assert problems[0].startswith("mkdocs.yml:7: nav names other.md, which is not in docs/; ")


def test_menu_lines_that_are_indented_differently(tree: Tree) -> None:
    config = tree.root / "mkdocs.yml"
    text = config.read_text("utf-8")
    config.write_text(text.replace("  - other.md", "    - other.md"), "utf-8")
    nav = [problem for problem in build(tree) if problem.startswith("mkdocs.yml:")]
    assert nav == [
        "mkdocs.yml:6: nav reads `index.md - other.md` as one page; indent the lines alike"
    ]


def test_a_build_that_cannot_start_is_reported(tree: Tree) -> None:
    (tree.root / "mkdocs.yml").write_text("docs_dir: gone\nsite_name: x\n", "utf-8")
    problems = build(tree)
    assert len(problems) == 1, problems
    assert "gone" in problems[0]


def test_what_mkdocs_says_in_new_words_is_passed_on(tree: Tree) -> None:
    hook = tree.root / "hook.py"
    hook.write_text(
        "import logging\n"
        "def on_config(config):\n"
        "    logging.getLogger('mkdocs.plugins.new').warning('Something\\nunheard of')\n",
        "utf-8",
    )
    config = tree.root / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace("hooks: [", f"hooks: [{hook}, "), "utf-8")
    assert build(tree) == ["mkdocs.yml: Something unheard of"]


def test_a_mistake_found_twice_is_reported_once(tree: Tree) -> None:
    (tree.docs / "index.md").write_text("# Small\n\n[x](gone.md)\n", "utf-8")
    problems = [str(problem) for problem in checks.check(tree)]
    assert sum("gone.md" in problem for problem in problems) == 1, problems


def test_a_broken_anchor_is_reported_once(tree: Tree) -> None:
    (tree.docs / "index.md").write_text("# Small\n\n[x](other.md#gone)\n", "utf-8")
    problems = [str(problem) for problem in checks.check(tree)]
    assert sum("#gone" in problem for problem in problems) == 1, problems


def test_a_fault_of_the_layout_is_reported_once(tree: Tree) -> None:
    overrides = tree.root / "overrides"
    overrides.mkdir()
    (overrides / "main.html").write_text(
        '{% extends "base.html" %}\n'
        '{% block footer %}<a href="{{ "gone/" | url }}">Gone</a>{% endblock %}\n',
        "utf-8",
    )
    config = tree.root / "mkdocs.yml"
    config.write_text(
        config.read_text("utf-8").replace(str(ROOT / "overrides"), str(overrides)), "utf-8"
    )
    problems = [str(problem) for problem in checks.check(tree) if "gone/" in str(problem)]
    assert len(problems) == 1, problems
    assert problems[0].startswith("overrides/main.html:2: the link ")


def command(tree: Tree) -> subprocess.CompletedProcess[str]:
    script = (
        "import sys, pathlib, tests.content.__main__ as command\n"
        "from tests.content.tree import Tree\n"
        "command.Tree = lambda: Tree(pathlib.Path(sys.argv[1]))\n"
        "sys.exit(command.main())\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script, str(tree.root)], cwd=ROOT, capture_output=True, text=True
    )


def test_a_configuration_that_is_not_yaml_is_an_error_in_a_line(tree: Tree) -> None:
    config = tree.root / "mkdocs.yml"
    config.write_text(config.read_text("utf-8") + "nav: [}\n", "utf-8")
    result = command(tree)
    assert result.returncode == 1
    assert result.stdout.startswith("mkdocs.yml:8: this is not YAML"), result.stdout
    assert "Traceback" not in result.stderr


def test_the_command_fails_and_counts(tree: Tree) -> None:
    result = command(tree)
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[-1] == f"{len(lines) - 1} errors"
    assert any(line.startswith("docs/index.md:1: no front matter; ") for line in lines)
