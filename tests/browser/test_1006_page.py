"""The program that /troubleshoot/1006/ has one paste into a console prints what the page says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.site import ROOT, Site

PAGE = ROOT / "docs" / "troubleshoot" / "1006.md"


@pytest.mark.parametrize(
    ("path", "printed"),
    [
        ("/drop?after=1200", [{"code": 1006, "wasClean": False, "age": 1, "silent": 1}]),
        ("/close/4000?after=1200", [{"code": 4000, "wasClean": True, "age": 1, "silent": 1}]),
        ("/reject/403", ["never opened", 1006]),
    ],
)
def test_what_it_prints(page: Page, site: Site, path: str, printed: list[Any]) -> None:
    program = re.search(r"```js\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert program
    assert site.echo
    address = f"{site.echo.url.rstrip('/')}{path}"
    page.goto(site.url("troubleshoot/1006/"))

    def its_own(message: Any) -> bool:
        # Chromium itself reports the refused handshake as an error.
        return bool(message.type == "log")

    with page.expect_console_message(its_own) as message:
        page.evaluate(f"() => {{ {program[1].replace('wss://echo.example.org/', address)} }}")
    assert [value.json_value() for value in message.value.args] == printed
