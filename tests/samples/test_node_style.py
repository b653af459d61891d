"""JavaScript samples are as Prettier formats them, and Deno's linter finds nothing in them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.echo.node_packages import node_packages
from tests.site import ROOT

FOLDERS = [
    ROOT / "docs" / name
    for name in ("languages/node", "languages/javascript", "frameworks/react", "build/testing")
]
SUFFIXES = {".js", ".mjs", ".ts", ".tsx"}
FILES = sorted(file for folder in FOLDERS for file in folder.iterdir() if file.suffix in SUFFIXES)
WIDTH = "--print-width=100"


@pytest.fixture(scope="session")
def tools() -> Path:
    return node_packages(Path(__file__).with_name("node")) / "node_modules"


def _prettier(tools: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["node", str(tools / "prettier" / "bin" / "prettier.cjs"), WIDTH, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _lint(tools: Path, *files: str) -> subprocess.CompletedProcess[str]:
    deno = tools / "@deno" / "linux-x64-glibc" / "deno"
    if not deno.exists():
        pytest.skip("Deno, whose linter this is, is not here: it is installed on Linux alone")
    # What its rules want besides is for Deno alone: imports with a prefix, no global `process`.
    rules = "no-unversioned-import,no-import-prefix,no-process-global,no-node-globals,no-window"
    rules += ",no-sloppy-imports"  # a bundler finds ./Chat without its suffix
    command = [str(deno), "lint", "--quiet", f"--rules-exclude={rules}", *files]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_samples_are_formatted(tools: Path) -> None:
    done = _prettier(tools, "--check", *map(str, FILES))
    assert done.returncode == 0, done.stderr


def test_the_linter_finds_nothing(tools: Path) -> None:
    done = _lint(tools, *map(str, FILES))
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_would_complain(tools: Path, tmp_path: Path) -> None:
    (tmp_path / "ugly.mjs").write_text("if(true){ debugger }\n")
    ugly = str(tmp_path / "ugly.mjs")
    assert _prettier(tools, "--check", ugly).returncode != 0
    assert _lint(tools, ugly).returncode != 0
