"""The feeds say what the page of news says, as their formats want it, and every page names them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hooks import feeds
from tests.content.tree import Tree, url_of
from tests.site import Site

# The headings of the Markdown, not of what was built from it.
HEADING = re.compile(r"^## (\d+ \w+ \d{4}): (.+) \{ #([\w-]+) \}$", re.MULTILINE)
ATOM = "{http://www.w3.org/2005/Atom}link"


def plain(markdown: str) -> str:
    return markdown.replace("`", "")


def written() -> list[tuple[datetime, str, str]]:
    """Return day, title and id of each entry as its author wrote them."""
    found = HEADING.findall(Tree().source("whats-new/index.md"))
    assert len(found) >= 30
    return [
        (datetime.strptime(day, "%d %B %Y").replace(tzinfo=UTC), plain(title), anchor)
        for day, title, anchor in found
    ]


def test_entries_are_newest_first_and_each_says_what_to_do() -> None:
    source = Tree().source("whats-new/index.md")
    days = [day for day, _, _ in written()]
    assert days == sorted(days, reverse=True)
    anchors = [anchor for _, _, anchor in written()]
    assert len(anchors) == len(set(anchors))
    for entry in re.split(r"^## ", source, flags=re.MULTILINE)[1:]:
        assert "**Do:**" in entry, entry.splitlines()[0]
        assert re.search(r"\]\(https://", entry), f"no source: {entry.splitlines()[0]}"


def test_rss_has_the_entries_of_the_page(site: Site) -> None:
    root = ElementTree.parse(site.folder / feeds.RSS).getroot()
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    [channel] = root
    # What RSS 2.0 requires, and what its Best Practices Profile adds.
    assert channel.findtext("title") == "What's new in WebSocket"
    assert channel.findtext("link") == site.url("whats-new/")
    assert channel.findtext("description")
    itself = channel.find(ATOM)
    assert itself is not None
    assert itself.attrib == {
        "href": site.url(feeds.RSS),
        "rel": "self",
        "type": "application/rss+xml",
    }
    items = [
        (
            parsedate_to_datetime(item.findtext("pubDate", "")),
            item.findtext("title"),
            item.findtext("link"),
            item.findtext("guid"),
        )
        for item in channel.findall("item")
    ]
    assert items == [
        (day, title, site.url(f"whats-new/#{anchor}"), site.url(f"whats-new/#{anchor}"))
        for day, title, anchor in written()
    ]


def test_json_feed_has_the_entries_of_the_page(site: Site) -> None:
    feed = json.loads((site.folder / feeds.JSON).read_text("utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == site.url("whats-new/")
    assert feed["feed_url"] == site.url(feeds.JSON)
    items = [
        (datetime.fromisoformat(item["date_published"]), item["title"], item["url"], item["id"])
        for item in feed["items"]
    ]
    assert items == [
        (day, title, site.url(f"whats-new/#{anchor}"), site.url(f"whats-new/#{anchor}"))
        for day, title, anchor in written()
    ]


def test_what_the_feeds_tell_can_be_read_elsewhere(site: Site) -> None:
    html = (site.folder / "whats-new" / "index.html").read_text("utf-8")
    rss = ElementTree.parse(site.folder / feeds.RSS).getroot().iter("item")
    feed = json.loads((site.folder / feeds.JSON).read_text("utf-8"))
    for item, other in zip(rss, feed["items"], strict=True):
        text = item.findtext("description", "")
        assert text == other["content_html"]
        assert "<strong>Do:</strong>" in text
        addresses = re.findall(r'href="([^"]*)"', text)
        assert addresses
        assert all(address.startswith(("http://", "https://")) for address in addresses)
        # The page's own anchor is there.
        assert f'id="{other["url"].partition("#")[2]}"' in html


def test_every_page_names_the_feeds_and_the_page_of_news_links_to_them(site: Site) -> None:
    for page in Tree().pages:
        html = (site.folder / url_of(page) / "index.html").read_text("utf-8")
        named = dict(
            re.findall(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">', html)
        )
        assert {kind: unescape(address) for kind, address in named.items()} == {
            "application/rss+xml": site.url(feeds.RSS),
            "application/feed+json": site.url(feeds.JSON),
        }
    html = (site.folder / "whats-new" / "index.html").read_text("utf-8")
    assert '<a href="feed.xml">RSS</a> · <a href="feed.json">JSON Feed</a>' in html


def page(folder: Path, heading: str) -> Path:
    file = folder / feeds.PAGE / "index.html"
    file.parent.mkdir()
    file.write_text(
        '<link rel="canonical" href="https://site.test/under/whats-new/"><h1>New</h1>'
        f'{heading}<p><a href="../build/">Build</a></p><h2 id="__pages">Pages</h2>',
        "utf-8",
    )
    return file


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ('<h2 id="spring">Spring</h2>', '"## Spring" names no day'),
        ('<h2 id="x">31 June 2026: Spring</h2>', "names no day"),
        ('<h2 id="spring">3 June 2026: Spring</h2>', r"\{ #2026-06-03-name \}"),
        ('<h2 id="2026-06-04-spring">3 June 2026: Spring</h2>', r"\{ #2026-06-03-name \}"),
    ],
)
def test_a_heading_that_is_no_entry_is_told_with_its_remedy(
    tmp_path: Path, heading: str, message: str
) -> None:
    page(tmp_path, heading)
    with pytest.raises(ValueError, match=message):
        feeds.write(tmp_path)


def test_addresses_are_whole_under_a_path(tmp_path: Path) -> None:
    page(tmp_path, '<h2 id="2026-06-03-a">3 June 2026: A &amp; B<a href="#x">¶</a></h2>')
    feeds.write(tmp_path)
    [item] = json.loads((tmp_path / feeds.JSON).read_text("utf-8"))["items"]
    assert item["title"] == "A & B"
    assert item["url"] == "https://site.test/under/whats-new/#2026-06-03-a"
    assert item["content_html"] == '<p><a href="https://site.test/under/build/">Build</a></p>'


def test_a_site_without_the_page_or_an_address_has_no_feeds(tmp_path: Path) -> None:
    feeds.write(tmp_path)
    file = page(tmp_path, "")
    file.write_text("<h1>New</h1>", "utf-8")
    feeds.write(tmp_path)
    assert not (tmp_path / feeds.RSS).exists()
