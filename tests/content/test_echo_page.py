"""The tables of docs/tools/echo.md against the server's own settings and endpoints."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs

from echo_demo.behaviours.behaviour import Plan
from echo_demo.behaviours.catalog import registry
from echo_demo.behaviours.invalid import FRAMES, HEADERS
from echo_demo.settings import Settings, fields, option_name, shown

PAGE = Path(__file__).parent.parent.parent / "docs/tools/echo.md"


def table(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without the two rows of its head."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.M | re.S)
    assert section, f"no section {heading!r}"
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_setting_is_listed_as_the_server_has_it() -> None:
    expected = [
        [
            f"`{option_name(field)}`",
            shown(field.default),
            field.metadata["unit"],
            field.metadata["help"],
        ]
        for field in fields()
    ]
    assert table("Limits of the server") == expected


def test_every_behavior_is_listed_with_its_parameters() -> None:
    """And each can be tried in the console with an address that the server understands."""
    known = registry(Settings())
    rows = table("Behaviors")
    assert [row[0] for row in rows] == [f"`{b.template}`" for b in known.behaviours]
    shared = {
        name for row in table("Parameters of the query") for name in row[0].strip("`").split()
    }
    for (_, _, own, link), behaviour in zip(rows, known.behaviours, strict=True):
        found = re.fullmatch(r"\[Try\]\(echo\.md\?(\S+)#console\)", link)
        assert found, link
        asked = parse_qs(found[1], strict_parsing=True)
        path, _, query = asked["path"][0].partition("?")
        plan = known.plan(path, query)
        assert isinstance(plan, Plan)
        assert plan.behaviour is behaviour
        for parameter in behaviour.parameters:
            assert parameter.accepts.replace("|", "") in own.replace("\\|", "").replace("`", ""), (
                own
            )
        for parameter in behaviour.query:
            assert parameter.name in shared or f"`{parameter.name}`" in own


def test_the_common_parameters_are_listed_with_their_ranges() -> None:
    first = registry(Settings()).behaviours[0]
    listed = {row[0].strip("`"): row[1] for row in table("Parameters of the query")}
    assert listed == {parameter.name: parameter.accepts for parameter in first.query}


def test_every_invalid_answer_is_listed() -> None:
    assert {row[0].strip("`") for row in table("What /invalid sends")} == {*FRAMES, *HEADERS}


def test_every_plain_http_path_is_listed() -> None:
    listed = {path for row in table("Plain HTTP") for path in re.findall(r"`(\S+)`", row[0])}
    assert {"/healthz", "/readyz", "/metrics"} <= listed
