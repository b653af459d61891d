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


def test_scripts_lose_comments_and_spaces_alone() -> None:
    for path in SCRIPTS.rglob("*.js"):
        source = path.read_text("utf-8")
        smaller = lean.minified(source)
        assert len(smaller) < len(source)
        before = [token.text for token in lean.tokens(source.encode())]
        assert [token.text for token in lean.tokens(smaller.encode())] == before, path


def test_a_line_that_ends_a_statement_stays() -> None:
    source = "a\n++b // one\nreturned = `x  ${ c } /* y */`\n/* z */ [1].at(0)\nif (d) { e() }\n"
    assert lean.minified(source) == "a\n++b\nreturned=`x  ${ c } /* y */`\n[1].at(0)\nif(d){e()}\n"


def test_pages_name_every_module_that_their_elements_import(site: Site) -> None:
    folder = site.folder / "assets" / "javascripts"
    for file in site.folder.rglob("index.html"):
        html = file.read_text("utf-8")
        named = set(re.findall(r'<link rel="modulepreload" href="([^"]+)">', html))
        paths = {(file.parent / name).resolve() for name in named}
        elements = {
            path.stem for path in (folder / "elements").glob("*.js") if f"<{path.stem}" in html
        }
        later = set(re.findall(r'<([a-z-]+)[^>]* loading="lazy"', html))
        assert elements - later <= {path.stem for path in paths}, file
        assert not later & {path.stem for path in paths}, file
        for path in [*paths, folder / "main.js"]:
            for name in re.findall(r'(?:from|import)"(\.[^"]+)"', path.read_text("utf-8")):
                assert (path.parent / name).resolve() in paths, f"{file}: {name}"
