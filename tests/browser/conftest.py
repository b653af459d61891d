"""Settings of the browser that pytest-playwright drives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import chromium


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the Chromium that was found, without requests of its own."""
    path = chromium.find()
    assert path, "no Chromium found; run: make test, or name one: CHROMIUM=/path/to/chromium"
    return {**browser_type_launch_args, "executable_path": path, "args": chromium.arguments()}
