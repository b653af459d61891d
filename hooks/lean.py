"""Makes a built site lean: one small stylesheet, small scripts, nothing that no page loads.

What it takes away costs a reader time: comments and spaces in scripts and styles, five stylesheets
where one will do, a chain of imports where the page can name them all at once, and the scripts,
styles and languages that the theme copies into every site. ``python -m hooks.lean FOLDER`` does it
to a folder that another builder has built.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import rcssmin
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

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

_STYLE = re.compile(r'\s*<link rel="stylesheet" href="((?:[^"]*/)?)(assets/stylesheets/[^"]*)">')
_MAIN = re.compile(r'<script src="((?:[^"]*/)?)assets/javascripts/main\.js"[^>]*></script>')
_IMPORT = re.compile(r"""(?:from|import)\s*"(\.[^"]+)\"""")
_ELEMENT = re.compile(r"<([a-z]+(?:-[a-z]+)+)")

_PARSER = Parser(Language(tree_sitter_javascript.language()))
# In these, spaces are text.
_WHOLE = frozenset(["regex", "string", "template_string"])
# No statement ends behind or before one of these, so no line has to.
_GOES_ON = frozenset(["{", "(", "[", ",", ";", "=>", "="])
_CLOSES = frozenset(["}", ")", "]"])

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
        html = path.read_text("utf-8")
        path.write_text(_with_imports(_with_one_style(html, shared), folder), "utf-8")
    # Samples are for reading: what lies beside pages stays as it was written.
    for path in (folder / "assets").rglob("*.js"):
        path.write_text(minified(path.read_text("utf-8")), "utf-8")
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


def _with_one_style(html: str, shared: list[str]) -> str:
    def replace(found: re.Match[str]) -> str:
        if found[2] not in shared:
            return found[0]
        if found[2] != shared[0]:
            return ""
        return f'\n<link rel="stylesheet" href="{found[1]}{JOINED}">'

    return _STYLE.sub(replace, html)


def _with_imports(html: str, folder: Path) -> str:
    """Name every module that the page's elements import, so that none waits for another."""
    main = _MAIN.search(html)
    if not main:
        return html
    scripts = folder / "assets" / "javascripts"
    first = scripts / "main.js"
    wanted = [first]
    for name in dict.fromkeys(_ELEMENT.findall(html)):
        wanted.append(scripts / "elements" / f"{name}.js")
    links = "".join(
        f'\n<link rel="modulepreload" href="{main[1]}{path.relative_to(folder).as_posix()}">'
        for path in dict.fromkeys(module for path in wanted for module in _imports(path, set()))
        if path != first
    )
    return html.replace(main[0], main[0] + links)


def _imports(module: Path, seen: set[Path]) -> Iterator[Path]:
    """Yield ``module`` and what it imports, without what is not there."""
    module = module.resolve()
    if module in seen or not module.is_file():
        return
    seen.add(module)
    yield module
    for name in _IMPORT.findall(module.read_text("utf-8")):
        yield from _imports(module.parent / name, seen)


def tokens(source: bytes) -> Iterator[Node]:
    """Yield what a script consists of, less its comments.

    Raises ValueError where it is no JavaScript.
    """
    root = _PARSER.parse(source).root_node
    if root.has_error:
        raise ValueError("this is not JavaScript that the parser knows")
    yield from _leaves(root)


def _leaves(node: Node) -> Iterator[Node]:
    if node.type == "comment":
        return
    if node.type in _WHOLE or not node.children:
        # A semicolon that a script may leave out is a token of no length.
        if node.end_byte > node.start_byte:
            yield node
        return
    for child in node.children:
        yield from _leaves(child)


def minified(source: str) -> str:
    """Return a script without comments and needless spaces; no name and no statement is changed."""
    text = source.encode()
    parts: list[str] = []
    last, end = "", 0
    for token in tokens(text):
        following = text[token.start_byte : token.end_byte].decode()
        if last:
            parts.append(_between(last, text[end : token.start_byte].decode(), following))
        parts.append(following)
        last, end = following, token.end_byte
    return "".join([*parts, "\n"])


def _between(last: str, gap: str, following: str) -> str:
    """Return what must stand between two tokens; ``gap`` is what does."""
    if "\n" in gap and last not in _GOES_ON and following not in _CLOSES:
        return "\n"
    if not gap:
        return ""
    before, after = last[-1], following[0]
    words = (before.isalnum() or before in "_$") and (after.isalnum() or after in "_$#.")
    return " " if words or (before in "+-/" and after in "+-/") else ""


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
