"""The comparison of the two builders sees what it is for."""

from __future__ import annotations

from pathlib import Path

from tests.content.built import Built
from tests.content.zensical import differences


def site(folder: Path, pages: dict[str, str]) -> Built:
    for name, title in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<title>{title}</title>", "utf-8")
    return Built(folder, "https://site.test/")


def test_equal_builds_have_no_differences(tmp_path: Path) -> None:
    pages = {"index.html": "Home", "a/index.html": "A &amp; B"}
    one = site(tmp_path / "one", pages)
    other = site(tmp_path / "other", pages)
    assert list(differences(one, other)) == []


def test_pages_and_titles_are_compared(tmp_path: Path) -> None:
    one = site(tmp_path / "one", {"index.html": "Home", "a/index.html": "A"})
    other = site(tmp_path / "other", {"index.html": "Start", "b/index.html": "B"})
    assert list(differences(one, other)) == [
        "a/index.html: built by MkDocs only",
        "b/index.html: built by Zensical only",
        "index.html: the title is ['Home'] by MkDocs, ['Start'] by Zensical",
    ]
