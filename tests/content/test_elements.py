"""An element without a test, a style or a name that pages can use is told, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content import elements
from tests.content.tree import Tree

CONFIG = """\
markdown_extensions:
  - pymdownx.blocks.html:
      custom:
        - tag: a-thing
          mode: block
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree with one element, which is whole, and a page that has it."""
    for name, text in {
        "mkdocs.yml": CONFIG,
        "docs/index.md": "# Page\n\n/// html | a-thing\nText.\n///\n\n`<no-thing>`\n",
        "overrides/assets/javascripts/elements/a-thing.js": "export default class {}\n",
        "overrides/assets/stylesheets/elements/a-thing.css": "",
        "overrides/partials/element-styles.html": '{% for name in [\n  "a-thing",\n] %}',
        "tests/browser/test_a_thing.py": 'page.locator("a-thing")\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Tree(tmp_path)


def told(tree: Tree) -> list[str]:
    return [str(problem) for problem in elements.check(Tree(tree.root))]


def test_a_whole_element_is_left_alone(tree: Tree) -> None:
    assert told(tree) == []


@pytest.mark.parametrize(
    ("file", "right", "wrong", "expected"),
    [
        (
            "tests/browser/test_a_thing.py",
            "a-thing",
            "a-thing-else",
            "overrides/assets/javascripts/elements/a-thing.js: no test names this element; test "
            "what a reader sees of <a-thing> in tests/browser/test_a_thing.py",
        ),
        (
            "overrides/assets/javascripts/elements/a-thing.js",
            "default ",
            "",
            "overrides/assets/javascripts/elements/a-thing.js:1: no default export; write ",
        ),
        (
            "overrides/partials/element-styles.html",
            "a-thing",
            "b-thing",
            "overrides/assets/stylesheets/elements/a-thing.css: no page loads this style; "
            'add "a-thing" to overrides/partials/element-styles.html',
        ),
        (
            "docs/index.md",
            "# Page\n",
            "# Page\n<a-thign>Text</a-thign>\n",
            "docs/index.md:2: there is no element <a-thign>; correct the name, or add "
            "overrides/assets/javascripts/elements/a-thign.js",
        ),
        (
            "mkdocs.yml",
            "a-thing",
            "b-thing",
            "docs/index.md:3: Markdown may not stand in <a-thing>; add `- tag: a-thing` and "
            "`mode: block` to mkdocs.yml, near line 3",
        ),
    ],
)
def test_what_is_missing_is_told(
    tree: Tree, file: str, right: str, wrong: str, expected: str
) -> None:
    path = tree.root / file
    path.write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
    (problem,) = told(tree)
    assert problem.startswith(expected)


def test_a_name_without_a_hyphen_is_told(tree: Tree) -> None:
    folder = tree.root / "overrides/assets/javascripts/elements"
    (folder / "a-thing.js").rename(folder / "thing.js")
    found = told(tree)
    assert any(
        one.startswith(f"{folder.relative_to(tree.root)}/thing.js: an element") for one in found
    )
