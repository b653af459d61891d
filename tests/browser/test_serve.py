"""`make serve`, as a newcomer runs it: the home page, and a live connection on it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.samples.programs import free_port

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Served:
    """What `make serve` said it serves."""

    site: str
    echo: str


@pytest.fixture
def served() -> Iterator[Served]:
    """A running `make serve`, stopped as Ctrl-C stops it."""
    process = subprocess.Popen(
        ["make", "serve", f"PORT={free_port()}", f"ECHO_PORT={free_port()}", "RACE_PORT=0"],
        cwd=ROOT,
        # What make hands down to a recipe would reach the make that is under test.
        env={key: value for key, value in os.environ.items() if not key.startswith("MAKE")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    lines: list[str] = []
    found: dict[str, str] = {}
    try:
        for line in process.stdout:
            lines.append(line)
            for scheme in ("http", "ws"):
                if address := re.search(rf"\b{scheme}://127\.0\.0\.1:\d+/\S*", line):
                    found.setdefault(scheme, address.group())
            # The server listens only once it says so; its address may be named earlier.
            if len(found) == 2 and "Serving on" in line:
                break
        assert len(found) == 2, "make serve ended early:\n" + "".join(lines)
        yield Served(found["http"], found["ws"])
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=120)


def test_make_serve_answers_with_the_home_page_and_an_open_connection(
    served: Served, page: Page
) -> None:
    page.goto(served.site)
    monitor = page.locator("ws-monitor")
    expect(monitor).to_contain_text("OPEN", timeout=60_000)
    expect(monitor).to_contain_text(served.echo.removesuffix("/").removesuffix("/demo"))
