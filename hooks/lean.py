"""Makes a built site lean: few and small styles, and nothing that no page loads.

What it takes away costs a reader time: comments and spaces in styles, four stylesheets where one
will do, and the scripts, styles and languages that the theme copies into every site. What it does
for styles, hooks/scripts.py does for scripts. ``python -m hooks.lean FOLDER`` does it
to a folder that another builder has built.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import rcssmin

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

# The theme's own, which the templates in overrides/ do not name.
_UNUSED = (
    "assets/images/favicon.png",
    "assets/javascripts/bundle.*",
    "assets/javascripts/lunr/**/*",
    "assets/javascripts/workers/*",
    "assets/stylesheets/main.*",
    "assets/stylesheets/palette.*",
)
JOINED = "assets/stylesheets/site.css"
_JOINED_OWN = "assets/stylesheets/pages/{}.css"

_STYLE = re.compile(r'\s*<link rel="stylesheet" href="((?:[^"]*/)?)(assets/stylesheets/[^"]*)">')

_serving = False


def on_startup(command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
    """Leave the files as they are under `mkdocs serve`, where somebody may be reading them."""
    global _serving
    _serving = command == "serve"


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Leave no line behind where a template has a statement."""
    env.trim_blocks = env.lstrip_blocks = True


def on_post_build(config: MkDocsConfig) -> None:
    """Make lean what MkDocs has built."""
    if not _serving:
        trim(Path(config.site_dir))


def trim(folder: Path) -> None:
    """Do all of it to ``folder``."""
    for pattern in _UNUSED:
        for path in folder.glob(pattern):
            if path.is_file():
                path.unlink()
    shared, reading = _everywhere(folder)
    for path in folder.rglob("*.html"):
        path.write_text(_with_few_styles(path, folder, shared, reading), "utf-8")
    for name in shared:
        (folder / name).unlink()
    for path in (folder / "assets").rglob("*.css"):
        path.write_text(str(rcssmin.cssmin(path.read_text("utf-8"))), "utf-8")


def _everywhere(folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of the stylesheets that every page has, and of those for pages to read.

    The home page has the first and its own; the page for no page has both and no others.
    """
    home, lost = folder / "index.html", folder / "404.html"
    if not home.is_file() or not lost.is_file():
        return [], []
    names = _styles(home)
    shared = [name for name in _styles(lost) if name in names]
    return shared, [name for name in _styles(lost) if name not in names]


def _styles(page: Path) -> list[str]:
    return [name for _, name in _STYLE.findall(page.read_text("utf-8"))]


def _with_few_styles(page: Path, folder: Path, shared: list[str], reading: list[str]) -> str:
    """Name one stylesheet for the ``shared`` ones, and one for what the page has of its own.

    Those for ``reading`` stay what they are: readers load them once, and go from page to page.
    """
    own = [name for name in _styles(page) if name not in shared and name not in reading]
    ends = {}
    for names, joined in (
        (shared, JOINED),
        (own, _JOINED_OWN.format("+".join(Path(name).stem for name in own))),
    ):
        if names:
            ends[names[0]] = joined
            _join(names, folder / joined, folder)

    def replace(found: re.Match[str]) -> str:
        name = found[2] if found[2] in reading else ends.get(found[2])
        return f'\n<link rel="stylesheet" href="{found[1]}{name}">' if name else ""

    return _STYLE.sub(replace, page.read_text("utf-8"))


def _join(names: list[str], target: Path, folder: Path) -> None:
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join((folder / name).read_text("utf-8") for name in names), "utf-8")


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
