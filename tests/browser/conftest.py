"""Settings of the browser that pytest-playwright drives."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import chromium


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium that was found, without requests of its own."""
    options = {**browser_type_launch_args, "args": chromium.arguments()}
    # Where the machine has none, Playwright starts the one that it downloaded.
    return options | {"executable_path": path} if (path := chromium.find()) else options


@pytest.fixture
def errors(page: Page) -> list[str]:
    """What scripts threw and nobody caught."""
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    return thrown
