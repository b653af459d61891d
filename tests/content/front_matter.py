"""Checks the front matter of a page against its schema, and against the tree around it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from tests.content.problem import Problem
from tests.content.tree import Tree

SCHEMA = Path(__file__).with_name("front_matter.schema.json")
_BLOCK = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)

Key = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Leaves dates the text they are in the file, which is what the schema describes."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def split(text: str) -> tuple[str, str]:
    """Return the front matter and the Markdown after it; the former is empty where none is."""
    found = _BLOCK.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def read(text: str) -> dict[str, Any]:
    """Return the front matter of a page as values, with dates as text; empty where it has none."""
    loaded = yaml.load(split(text)[0], _Loader)
    return loaded if isinstance(loaded, dict) else {}


def read_text(text: str, key: str) -> str:
    """Return a value of the front matter where it is text, else nothing; never raises."""
    try:
        value = read(text).get(key)
    except yaml.YAMLError:
        return ""
    return value if isinstance(value, str) else ""


def today() -> date:
    """Return the latest date anywhere on Earth: an author east of the checker is not ahead."""
    return (datetime.now(UTC) + timedelta(hours=14)).date()


def check(tree: Tree, page: str, latest: date | None = None) -> Iterator[Problem]:
    """Yield what is wrong with the front matter of ``page``, a path relative to docs/."""
    name = f"docs/{page}"
    block, _ = split(tree.source(page))
    if not block.strip():
        yield Problem(
            name, 1, "no front matter; begin the page as docs/about/writing/templates/ shows"
        )
        return
    try:
        node = yaml.compose(block, _Loader)
        meta = yaml.load(block, _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        yield Problem(
            name,
            line,
            f"the front matter is not YAML ({error.problem}); put a value that holds a colon or "
            "starts with a special character in quotes",
        )
        return
    if not isinstance(node, yaml.MappingNode):
        yield Problem(name, 2, "the front matter is not a list of keys; write each as `key: value`")
        return
    lines, twice = _lines(node)
    for line, key in twice:
        yield Problem(name, line, f"the key `{key}` stands twice; remove one")
    for fault in _validator().iter_errors(meta):
        for where, message in _explain(fault):
            yield Problem(name, _line(lines, where), message)
    for where, message in _around(tree, page, meta, latest or today()):
        yield Problem(name, _line(lines, where), message)


@functools.cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return schema


@functools.cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(_schema(), format_checker=FormatChecker(["date"]))


def _lines(root: yaml.Node) -> tuple[dict[Key, int], list[tuple[int, str]]]:
    """Return the line in the file of each key and list item, and the keys that stand twice."""
    lines: dict[Key, int] = {}
    twice: list[tuple[int, str]] = []

    def visit(node: yaml.Node, path: Key) -> None:
        # Marks count from 0, and the line of the opening "---" comes before the block.
        lines.setdefault(path, node.start_mark.line + 2)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                at = (*path, key.value)
                if at in lines:
                    twice.append((key.start_mark.line + 2, str(key.value)))
                lines[at] = key.start_mark.line + 2
                visit(value, at)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                visit(value, (*path, index))

    visit(root, ())
    lines[()] = 1
    return lines, twice


def _line(lines: dict[Key, int], where: Key) -> int:
    while where not in lines:
        where = where[:-1]
    return lines[where]


def _explain(error: ValidationError) -> Iterator[tuple[Key, str]]:
    """Yield where and what, in the words of an author rather than of JSON Schema."""
    where: Key = tuple(error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    properties = schema.get("properties", {})
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = ", ".join(properties)
        for key in error.instance:
            if key not in properties:
                yield (*where, key), f"unknown key `{key}`; remove it, the keys are: {known}"
        return
    if error.validator == "required" and isinstance(error.instance, dict):
        for key in schema["required"]:
            if key not in error.instance and f"'{key}'" in error.message:
                yield where, f"missing key `{key}`; {_remedy((*where, key))}"
        return
    yield where, f"`{_dotted(where)}` {_fault(error)}; {_remedy(where)}"


def _fault(error: ValidationError) -> str:
    value: Any = error.instance
    limit: Any = error.validator_value
    match error.validator:
        case "maxLength":
            return f"has {len(value)} characters, more than {limit}"
        case "minLength":
            return f"has {len(value)} characters, fewer than {limit}" if value else "is empty"
        case "maxItems":
            return f"has {len(value)} entries, more than {limit}"
        case "minItems":
            return f"has {len(value)} entries, fewer than {limit}" if value else "is empty"
        case "uniqueItems":
            return "names something twice"
        case "type":
            return "is empty" if value is None else f"must be {_TYPES[str(limit)]}, not {value!r}"
        case _:
            return f"is wrong: {value!r}"


_TYPES = {"string": "text (in quotes)", "array": "a list", "object": "a group of keys"}


def _remedy(where: Key) -> str:
    """Return the description of the nearest key that has one in the schema."""
    schema = _schema()
    remedy = "see docs/about/writing/templates/"
    for part in where:
        schema = schema.get("items", {}) if isinstance(part, int) else schema["properties"][part]
        remedy = schema.get("description", remedy)
    return remedy


def _dotted(where: Key) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)[1:]


def _around(tree: Tree, page: str, meta: dict[str, Any], latest: date) -> Iterator[tuple[Key, str]]:
    """Yield what a schema cannot know: the calendar and the files; skips what it would report."""
    for where, value in _days(meta):
        if _is_day(value) and date.fromisoformat(value) > latest:
            yield where, f"{value} is in the future; {_remedy(where)}"
    for index, sample in enumerate(_texts(meta.get("samples"))):
        if not (tree.docs / sample).is_file():
            yield (
                ("samples", index),
                f"there is no file docs/{sample}; correct the path, which is relative to docs/",
            )
    for index, other in enumerate(_texts(meta.get("related"))):
        if other == page:
            yield ("related", index), "the page is related to itself; name another"
        elif other not in tree.pages:
            yield ("related", index), f"there is no page docs/{other}; correct or remove it"
    template = meta.get("template")
    if isinstance(template, str) and not (tree.root / "overrides" / template).is_file():
        yield ("template",), f"there is no overrides/{template}; {_remedy(('template',))}"
    seen: set[str] = set()
    for index, source in enumerate(_items(meta.get("sources"))):
        url = source.get("url") if isinstance(source, dict) else None
        if isinstance(url, str):
            if url in seen:
                yield ("sources", index), f"the source {url} stands twice; remove one"
            seen.add(url)


def _days(meta: dict[str, Any]) -> Iterator[tuple[Key, Any]]:
    yield ("reviewed",), meta.get("reviewed")
    for index, source in enumerate(_items(meta.get("sources"))):
        if isinstance(source, dict):
            yield ("sources", index, "accessed"), source.get("accessed")


def _is_day(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [item if isinstance(item, str) else "" for item in _items(value)]
