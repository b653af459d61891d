"""Makes of modules, written for people, the files that browsers fetch.

A script that a page or another script asks for by name gets all that it imports into its own
file, and loses comments and needless spaces. Nothing is renamed, and every module keeps a scope of
its own: the file reads like the modules one after the other. Pages name their elements' scripts.
``python -m hooks.scripts FOLDER`` does it to a folder that another builder has built.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_FOLDER = "assets/javascripts"
_MAIN = re.compile(rf'<script src="((?:[^"]*/)?){_FOLDER}/main\.js"[^>]*></script>')
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
    """Pack what MkDocs has built."""
    if not _serving:
        pack(Path(config.site_dir))


def pack(folder: Path) -> None:
    """Do all of it to ``folder``.

    Modules that only others import stay where they are: a test, or a reader, can import one alone.
    """
    first = folder / _FOLDER / "main.js"
    if first.is_file():
        known = imported(first)
        for path, text in {path: joined(path) for path in entries(folder / _FOLDER)}.items():
            path.write_text(text, "utf-8")
        for path in folder.rglob("*.html"):
            path.write_text(_with_scripts(path.read_text("utf-8"), folder, known), "utf-8")
    # Samples are for reading: what lies beside pages stays as it was written.
    for path in (folder / "assets").rglob("*.js"):
        path.write_text(minified(path.read_text("utf-8")), "utf-8")


def _with_scripts(html: str, folder: Path, known: list[Path]) -> str:
    """Name the scripts of the page's elements, so that none waits until main.js asks for it.

    ``known`` is what main.js has.
    """
    main = _MAIN.search(html)
    if not main:
        return html
    names = dict.fromkeys(name for name, rest in _ELEMENT.findall(html) if _LAZY not in rest)
    paths = [f"{_FOLDER}/elements/{name}.js" for name in names]
    links = "".join(
        f'\n<link rel="modulepreload" href="{main[1]}{path}">'
        for path in paths
        if (file := folder / path).is_file() and file.resolve() not in known
    )
    return html.replace(main[0], main[0] + links)


def entries(folder: Path) -> set[Path]:
    """Return the scripts in ``folder`` that a page or another script asks for by name."""
    found = {folder / "main.js", *(folder / "elements").glob("*.js")}
    for path in folder.rglob("*.js"):
        for node in _walk(_parse(path.read_bytes())):
            if wanted := _asked_for(node):
                found.add(path.parent / _text(wanted))
    return {path.resolve() for path in found}


def imported(module: Path) -> list[Path]:
    """Return ``module`` behind everything that it imports, each behind what it needs itself.

    Raises ValueError where modules import one another in a circle.
    """
    order: list[Path] = []
    _collect(module.resolve(), order, ())
    return order


def _collect(module: Path, order: list[Path], above: tuple[Path, ...]) -> None:
    if module in above:
        raise ValueError(f"{module.name} imports itself, by way of {above[-1].name}")
    if module in order:
        return
    for node in _parse(module.read_bytes()).children:
        if node.type == "import_statement":
            _collect((module.parent / _source(node)).resolve(), order, (*above, module))
    order.append(module)


def joined(entry: Path) -> str:
    """Return the script ``entry`` with all that it imports: a function for each module, $1, $2 ….

    Raises ValueError where a module is written in a way that this does not know.
    """
    *needed, entry = imported(entry)
    names = {module: f"${number}" for number, module in enumerate(needed, 1)}
    return "".join(_part(module, entry, names) for module in [*needed, entry])


def _part(module: Path, entry: Path, names: dict[Path, str]) -> str:
    source = module.read_bytes()
    root = _parse(source)
    changes = list(_addresses(root, os.path.relpath(module, entry.parent)))
    exports: list[str] = []
    for node in root.children:
        if node.type == "import_statement":
            taken = names[(module.parent / _source(node)).resolve()]
            changes.append((node.start_byte, node.end_byte, _taking(node, taken)))
        elif node.type == "export_statement" and module != entry:
            declaration = node.child_by_field_name("declaration")
            if declaration is None:
                raise ValueError(f"{module.name}: what is exported must be declared there")
            changes.append((node.start_byte, declaration.start_byte, ""))
            exports += _exports(node, declaration)
    for start, end, text in sorted(changes, reverse=True):
        source = source[:start] + text.encode() + source[end:]
    if module == entry:
        return source.decode()
    return f"const {names[module]}=(()=>{{{source.decode()}\nreturn{{{','.join(exports)}}}}})();\n"


def _taking(statement: Node, name: str) -> str:
    """Return the declaration that takes from the module called ``name`` what was imported."""
    taken = []
    for node in _walk(statement):
        if node.type == "namespace_import":
            return f"const {_text(node.children[-1])}={name};"
        if node.type == "import_specifier":
            taken.append(":".join(_text(part) for part in node.named_children))
        elif node.type == "identifier" and node.parent and node.parent.type == "import_clause":
            taken.append(f"default:{_text(node)}")
    return f"const{{{','.join(taken)}}}={name};"


def _exports(statement: Node, declaration: Node) -> list[str]:
    declared = [node for node in declaration.children if node.type == "variable_declarator"]
    names = [node.child_by_field_name("name") for node in declared or [declaration]]
    texts = [_text(name) for name in names if name and name.type == "identifier"]
    if len(texts) < len(names):
        raise ValueError(f"what is exported needs a name: {_text(statement)[:80]}")
    default = any(child.type == "default" for child in statement.children)
    return [f"default:{texts[0]}"] if default else texts


def _addresses(root: Node, place: str) -> Iterator[tuple[int, int, str]]:
    """Yield what to write where a module names its own address, or others by theirs.

    ``place`` is where it was, seen from where its text goes.
    """
    if "/" not in place:
        return
    for node in _walk(root):
        if node.type == "member_expression" and _text(node) == "import.meta.url":
            yield node.start_byte, node.end_byte, f'new URL("./{place}",import.meta.url).href'
        elif path := _asked_for(node):
            moved = os.path.normpath(Path(place).parent / _text(path))
            yield path.start_byte, path.end_byte, f"./{moved}"


def _asked_for(node: Node) -> Node | None:
    """Return the path in ``import("path")``."""
    if node.type == "call_expression" and node.children[0].type == "import":
        for argument in node.children[1].named_children:
            return argument.named_children[0] if argument.type == "string" else None
    return None


def _source(statement: Node) -> str:
    source = statement.child_by_field_name("source")
    return _text(source)[1:-1] if source else ""


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _parse(source: bytes) -> Node:
    root = _PARSER.parse(source).root_node
    if root.has_error:
        raise ValueError("this is not JavaScript that the parser knows")
    return root


def tokens(source: bytes) -> Iterator[Node]:
    """Yield what a script consists of, less its comments.

    Raises ValueError where it is no JavaScript.
    """
    yield from _leaves(_parse(source))


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
    pack(Path(sys.argv[1]))
