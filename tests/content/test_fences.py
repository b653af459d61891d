"""Every fenced block that names a language is written in it: it parses."""

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

import pytest
import tree_sitter_c_sharp
import tree_sitter_css
import tree_sitter_go
import tree_sitter_html
import tree_sitter_java
import tree_sitter_php
import tree_sitter_rust
import tree_sitter_typescript
import yaml
from tree_sitter import Language, Node, Parser

DOCS = Path(__file__).parents[2] / "docs"
OPENING = re.compile(r"^(?P<indent>[ \t>]*)(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)$")
LANGUAGE = re.compile(r"\{?[ \t]*\.?(?P<name>[\w+#-]*)")
SNIPPET = re.compile(r"^[ \t>]*-+8<-+", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced code block, and the line of the page on which its first line stands."""

    language: str
    text: str
    line: int


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page, also those inside lists, quotes and admonitions.

    A block that includes a file is left out: that file is run, or has a test of its own.
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
        inside = [line.removeprefix(opening["indent"]) for line in lines[first:number]]
        number += 1
        text = textwrap.dedent("\n".join(inside)) + "\n"
        found = LANGUAGE.match(opening["info"])
        language = found["name"].lower() if found else ""
        if not SNIPPET.search(text):
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
    """Parse as a module with Node.js."""
    if shutil.which("node") is None:
        pytest.skip("node, which parses JavaScript, is not here")
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


def problems(page: str, name: str) -> list[str]:
    """Return what does not parse, each with the page's name and the line of the block."""
    found = []
    for block in blocks(page):
        parse = PARSERS.get(block.language)
        if not parse and block.language not in UNPARSED:
            remedy = (
                "include a file that a test runs, or add a parser to tests/content/test_fences.py"
            )
            found.append(f"{name}:{block.line}: nothing here parses {block.language}: {remedy}")
        try:
            if parse:
                parse(block.text)
        except (ValueError, yaml.YAMLError) as error:
            found.append(f"{name}:{block.line}: this is not {block.language}: {error}")
    return found


def _check(command: list[str], text: str) -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise ValueError(done.stderr.strip() or done.stdout.strip())


PAGES = sorted(DOCS.rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_block_parses(page: Path) -> None:
    name = page.relative_to(DOCS.parent).as_posix()
    found = problems(page.read_text(encoding="utf-8"), name)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("language", "sound", "broken"),
    [
        ("python", "async with connect(url) as ws:\n    ...", "async with connect(url) as ws"),
        ("json", '{"type": "totals"}', "{'type': 'totals'}"),
        ("yaml", "hook: !ENV [A, b]\nlist:\n  - 1", "list: [1"),
        ("toml", 'run = ["a"]', "run = [a]"),
        ("bash", "make serve PORT=8001 # another port", "if make test; then"),
        ("sh", "curl -N \\\n  localhost", "$ curl localhost"),
        ("ts", "const a: readonly string[] = [];", "const a: = [];"),
        ("tsx", "const a = <p>{b}</p>;", "const a = <p>{b;"),
        ("go", "conn, err := dial()", "conn, err := )"),
        ("rust", "let a: u8 = 1;", "let a: u8 = ;"),
        ("java", "int a = 1;", "int a = ;"),
        ("csharp", "await socket.SendAsync(bytes);", "await socket.SendAsync(bytes;"),
        ("php", "<?php\n$a = [1];", "<?php\n$a = [1;"),
        ("html", "<p>a</p>", "<p>a</p"),
        ("css", "a { color: red }", "a { color: red"),
        ("javascript", 'import a from "./a.js";\nawait a();', "const a = ;"),
    ],
)
def test_a_block_that_does_not_parse_is_named(language: str, sound: str, broken: str) -> None:
    page = f"# Title\n\n```{language}\n{{}}\n```\n"
    assert problems(page.replace("{}", sound), "docs/x.md") == []
    found = problems(page.replace("{}", broken), "docs/x.md")
    assert len(found) == 1
    assert found[0].startswith(f"docs/x.md:4: this is not {language}: ")


@pytest.mark.parametrize(
    "opening",
    ['```python title="a.py" hl_lines="1"', "``` { .python .annotate }", "~~~~ py", "```Python"],
)
def test_every_way_to_open_a_block_is_seen(opening: str) -> None:
    closing = "~~~~" if opening.startswith("~") else "```"
    assert len(problems(f"{opening}\na b\n{closing}\n", "x")) == 1


def test_indented_and_quoted_blocks_are_seen() -> None:
    page = "- item\n\n    ```python\n    if a:\n        b\n    ```\n\n> ```json\n> [1,]\n> ```\n"
    assert [block.text for block in blocks(page)] == ["if a:\n    b\n", "[1,]\n"]
    assert [found.split(" ")[0] for found in problems(page, "x")] == ["x:9:"]


def test_a_language_without_a_parser_is_named() -> None:
    (found,) = problems("```nginx\nlisten 80;\n```\n", "docs/x.md")
    assert found.startswith("docs/x.md:2: nothing here parses nginx: include a file")


def test_output_is_not_parsed_and_files_are_tested_where_they_are() -> None:
    assert problems("```text\n{\n```\n\n```console\n$ (\n```\n\n```http\n(\n```\n", "x") == []
    page = '```python\n--8<-- "languages/python/echo_client.py:connect"\n```\n'
    assert list(blocks(page)) == []


def test_a_longer_fence_holds_a_shorter_one() -> None:
    assert problems("````markdown\n```python\na b\n```\n````\n", "x") == []
