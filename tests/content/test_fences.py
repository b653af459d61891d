"""A block that is not written in the language that it names is told, and no other one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.content import fences
from tests.content.fences import blocks
from tests.content.tree import Tree

Check: TypeAlias = Callable[[str], list[str]]


@pytest.fixture
def problems(tmp_path: Path) -> Check:
    """What is wrong with the blocks of a page."""
    tree = Tree(tmp_path)
    tree.docs.mkdir()

    def check(page: str) -> list[str]:
        (tree.docs / "x.md").write_text(page, "utf-8")
        return [str(problem) for problem in fences.check(tree, "x.md")]

    return check


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
def test_a_block_that_does_not_parse_is_named(
    problems: Check, language: str, sound: str, broken: str
) -> None:
    page = f"# Title\n\n```{language}\n{{}}\n```\n"
    assert problems(page.replace("{}", sound)) == []
    found = problems(page.replace("{}", broken))
    assert len(found) == 1
    assert found[0].startswith(f"docs/x.md:4: this is not {language}: ")


@pytest.mark.parametrize(
    "opening",
    ['```python title="a.py" hl_lines="1"', "``` { .python .annotate }", "~~~~ py", "```Python"],
)
def test_every_way_to_open_a_block_is_seen(problems: Check, opening: str) -> None:
    closing = "~~~~" if opening.startswith("~") else "```"
    assert len(problems(f"{opening}\na b\n{closing}\n")) == 1


def test_indented_and_quoted_blocks_are_seen(problems: Check) -> None:
    page = "- item\n\n    ```python\n    if a:\n        b\n    ```\n\n> ```json\n> [1,]\n> ```\n"
    assert [block.text for block in blocks(page)] == ["if a:\n    b\n", "[1,]\n"]
    assert [found.split(" ")[0] for found in problems(page)] == ["docs/x.md:9:"]


def test_a_language_without_a_parser_is_named(problems: Check) -> None:
    (found,) = problems("```nginx\nlisten 80;\n```\n")
    assert found.startswith("docs/x.md:2: nothing here parses nginx; write one of bash, ")


def test_output_is_not_parsed_and_files_are_tested_where_they_are(problems: Check) -> None:
    assert problems("```text\n{\n```\n\n```console\n$ (\n```\n\n```http\n(\n```\n") == []
    assert problems('```python\n--8<-- "languages/python/echo_client.py:connect"\n```\n') == []


@pytest.mark.parametrize(
    ("language", "file", "remedy"),
    [
        ("go", "python/echo_client.py:connect", "write py or python after the fence"),
        ("python", "node/echo_client.mjs", "write javascript or js after the fence"),
        ("", "rust/echo_client.rs", "write rust after the fence"),
    ],
)
def test_a_file_fenced_as_another_language_is_named(
    problems: Check, language: str, file: str, remedy: str
) -> None:
    (found,) = problems(f'# Title\n\n```{language} title="x"\n--8<-- "{file}"\n```\n')
    assert found.startswith(f"docs/x.md:4: {file.split(':')[0]} is fenced as ")
    assert found.endswith(remedy)


def test_a_block_that_is_never_closed_is_not_parsed(problems: Check) -> None:
    assert problems("```python\na = 1\n\nMore prose.\n") == []


def test_without_node_javascript_is_parsed_by_its_grammar(
    problems: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert problems("```js\nawait a();\n```\n") == []
    (found,) = problems("```js\nconst a = ;\n```\n")
    assert found.startswith("docs/x.md:2: this is not js: a syntax error in line 1 of it; ")


def test_a_longer_fence_holds_a_shorter_one(problems: Check) -> None:
    assert problems("````markdown\n```python\na b\n```\n````\n") == []
