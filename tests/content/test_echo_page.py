"""The tables of docs/tools/echo.md against the server's own settings and endpoints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from echo_demo.behaviours import BEHAVIOURS
from echo_demo.settings import fields, option_name, shown

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


@pytest.mark.parametrize("over", ["WebSocket", "HTTP"])
def test_every_endpoint_is_listed(over: str) -> None:
    listed = {
        path
        for paths, kind, _ in table("Endpoints")
        if kind == over
        for path in re.findall(r"`(\S+)`", paths)
    }
    assert listed == set(BEHAVIOURS) | (
        {"/healthz", "/readyz", "/metrics"} if over == "HTTP" else set()
    )
