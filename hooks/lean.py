"""Makes a built site lean: few and small styles, and nothing that no page loads.

What it takes away costs a reader time: comments and spaces in styles, five stylesheets where one
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
    from mkdocs.config.defaults import MkDocsConfig

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
    shared = _join_styles(folder)
    for path in folder.rglob("*.html"):
        path.write_text(_with_two_styles(path.read_text("utf-8"), folder, shared), "utf-8")
    for path in (folder / "assets").rglob("*.css"):
        path.write_text(str(rcssmin.cssmin(path.read_text("utf-8"))), "utf-8")


def _join_styles(folder: Path) -> list[str]:
    """Join the stylesheets that every page has; return their names."""
    # The page for no page has them and no others.
    page = folder / "404.html"
    if not page.is_file():
        return []
    names = [name for _, name in _STYLE.findall(page.read_text("utf-8"))]
    text = "\n".join((folder / name).read_text("utf-8") for name in names)
    for name in names:
        (folder / name).unlink()
    (folder / JOINED).write_text(text, "utf-8")
    return names


def _with_two_styles(html: str, folder: Path, shared: list[str]) -> str:
    """Name one stylesheet for the ``shared`` ones, and one for what the page has of its own."""
    own = [name for _, name in _STYLE.findall(html) if name not in shared]
    joined = _JOINED_OWN.format("+".join(Path(name).stem for name in own))
    file = folder / joined
    if own and not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join((folder / name).read_text("utf-8") for name in own), "utf-8")
    ends = {
        name: target for names, target in ((shared, JOINED), (own, joined)) for name in names[:1]
    }

    def replace(found: re.Match[str]) -> str:
        target = ends.get(found[2])
        return f'\n<link rel="stylesheet" href="{found[1]}{target}">' if target else ""

    return _STYLE.sub(replace, html)


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
