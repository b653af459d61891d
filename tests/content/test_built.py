"""The checks of built HTML find each kind of fault, and leave a sound site alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.built import Built, check

BASE = "https://site.test/sub/"

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<title>{title}</title>
<meta name="description" content="{title} described.">
<link rel="canonical" href="https://site.test/sub/{url}">
<link rel="stylesheet" href="{root}style.css">
<link rel="icon" href="data:,">
<script src="{root}script.js"></script>
<script>layout()</script>
</head>
<body>
<nav><a href="{root}">Home</a> <a href="{root}other/#end">End</a></nav>
<article>
<h1 id="top">{title}</h1>
<p><a href="#top">Up</a> <a href="https://elsewhere.test/x">away</a>
<a href="mailto:a@b.test">mail</a> <a href="{root}other/">Other</a>
<img src="{root}picture.svg" alt="A picture"> <code>[a][b] [^c] --8&lt;-- {{{{ d }}}}</code> a[0]
<a name="old"></a> a[0][1]<a href="?q=1#old">old</a> <a href="#:~:text=Up">text</a></p>
{content}
<p id="end">End.</p>
</article>
</body>
</html>
"""


def page(url: str, title: str, root: str, content: str = "") -> str:
    return PAGE.format(url=url, title=title, root=root, content=content)


def site(folder: Path, content: str = "") -> Built:
    """Write a sound site; ``content`` goes into the article of one page, at line 20."""
    (folder / "other").mkdir()
    (folder / "index.html").write_text(page("", "Home", "./", content), "utf-8")
    (folder / "other" / "index.html").write_text(page("other/", "Other", "../"), "utf-8")
    (folder / "404.html").write_text(page("404.html", "Nothing here", "/sub/"), "utf-8")
    (folder / "script.js").write_text("", "utf-8")
    (folder / "picture.svg").write_text("<svg/>", "utf-8")
    (folder / "style.css").write_text(
        "/* url(gone.png) */ a { background: url('picture.svg') } b { mask: url(#m) }", "utf-8"
    )
    return Built(folder, BASE)


def faults(built: Built) -> list[str]:
    return [f"{fault.name}:{fault.line}: {fault.message}" for fault in check(built)]


def test_a_sound_site_has_no_faults(tmp_path: Path) -> None:
    assert faults(site(tmp_path)) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<a href="gone/">x</a>', "the link gone/ leads to nothing"),
        ('<a href="other">x</a>', "the link other leads to nothing"),
        ('<a href="../outside/">x</a>', "the link ../outside/ leads to nothing"),
        ('<a href="https://site.test/sub/gone/">x</a>', "leads to nothing"),
        ('<a href="other/#gone">x</a>', "the link other/#gone names an anchor that"),
        ('<a href="#gone">x</a>', "the link #gone names an anchor that index.html does not have"),
        ('<img src="gone.png" alt="x">', "the link gone.png leads to nothing"),
        ('<img srcset="picture.svg 1x, gone.svg 2x" alt="x">', "the link gone.svg leads to"),
        ('<video poster="gone.png"></video>', "the link gone.png leads to nothing"),
        ('<img src="https://elsewhere.test/x.png" alt="x">', "is loaded from another origin"),
        ('<script src="//cdn.test/x.js"></script>', "is loaded from another origin"),
        ('<link rel="stylesheet" href="https://cdn.test/x.css">', "loaded from another origin"),
        ('<iframe src="https://elsewhere.test/"></iframe>', "is loaded from another origin"),
        ('<img src="picture.svg">', "an image without alternative text"),
        ("<script>run()</script>", "an inline script in the content"),
        ("<style>p {}</style>", "a style block in the content"),
        ('<p onclick="run()">x</p>', "an inline script in the content, onclick"),
        ("<h1>Again</h1>", "2 headings of the first level"),
        ('<p id="end">x</p>', 'id="end" stands 2 times'),
        ("<p>See [the standard][RFC 6455].</p>", "a reference link was not resolved"),
        ("<p>See below.[^note]</p>", "a footnote was not resolved: [^note]"),
        ('<p>--8&lt;-- "a.md"</p>', "a snippet marker was not replaced"),
        ("<p>{{ page.title }}</p>", "a template tag was not rendered"),
    ],
)
def test_a_fault_in_a_page(tmp_path: Path, content: str, expected: str) -> None:
    found = faults(site(tmp_path, content))
    assert len(found) == 1, found
    assert expected in found[0]
    assert found[0].startswith(("index.html:20: ", "index.html:0: "))


def test_titles_and_descriptions_are_there_and_unique(tmp_path: Path) -> None:
    built = site(tmp_path)
    text = (tmp_path / "other" / "index.html").read_text("utf-8")
    text = text.replace("Other described.", "Home described.").replace("<title>Other", "<title>")
    (tmp_path / "other" / "index.html").write_text(text, "utf-8")
    found = "\n".join(faults(built))
    assert "other/index.html:0: 1 titles; a page has one" in found
    assert "the description is that of index.html too" in found

    (tmp_path / "index.html").write_text("<h1>Bare</h1>", "utf-8")
    found = "\n".join(faults(Built(tmp_path, BASE)))
    assert "index.html:0: 0 titles; a page has one" in found
    assert "index.html:0: 0 descriptions; a page has one" in found


def test_the_error_page_is_there_and_its_links_hold_at_any_depth(tmp_path: Path) -> None:
    site(tmp_path)
    (tmp_path / "404.html").write_text(page("", "Nothing here", "./"), "utf-8")
    assert any(
        line.startswith("404.html:7: the link ./style.css leads to nothing")
        for line in faults(Built(tmp_path, BASE))
    )
    (tmp_path / "404.html").unlink()
    assert "404.html:0: there is no such page" in "\n".join(faults(Built(tmp_path, BASE)))


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (
            "a {}\nb { background: url(gone.png) }",
            "style.css:2: the link gone.png leads to nothing",
        ),
        ('@import "https://cdn.test/x.css";', "style.css:1: https://cdn.test/x.css is loaded from"),
        ("@font-face { src: url(//f.test/x.woff2) }", "style.css:1: //f.test/x.woff2 is loaded"),
    ],
)
def test_a_fault_in_a_stylesheet(tmp_path: Path, style: str, expected: str) -> None:
    built = site(tmp_path)
    (tmp_path / "style.css").write_text(style, "utf-8")
    found = faults(built)
    assert len(found) == 1, found
    assert found[0].startswith(expected)
