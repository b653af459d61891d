"""The built site is smaller than its sources, and says the same."""

from __future__ import annotations

import re
from pathlib import Path

from hooks import lean
from tests.content.tree import ROOT
from tests.site import Site

SCRIPTS = ROOT / "overrides" / "assets" / "javascripts"


def test_pages_load_two_styles_at_most_the_shared_one_first(site: Site) -> None:
    for file in site.folder.rglob("*.html"):
        styles = re.findall(r'<link rel="stylesheet" href="([^"]+)">', file.read_text("utf-8"))
        assert [name.endswith("/site.css") for name in styles] == [True, False][: len(styles)]
        assert all((file.parent / name).is_file() for name in styles if file.name != "404.html")


def test_the_theme_leaves_nothing_that_no_page_loads(site: Site) -> None:
    assets = site.folder / "assets"
    ours = {path.relative_to(SCRIPTS) for path in SCRIPTS.rglob("*.js")}
    folder = assets / "javascripts"
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == ours
    names = {path.name for path in (assets / "stylesheets").iterdir()}
    assert names == {"elements", "pages", "chart.css", "home.css", "site.css"}


def test_a_page_of_no_module_and_a_folder_of_no_page_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>Home</title>\n<p>text</p>", "utf-8")
    lean.trim(tmp_path)
    assert (tmp_path / "index.html").read_text("utf-8") == "<title>Home</title>\n<p>text</p>"
