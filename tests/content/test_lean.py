"""The built site is smaller than its sources, and says the same."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from hooks import lean
from tests.content.tree import ROOT
from tests.site import Site

SCRIPTS = ROOT / "overrides" / "assets" / "javascripts"


def test_pages_load_three_styles_at_most_those_that_many_have_first(site: Site) -> None:
    for file in site.folder.rglob("*.html"):
        styles = re.findall(r'<link rel="stylesheet" href="([^"]+)">', file.read_text("utf-8"))
        names = [name.rpartition("stylesheets/")[2] for name in styles]
        assert names.pop(0) == "site.css"
        if file != site.folder / "index.html":
            assert names.pop(0) == "reading.css"
        assert len(names) <= 1 and all(name.startswith("pages/") for name in names)
        assert all((file.parent / name).is_file() for name in styles if file.name != "404.html")


def test_the_theme_leaves_nothing_that_no_page_loads(site: Site) -> None:
    assets = site.folder / "assets"
    ours = {path.relative_to(SCRIPTS) for path in SCRIPTS.rglob("*.js")}
    folder = assets / "javascripts"
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == ours
    names = {path.name for path in (assets / "stylesheets").iterdir()}
    assert names == {"elements", "pages", "chart.css", "home.css", "reading.css", "site.css"}


def test_a_page_of_no_module_and_a_folder_of_no_page_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>Home</title>\n<p>text</p>", "utf-8")
    lean.trim(tmp_path)
    assert (tmp_path / "index.html").read_text("utf-8") == "<title>Home</title>\n<p>text</p>"


def test_the_weight_of_the_home_page_is_what_the_design_page_says(site: Site) -> None:
    text = (ROOT / "docs" / "about" / "design.md").read_text("utf-8")
    said = {
        name: float(size)
        for name, size in re.findall(r"^\| `([^`]+\.[a-z0-9]+)` \| ([\d.]+) \|", text, re.MULTILINE)
    }
    loads = re.findall(
        r'(?:<link rel="(?:icon|stylesheet|modulepreload)"|<script src=).*', _home(site)
    )
    named = {Path(name).name for load in loads for name in re.findall(r'"(assets/[^"]+)"', load)}
    assert named | {"index.html"} == {name for name in said if not name.endswith(".woff2")}
    files = {path.name: path for path in site.folder.glob("**/*") if path.name in said}
    files["index.html"] = site.folder / "index.html"
    for name, size in said.items():
        body = files[name].read_bytes()
        sent = len(body if name.endswith(".woff2") else gzip.compress(body, 6)) / 1000
        assert abs(sent - size) < 0.5, f"{name}: {sent:.1f} KB, not {size} as the page says"


def _home(site: Site) -> str:
    return (site.folder / "index.html").read_text("utf-8")
