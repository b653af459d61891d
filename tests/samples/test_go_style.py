"""Go samples are formatted as gofmt has them, and go vet finds nothing in them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.site import ROOT

FILES = sorted((ROOT / "docs").rglob("*.go"))

pytestmark = pytest.mark.skipif(not shutil.which("go"), reason="there is no Go toolchain here")


def _run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_sample_is_formatted(file: Path) -> None:
    assert _run("gofmt", "-d", file.name, folder=file.parent) == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_go_vet_finds_nothing(file: Path) -> None:
    # Beforehand: vet would say what it downloads, which is no finding.
    _run("go", "mod", "download", folder=file.parent)
    assert _run("go", "vet", file.name, folder=file.parent) == ""


def test_gofmt_would_complain(tmp_path: Path) -> None:
    (tmp_path / "ugly.go").write_text("package main\nfunc main() {\nprintln( 1 )\n}\n")
    assert _run("gofmt", "-d", "ugly.go", folder=tmp_path)
