"""Makes a built site lean: few and small styles, small scripts, nothing that no page loads.

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
_JOINED_OWN = "assets/stylesheets/pages/{}.css"

_STYLE = re.compile(r'\s*<link rel="stylesheet" href="((?:[^"]*/)?)(assets/stylesheets/[^"]*)">')

_SCRIPTS = Path("assets", "javascripts")
_MAIN = re.compile(r'<script src="((?:[^"]*/)?)assets/javascripts/main\.js"[^>]*></script>')
_IMPORT = re.compile(r"""(?:from|import)\s*"(\.[^"]+)\"""")
_ELEMENT = re.compile(r"<([a-z]+(?:-[a-z]+)+)([^>]*)>")
# main.js asks for these when the reader comes near.
_LAZY = 'loading="lazy"'

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
        html = _with_two_styles(path.read_text("utf-8"), folder, shared)
        path.write_text(_with_modules(html, folder), "utf-8")
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


def _with_modules(html: str, folder: Path) -> str:
    """Name in a page of the site in ``folder`` every module that its elements import."""
    main = _MAIN.search(html)
    if not main:
        return html
    scripts = (folder / _SCRIPTS).resolve()
    names = dict.fromkeys(name for name, rest in _ELEMENT.findall(html) if _LAZY not in rest)
    _, *others = dict.fromkeys(
        module
        for path in (scripts / "main.js", *(scripts / "elements" / f"{name}.js" for name in names))
        for module in _imported(path)
    )
    addresses = ((_SCRIPTS / path.relative_to(scripts)).as_posix() for path in others)
    links = "".join(f'\n<link rel="modulepreload" href="{main[1]}{path}">' for path in addresses)
    return html.replace(main[0], main[0] + links)


def _imported(module: Path) -> list[Path]:
    """Return ``module`` and behind it all that it imports, without what is not there."""
    found: list[Path] = []
    waiting = [module.resolve()]
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.append(path)
            imports = _IMPORT.findall(path.read_text("utf-8"))
            waiting += [(path.parent / name).resolve() for name in imports]
    return found


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
