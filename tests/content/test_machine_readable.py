"""What machines read of the site: each is parsed as its format says, and agrees with the pages."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest

from hooks.machine_readable import describe
from tests.content.front_matter import read
from tests.content.tree import Tree, url_of
from tests.site import Site

LINKED_DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
PAGES = Tree().pages


def html(site: Site, page: str) -> str:
    return (site.folder / url_of(page) / "index.html").read_text("utf-8")


def graph(text: str) -> dict[str, dict[str, Any]]:
    blocks = LINKED_DATA.findall(text)
    assert len(blocks) == 1
    data = json.loads(blocks[0])
    assert data["@context"] == "https://schema.org"
    return {item["@type"]: item for item in data["@graph"]}


def tags(text: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', text))


def front_matter(page: str) -> dict[str, Any]:
    return read(Tree().source(page))


def test_each_page_describes_itself_alike_to_all(site: Site) -> None:
    for page in PAGES:
        text = html(site, page)
        said = graph(text)
        itself = next(iter(said.values()))
        told = tags(text)
        address = site.url(url_of(page))
        assert f'<link rel="canonical" href="{address}">' in text
        assert itself["url"] == told["og:url"] == address
        assert itself["dateModified"] == str(front_matter(page)["reviewed"])
        assert told["og:description"] == told["description"]
        assert told["twitter:card"] in ("summary", "summary_large_image")
        if page == "index.md":
            assert itself["@type"] == "WebSite"
            continue
        assert itself["@type"] in ("TechArticle", "CollectionPage")
        path = said["BreadcrumbList"]["itemListElement"]
        assert [place["position"] for place in path] == list(range(1, len(path) + 1))
        assert path[0]["item"] == site.url()
        assert path[-1]["item"] == address
        for place in path:
            assert (site.folder / place["item"].removeprefix(site.url()) / "index.html").is_file()


def test_sitemap_has_every_page_with_the_day_of_its_review(site: Site) -> None:
    root = ElementTree.parse(site.folder / "sitemap.xml").getroot()
    dates = {
        entry.findtext("s:loc", "", NAMESPACE): entry.findtext("s:lastmod", "", NAMESPACE)
        for entry in root.findall("s:url", NAMESPACE)
    }
    assert dates == {site.url(url_of(page)): str(front_matter(page)["reviewed"]) for page in PAGES}


def test_robots_are_let_in_and_shown_the_sitemap(site: Site) -> None:
    robots = RobotFileParser()
    robots.parse((site.folder / "robots.txt").read_text("utf-8").splitlines())
    assert robots.can_fetch("AnyBot", site.url("protocol/"))
    assert robots.site_maps() == [site.url("sitemap.xml")]


def test_llms_txt_lists_every_page_with_its_description(site: Site) -> None:
    text = (site.folder / "llms.txt").read_text("utf-8")
    assert re.match(r"# [^\n]+\n\n> [^\n]+\n\n## ", text)
    listed = dict(re.findall(r"^- \[[^\]]+\]\(([^)]+)\): (.+)$", text, re.MULTILINE))
    assert listed == {
        site.url(url_of(page)): front_matter(page)["description"]
        for page in PAGES
        if page != "index.md"
    }
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert len(headings) == len(set(headings))


PAGE = """<!doctype html><title>Home</title>
<link rel="canonical" href="https://site.test/under/">
<meta name="twitter:card" content="summary">
<script type="application/ld+json">{"@context": "https://schema.org", "@graph":
[{"@type": "WebSite", "name": "Home", "description": "All of it.", "url": "https://site.test/under/"}]}</script>
<article><h2>Common questions</h2><div class="questions">
<div><h3 id="a">Why &lt;1006&gt;?<a class="headerlink" href="#a">¶</a></h3><p>No <em>close</em>
frame.</p></div><div><h3>Can I?</h3><p>No.</p></div></div>
<h2>Else</h2><h3>No question</h3></article>
"""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(PAGE, "utf-8")
    return tmp_path


def test_questions_of_a_page_are_told(built: Path) -> None:
    describe(built)
    questions = graph((built / "index.html").read_text("utf-8"))["FAQPage"]["mainEntity"]
    assert [(item["name"], item["acceptedAnswer"]["text"]) for item in questions] == [
        ("Why <1006>?", "No close frame."),
        ("Can I?", "No."),
    ]


def test_a_section_with_a_picture_shows_it_in_previews(built: Path) -> None:
    picture = built / "assets" / "images" / "social" / "home.png"
    picture.parent.mkdir(parents=True)
    size = struct.pack(">II", 1200, 630)
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + size)
    describe(built)
    told = tags((built / "index.html").read_text("utf-8"))
    assert told["twitter:card"] == "summary_large_image"
    assert told["og:image"] == "https://site.test/under/assets/images/social/home.png"
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")


def test_a_site_without_an_address_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>Home</title>", "utf-8")
    describe(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
