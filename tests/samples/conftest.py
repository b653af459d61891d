"""Builds each page's samples once, when the first test asks for one of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.samples.manifest import Manifest
from tests.samples.programs import Program, prepare

Build = Callable[[Manifest], dict[str, Program]]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A function that gives a manifest's programs by file name, ready to run."""

    @cache
    def build(manifest: Manifest) -> dict[str, Program]:
        return prepare(manifest, tmp_path_factory.mktemp("samples"))

    return build
