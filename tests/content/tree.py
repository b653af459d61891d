"""The source tree as MkDocs sees it: where the pages are, and which of them it leaves out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pathspec.gitignore import GitIgnoreSpec

ROOT = Path(__file__).parent.parent.parent

# What the builders need, and nothing that a build or a test writes.
PARTS = ("mkdocs.yml", "docs", "overrides", "hooks")


class _ConfigLoader(yaml.SafeLoader):
    """Reads mkdocs.yml without importing or resolving what its tags name."""


def _ignore_tag(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node)
    return node.value


_ConfigLoader.add_multi_constructor("!", _ignore_tag)
_ConfigLoader.add_multi_constructor("tag:yaml.org,2002:python/", _ignore_tag)


@dataclass(frozen=True)
class Tree:
    """A copy of the repository, or the repository itself."""

    root: Path = ROOT

    @property
    def docs(self) -> Path:
        """The folder that MkDocs reads pages from."""
        return self.root / "docs"

    @property
    def tests(self) -> Path:
        """The tests; a copy of what the site is built from has none, and shares those here."""
        own = self.root / "tests"
        return own if own.is_dir() else ROOT / "tests"

    @cached_property
    def config(self) -> dict[str, Any]:
        """mkdocs.yml as written; an ``!ENV`` list stays the list."""
        loaded = yaml.load((self.root / "mkdocs.yml").read_text("utf-8"), _ConfigLoader)
        return loaded if isinstance(loaded, dict) else {}

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """Paths of the published pages, relative to docs/."""
        return tuple(
            sorted(
                name
                for path in self.docs.rglob("*.md")
                if not self.excludes(name := path.relative_to(self.docs).as_posix())
            )
        )

    def excludes(self, name: str) -> bool:
        """Tell whether a file, relative to docs/, is no part of the site."""
        return bool(self._excluded.match_file(name))

    @cached_property
    def _excluded(self) -> GitIgnoreSpec:
        # MkDocs leaves these two out by itself.
        lines = [".*", "/templates/", *str(self.config.get("exclude_docs", "")).splitlines()]
        return GitIgnoreSpec.from_lines(lines)

    def source(self, page: str) -> str:
        """Return the Markdown of ``page``."""
        return (self.docs / page).read_text("utf-8")


def copy(tree: Tree, folder: Path) -> Path:
    """Copy everything that the site is built from into ``folder``, which is made; return it."""
    folder.mkdir()
    for part in PARTS:
        source = tree.root / part
        if source.is_dir():
            # Build output of samples is large and no part of the site.
            skip = shutil.ignore_patterns("__pycache__", "node_modules", "target")
            shutil.copytree(source, folder / part, ignore=skip)
        else:
            shutil.copy(source, folder / part)
    return folder


def small_tree(folder: Path) -> Path:
    """Write a site of one page under the repository's own configuration, templates and hooks."""
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text("# Small\n", "utf-8")
    (folder / "mkdocs.yml").write_text(
        f"""\
INHERIT: {ROOT / "mkdocs.yml"}
theme: {{custom_dir: {ROOT / "overrides"}}}
watch: [{ROOT / "overrides"}]
hooks: [{ROOT / "hooks" / "echo.py"}, {ROOT / "hooks" / "demos.py"}]
nav:
  - index.md
""",
        "utf-8",
    )
    return folder


def url_of(page: str) -> str:
    """Return the address of a page, relative to the site: ``a/b.md`` is ``a/b/``."""
    path = page.removesuffix(".md")
    if path == "index" or path.endswith("/index"):
        return path.removesuffix("index")
    return f"{path}/"
