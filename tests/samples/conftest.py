"""Builds each page's samples once, when the first test asks for one of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.samples.manifest import DOCS, Manifest, load_all
from tests.samples.programs import Program, prepare

Build = Callable[[Manifest], dict[str, Program]]
MANIFESTS = load_all()


def of_role(role: str) -> list[object]:
    """The samples of a role, as parameters `manifest` and `file` of a test."""
    return [
        pytest.param(
            manifest,
            sample.file,
            id=f"{manifest.folder.relative_to(DOCS).as_posix()}/{sample.file}",
        )
        for manifest in MANIFESTS
        for sample in manifest.samples
        if sample.role == role
    ]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A function that gives a manifest's programs by file name, ready to run."""

    @cache
    def build(manifest: Manifest) -> dict[str, Program]:
        return prepare(manifest, tmp_path_factory.mktemp("samples"))

    return build
