"""Checks that custom elements are whole: they have tests and loaded styles, pages know them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.content import markdown
from tests.content.problem import Problem, line_of
from tests.content.tree import Tree

_ASSETS = Path("overrides/assets")
_STYLES = Path("overrides/partials/element-styles.html")
_TAG = re.compile(r"<(?P<name>[a-z]\w*(?:-\w+)+)[\s>]")
_BLOCK = re.compile(r"^[ \t]*/{3,}[ \t]*html[ \t]*\|[ \t]*(?P<name>[a-z]\w*(?:-\w+)+)", re.M)
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")


def check(tree: Tree) -> Iterator[Problem]:
    """Yield what is missing of each element, and each name in a page that is no element's."""
    scripts = sorted((tree.root / _ASSETS / "javascripts/elements").glob("*.js"))
    files = sorted((tree.tests / "browser").glob("test_*.py"))
    tests = "\n".join(path.read_text("utf-8") for path in files)
    for path in scripts:
        name, place = path.stem, path.relative_to(tree.root).as_posix()
        if not _NAME.fullmatch(name):
            yield Problem(
                place, 0, "an element's name has a hyphen; name the file as pages write the element"
            )
        if "export default" not in path.read_text("utf-8"):
            yield Problem(
                place, 1, "no default export; write `export default class extends HTMLElement`"
            )
        if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", tests):
            yield Problem(
                place,
                0,
                f"no test names this element; test what a reader sees of <{name}> in "
                f"tests/browser/test_{name.replace('-', '_')}.py",
            )
    yield from _styles(tree)
    written = {path.stem for path in scripts}
    for page in tree.pages:
        yield from _named(tree, page, written)


def _styles(tree: Tree) -> Iterator[Problem]:
    partial = tree.root / _STYLES
    listed = partial.read_text("utf-8") if partial.is_file() else ""
    for path in sorted((tree.root / _ASSETS / "stylesheets/elements").glob("*.css")):
        if f'"{path.stem}"' not in listed and f"/{path.name}" not in listed:
            yield Problem(
                path.relative_to(tree.root).as_posix(),
                0,
                f'no page loads this style; add "{path.stem}" to {_STYLES.as_posix()}',
            )


def _named(tree: Tree, page: str, written: set[str]) -> Iterator[Problem]:
    text = markdown.read(tree.source(page)).text
    for found in (*_TAG.finditer(text), *_BLOCK.finditer(text)):
        name, line = found["name"], text.count("\n", 0, found.start("name")) + 1
        if name not in written:
            yield Problem(
                f"docs/{page}",
                line,
                f"there is no element <{name}>; correct the name, or add "
                f"{_ASSETS.as_posix()}/javascripts/elements/{name}.js",
            )
    for found in _BLOCK.finditer(text):
        if found["name"] not in _blocks(tree.config):
            config = (tree.root / "mkdocs.yml").read_text("utf-8")
            yield Problem(
                f"docs/{page}",
                text.count("\n", 0, found.start("name")) + 1,
                f"Markdown may not stand in <{found['name']}>; add `- tag: {found['name']}` and "
                f"`mode: block` to mkdocs.yml, near line {line_of(config, 'custom:')}",
            )


def _blocks(config: dict[str, Any]) -> set[str]:
    for extension in config.get("markdown_extensions", []):
        if isinstance(extension, dict) and "pymdownx.blocks.html" in extension:
            custom = (extension["pymdownx.blocks.html"] or {}).get("custom", [])
            return {one["tag"] for one in custom}
    return set()
