"""The report tells what is old and what is behind, and says so where a registry is silent."""

from __future__ import annotations

import os
import socket
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.content.tree import ROOT, Tree
from tests.fresh import __main__ as fresh
from tests.fresh import ages, pins

_PAGE = """---
title: {name}
reviewed: {reviewed}
sources:
  - title: Never changes
    url: https://www.rfc-editor.org/rfc/rfc6455
  - title: Changes
    url: https://example.org/docs
    accessed: {accessed}
---
"""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "mkdocs.yml").write_text("site_name: Small\n", "utf-8")
    (tmp_path / "docs").mkdir()
    for name, reviewed, accessed in (
        ("new", "2026-11-01", "2026-01-05"),
        ("old", "2026-01-01", "2026-10-05"),
    ):
        text = _PAGE.format(name=name, reviewed=reviewed, accessed=accessed)
        (tmp_path / "docs" / f"{name}.md").write_text(text, "utf-8")
    return Tree(tmp_path)


def test_old_pages_come_first_and_are_marked(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pins, "REGISTRIES", {})
    assert fresh.main(tree, date(2026, 11, 28)) == 0
    assert (
        capsys.readouterr().out
        == """\
Pages by their last review: 2, of which 1 older than 180 days
!   331 days  2026-01-01  docs/old.md
     27 days  2026-11-01  docs/new.md

Sources by their last reading: 1, of which 0 older than 180 days
     54 days  2026-10-05  https://example.org/docs  (docs/new.md, docs/old.md)

"""
    )


def test_versions_behind_are_told_and_a_silent_registry_fails(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def silent() -> list[tuple[pins.Pin, str]]:
        raise pins.UnknownError("npm is not on this machine")

    found = [(pins.Pin("go.mod", "a/b", "v1"), "v2"), (pins.Pin("go.mod", "c/d", "v3"), "v3")]
    monkeypatch.setattr(pins, "REGISTRIES", {"Go modules": lambda: found, "npm packages": silent})
    assert fresh.main(tree, date(2026, 11, 28)) == 1
    told = capsys.readouterr().out
    assert "Go modules: 2, of which 1 have a newer version\n! a/b v1 -> v2  (go.mod)\n" in told
    assert "c/d" not in told
    assert "npm packages: not known, because npm is not on this machine\n" in told


def test_this_repository_has_a_day_for_each_page() -> None:
    tree = Tree()
    assert {f"docs/{page}" for page in tree.pages} == {one.name for one in ages.pages(tree)}
    assert ages.sources(tree)


# What each client prints, from a real run of it.
_PRINTED = {
    "go": "github.com/coder/websocket v1.8.15 v1.9.0\n",
    "cargo": "sha1 #sha1\nSHA-1 hash function\nversion: 0.99.0\nlicense: MIT\n",
    "npm": "99.0.0\n",
    "mvn": """\
[INFO] The following dependencies in Dependencies have newer versions:
[INFO]   org.eclipse.jetty.websocket:jetty-websocket-jetty-server ...
[INFO]                                                        12.1.14 -> 99.0.0
[INFO]   org.slf4j:slf4j-simple ............................. 2.0.20 -> 99.0.0
[INFO]
""",
}


@pytest.mark.parametrize(
    ("client", "ask", "newest"),
    [
        ("go", pins.go, "v1.9.0"),
        ("cargo", pins.rust, "0.99.0"),
        ("npm", pins.npm, "99.0.0"),
        ("mvn", pins.java, "99.0.0"),
    ],
)
def test_pins_are_read_from_the_files_and_the_newest_from_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str, ask: object, newest: str
) -> None:
    assert callable(ask)
    program = tmp_path / client
    program.write_text(f"#!{sys.executable}\nprint({_PRINTED[client]!r}, end='')\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = ask()
    assert found
    for pin, version in found:
        assert version == newest
        assert pin.version
        assert (ROOT / pin.file).exists()


@pytest.mark.parametrize(
    ("client", "script", "ask", "reason"),
    [
        (
            "mvn",
            "print('[WARNING] Could not transfer metadata org.slf4j:slf4j-simple/a.xml from/to x')",
            pins.java,
            "mvn could not transfer org.slf4j:slf4j-simple/a.xml",
        ),
        (
            "npm",
            # It knows the answer from before, and gives it where it may look there.
            "import os, sys\nfolder = sys.argv[sys.argv.index('--cache') + 1]\n"
            "sys.exit('npm error EAI_AGAIN\\nnpm error A complete log is at x') "
            "if not os.listdir(folder) else print('1')",
            pins.npm,
            "npm view --cache failed: npm error EAI_AGAIN",
        ),
    ],
)
def test_a_client_that_answers_from_memory_is_not_believed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    client: str,
    script: str,
    ask: object,
    reason: str,
) -> None:
    assert callable(ask)
    program = tmp_path / client
    program.write_text(f"#!{sys.executable}\n{script}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(pins.UnknownError, match=reason):
        ask()


def test_without_a_network_no_python_package_is_called_current(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    with pytest.raises(pins.UnknownError, match="pip gets no answer from its registry"):
        pins.python()


def test_a_client_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = tmp_path / "git"
    git.write_text(f"#!{sys.executable}\nprint('docs/languages/go/go.mod')\n", "utf-8")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pins.UnknownError, match="go is not on this machine"):
        pins.go()
