"""Checks the fenced code of a page: each block is written in the language that it names."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import tree_sitter_c_sharp
import tree_sitter_css
import tree_sitter_go
import tree_sitter_html
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_php
import tree_sitter_rust
import tree_sitter_typescript
import yaml
from tree_sitter import Language, Node, Parser

from tests.content.problem import Problem
from tests.content.tree import Tree

OPENING = re.compile(r"^(?P<indent>[ \t>]*)(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)$")
LANGUAGE = re.compile(r"\{?[ \t]*\.?(?P<name>[\w+#-]*)")
SNIPPET = re.compile(r"^[ \t>]*-+8<-+", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced code block, and the line of the page on which its first line stands."""

    language: str
    text: str
    line: int

    @property
    def includes(self) -> bool:
        """Tell whether what the reader sees here, or part of it, is in a file."""
        return bool(SNIPPET.search(self.text))


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page, also those inside lists, quotes and admonitions.

    A file that a block includes is not parsed: it is run, or has a test of its own.
    """
    lines = page.split("\n")
    number = 0
    while number < len(lines):
        opening = OPENING.match(lines[number])
        number += 1
        if not opening:
            continue
        ticks = opening["ticks"]
        closing = re.compile(rf"^[ \t>]*{re.escape(ticks[0])}{{{len(ticks)},}}[ \t]*$")
        first = number
        while number < len(lines) and not closing.match(lines[number]):
            number += 1
        if number == len(lines):
            return  # never closed: the check of the prose says so
        inside = [line.removeprefix(opening["indent"]) for line in lines[first:number]]
        number += 1
        text = textwrap.dedent("\n".join(inside)) + "\n"
        found = LANGUAGE.match(opening["info"])
        language = found["name"].lower() if found else ""
        yield Block(language, text, first + 1)


def parse_python(text: str) -> None:
    """Parse; ``await`` and ``return`` may stand at the top of a fragment."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from error


def parse_shell(text: str) -> None:
    """Parse with bash, which reads the whole block before it says a word."""
    _check(["bash", "-n"], text)
    if prompt := re.search(r"^[$#>%] ", text, re.MULTILINE):
        remedy = "write `console` for a session, or leave the prompt out"
        if not prompt[0].startswith("#"):
            raise ValueError(f"a prompt stands before a command: {remedy}")


def parse_javascript(text: str) -> None:
    """Parse as a module with Node.js, or by the grammar alone where there is none."""
    if shutil.which("node") is None:
        grammar(tree_sitter_javascript.language())(text)
    else:
        _check(["node", "--check", "--input-type=module", "-"], text)


def parse_yaml(text: str) -> None:
    """Read every document of the block, without making anything of their tags."""
    list(yaml.parse(text, Loader=yaml.SafeLoader))


def grammar(language: object) -> Callable[[str], None]:
    """A parser that knows a language by its grammar alone."""
    parser = Parser(Language(language))

    def parse(text: str) -> None:
        if fault := _first_fault(parser.parse(text.encode()).root_node):
            line = fault.start_point.row + 1
            what = f"a missing {fault.type}" if fault.is_missing else "a syntax error"
            raise ValueError(f"{what} in line {line} of it")

    return parse


def _first_fault(node: Node) -> Node | None:
    if node.is_error or node.is_missing:
        return node
    return next(filter(None, map(_first_fault, node.children)), None) if node.has_error else None


PARSERS: dict[str, Callable[[str], object]] = {
    "python": parse_python,
    "py": parse_python,
    "json": json.loads,
    "yaml": parse_yaml,
    "yml": parse_yaml,
    "toml": tomllib.loads,
    "bash": parse_shell,
    "sh": parse_shell,
    "shell": parse_shell,
    "javascript": parse_javascript,
    "js": parse_javascript,
    "ts": grammar(tree_sitter_typescript.language_typescript()),
    "tsx": grammar(tree_sitter_typescript.language_tsx()),
    "go": grammar(tree_sitter_go.language()),
    "rust": grammar(tree_sitter_rust.language()),
    "java": grammar(tree_sitter_java.language()),
    "csharp": grammar(tree_sitter_c_sharp.language()),
    "php": grammar(tree_sitter_php.language_php()),
    "php-inline": grammar(tree_sitter_php.language_php_only()),
    "html": grammar(tree_sitter_html.language()),
    "css": grammar(tree_sitter_css.language()),
}
# What is no program: output, messages, bytes. Any other language, such as that of a proxy's
# configuration, has no parser here, so its code belongs into a file that the real program loads.
UNPARSED = {"", "text", "console", "http", "hex", "markdown"}


# What a file of this suffix may be fenced as, where a page includes it.
_WRITTEN = {
    ".cs": {"csharp"},
    ".go": {"go"},
    ".html": {"html"},
    ".java": {"java"},
    ".js": {"js", "javascript"},
    ".mjs": {"js", "javascript"},
    ".php": {"php", "php-inline"},
    ".py": {"py", "python"},
    ".rs": {"rust"},
    ".sh": {"bash", "sh", "shell"},
    ".ts": {"ts"},
    ".tsx": {"tsx"},
    ".yaml": {"yaml", "yml"},
}
_INCLUDED = re.compile(r"^[ \t>]*-+8<-+[ \t]+\"(?P<path>[^\":]+)", re.MULTILINE)


def check(tree: Tree, page: str) -> Iterator[Problem]:
    """Yield each block of ``page`` that does not parse, or is fenced as what it is not."""
    for block in blocks(tree.source(page)):
        if message := _included(block) if block.includes else _written(block):
            yield Problem(f"docs/{page}", block.line, message)


def _written(block: Block) -> str:
    if block.language in UNPARSED:
        return ""
    parse = PARSERS.get(block.language)
    if not parse:
        known = ", ".join(sorted({*PARSERS, *UNPARSED} - {""}))
        return (
            f"nothing here parses {block.language}; write one of {known}, or include a file that "
            "a test runs, or add a parser to tests/content/fences.py"
        )
    try:
        parse(block.text)
    except (ValueError, yaml.YAMLError) as error:
        why = " ".join(str(error).split())
        return f"this is not {block.language}: {why}; correct it, or fence it as what it is"
    return ""


def _included(block: Block) -> str:
    for found in _INCLUDED.finditer(block.text):
        written = _WRITTEN.get(Path(found["path"]).suffix)
        if written and block.language not in written:
            return (
                f"{found['path']} is fenced as {block.language or 'nothing'}; "
                f"write {' or '.join(sorted(written))} after the fence"
            )
    return ""


def _check(command: list[str], text: str) -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise ValueError(done.stderr.strip() or done.stdout.strip())
