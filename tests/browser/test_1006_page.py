"""The program that /troubleshoot/1006/ has one paste into a console prints what the page says."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.site import ROOT, Site

PAGE = ROOT / "docs" / "troubleshoot" / "1006.md"


@pytest.mark.parametrize(
    ("path", "printed"),
    [
        ("/drop?after=1200", [{"code": 1006, "wasClean": False}]),
        ("/close/4000?after=1200", [{"code": 4000, "wasClean": True}]),
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

    began = time.monotonic()
    with page.expect_console_message(its_own) as message:
        page.evaluate(f"() => {{ {program[1].replace('wss://echo.example.org/', address)} }}")
    said = [value.json_value() for value in message.value.args]
    if isinstance(said[0], dict):
        # Nothing comes before the end, after 1.2 s or, on a machine that stalls, later.
        age, silent = said[0].pop("age"), said[0].pop("silent")
        assert 1 <= age <= silent <= round(time.monotonic() - began)
    assert said == printed
