"""``python -m hooks.theme``: what the pages need of Material's stylesheet, as one file of ours.

Material's stylesheet dresses a header, a search, an icon set and many features that our templates
replace or never use. A rule is kept where every class of its selector is one that our templates
name or that a Markdown extension of mkdocs.yml writes; the icons and animations of the rest go with
it. Run by `make theme`, after an upgrade of Material; a test tells when that is due.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

STYLESHEETS = Path(__file__).parent.parent / "overrides" / "assets" / "stylesheets"
TARGET = STYLESHEETS / "theme.css"

# What our templates take from Material, and what the Markdown extensions write.
_CLASSES = frozenset(
    [
        *("md-typeset", "md-container", "md-main", "md-main__inner", "md-skip"),
        *("md-content", "md-content__inner", "admonition", "admonition-title"),
        *("tabbed-set", "tabbed-labels", "tabbed-content", "tabbed-block", "tabbed-alternate"),
        *("highlight", "filename", "headerlink", "footnote", "footnote-ref", "footnote-backref"),
    ]
)
# Rules that ours undo, such as an icon in front of each note, and other languages' direction.
_UNDONE = re.compile(
    r"\[data-|\[role=(dialog|columnheader)\]|#__|\[id=__|rtl|admonition-title:before|summary:before"
    r"|\.tabbed-control|\.tabbed-button|\.tabbed-labels(?!--).*:before|:not\(\[class\]\)|img\[align"
)
# Pygments names the parts of code with one to three characters.
_TOKEN = re.compile(r"[a-z][a-z0-9]{0,2}")
_PARTS = re.compile(
    r"""(?P<skip>/\*.*?\*/)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|url\([^)"']*\))"""
    r"|(?P<mark>[{};])|(?P<other>[^{};\"'/u]+|.)",
    re.DOTALL,
)
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_VARIABLE = re.compile(r"--[\w-]+")

Rule = tuple[str, "list[Rule] | str"]
"""A prelude, and what stands in its braces: rules, or declarations."""


def source() -> str:
    """Return the stylesheet of the installed Material."""
    folder = files("material") / "templates" / "assets" / "stylesheets"
    names = [item for item in folder.iterdir() if re.fullmatch(r"main\.\w+\.min\.css", item.name)]
    return names[0].read_text("utf-8")


def reduced(css: str, used: str) -> str:
    """Return the rules of ``css`` that pages need; ``used`` is the other stylesheets' text."""
    rules = list(_kept(_parse(css)))
    while True:
        text = "\n".join(_write(rules))
        wanted = set(_VARIABLE.findall(re.sub(r"(--[\w-]+)\s*:", "", text + used)))
        fewer = list(_without_unused(rules, wanted, text))
        if fewer == rules:
            return text + "\n"
        rules = fewer


def main() -> None:
    """Write the stylesheet."""
    TARGET.write_text(generated(), "utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size} of {len(source().encode())} bytes kept")


def generated() -> str:
    """Return what the stylesheet should hold, for the installed Material and our stylesheets."""
    ours = "".join(
        path.read_text("utf-8")
        for path in sorted(STYLESHEETS.rglob("*.css"))
        if path.name != TARGET.name
    )
    head = "/* From Material for MkDocs (MIT license) by `make theme`; do not edit. */\n"
    return head + reduced(source(), ours)


def _parse(css: str) -> list[Rule]:
    pieces = _PARTS.finditer(css)

    def block() -> list[Rule] | str:
        rules: list[Rule] = []
        text = ""
        for piece in pieces:
            match piece.lastgroup, piece.group():
                case "skip", _:
                    pass
                case "mark", "{":
                    rules.append((text.strip(), block()))
                    text = ""
                case "mark", "}":
                    break
                case "mark", _:
                    if text.lstrip().startswith("@"):
                        text = ""  # @charset
                    else:
                        text += ";"
                case _, other:
                    text += other
        return rules or text.strip(";")

    parsed = block()
    return parsed if isinstance(parsed, list) else []


def _kept(rules: list[Rule]) -> Iterator[Rule]:
    for prelude, body in rules:
        if prelude.startswith(("@media", "@supports")):
            inner = list(_kept(body)) if isinstance(body, list) else []
            if inner:
                yield prelude, inner
        elif prelude.startswith("@"):
            yield prelude, body
        else:
            selectors = [selector for selector in _split(prelude) if _needed(selector)]
            if selectors:
                yield ",".join(selectors), body


def _split(prelude: str) -> Iterator[str]:
    """Yield the selectors of a list; a comma inside parentheses divides nothing."""
    depth, start = 0, 0
    for index, character in enumerate(prelude):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield prelude[start:index]
            start = index + 1
    yield prelude[start:]


def _needed(selector: str) -> bool:
    return not _UNDONE.search(selector) and all(
        name in _CLASSES or (".highlight" in selector and _TOKEN.fullmatch(name))
        for name in _CLASS.findall(selector)
    )


def _without_unused(rules: list[Rule], wanted: set[str], text: str) -> Iterator[Rule]:
    for prelude, body in rules:
        if isinstance(body, list):
            name = prelude.partition("keyframes ")[2]
            # Whole names: `hover` is no part of `header-hover`.
            if name and not re.search(rf"animation[^;}}]*[\s:]{re.escape(name)}\b", text):
                continue
            if inner := list(_without_unused(body, wanted, text)):
                yield prelude, inner
        else:
            kept = [
                declaration
                for declaration in _declarations(body)
                if not declaration.startswith("--") or declaration.partition(":")[0] in wanted
            ]
            if kept:
                yield prelude, ";".join(kept)


def _declarations(body: str) -> Iterator[str]:
    text = ""
    for piece in _PARTS.finditer(body):
        if piece.group() == ";" and piece.lastgroup == "mark":
            yield text
            text = ""
        else:
            text += piece.group()
    if text:
        yield text


def _write(rules: list[Rule]) -> Iterator[str]:
    for prelude, body in rules:
        inner = body if isinstance(body, str) else "".join(_write(body))
        yield f"{prelude}{{{inner}}}"


if __name__ == "__main__":
    main()
