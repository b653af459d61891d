"""Makes the feeds of what is new, RSS and JSON Feed, and names them on every page.

An entry of the page is a heading of the second level, "19 November 2026: what changed", whose id
begins with that day, and what follows it. ``python -m hooks.feeds FOLDER`` does it to a folder that
another builder has built.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree import ElementTree

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

PAGE = "whats-new/"
RSS = f"{PAGE}feed.xml"
JSON = f"{PAGE}feed.json"

_PLACE = "<!-- feeds -->"
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)">')
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)">')
_TITLE = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
# The list of the section's pages and the page's foot have headings too, whose ids begin with __.
_ENTRY = re.compile(
    r'<h2 id="(?P<id>(?!__)[^"]*)"[^>]*>(?P<heading>.*?)</h2>'
    r'(?P<text>.*?)(?=<h2\b|<div class="page-foot"|</article>)',
    re.DOTALL,
)
_ADDRESS = re.compile(r'\b(href|src)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One thing that changed; ``html`` holds no relative address."""

    day: datetime
    title: str
    address: str
    html: str


def on_post_build(config: MkDocsConfig) -> None:
    """Make the feeds of what MkDocs has built, under `mkdocs serve` too."""
    write(Path(config.site_dir))


def write(folder: Path) -> None:
    """Write both feeds into ``folder``, and what leads to them into its pages.

    A site without the page, or without an address of its own, has none. Raises ValueError where a
    heading of the page is not an entry's.
    """
    page = folder / PAGE / "index.html"
    html = page.read_text("utf-8") if page.is_file() else ""
    if not (canonical := _CANONICAL.search(html)):
        return
    address = unescape(canonical[1])
    base = address.removesuffix(PAGE)
    heading = _TITLE.search(html)
    described = _DESCRIPTION.search(html)
    title = _text(heading[1]) if heading else ""
    description = unescape(described[1]) if described else ""
    found = list(entries(html, address))
    (folder / RSS).write_text(_rss(title, description, address, base, found), "utf-8")
    (folder / JSON).write_text(_json(title, description, address, base, found), "utf-8")
    links = _links(base, title)
    for file in folder.rglob("*.html"):
        text = file.read_text("utf-8")
        named = _CANONICAL.sub(lambda found: found[0] + links, text, count=1)
        if (named := named.replace(_PLACE, _invitation())) != text:
            file.write_text(named, "utf-8")


def entries(html: str, address: str) -> Iterator[Entry]:
    """Yield the entries of the page ``html``, which lives at ``address``, in its order.

    Raises ValueError where a heading has no day, or an id with another.
    """
    for found in _ENTRY.finditer(html):
        heading = _text(found["heading"])
        day, _, title = heading.partition(": ")
        try:
            date = datetime.strptime(day, "%d %B %Y").replace(tzinfo=UTC)
        except ValueError:
            raise ValueError(
                f'docs/{PAGE}index.md: "## {heading}" names no day; write "## 19 November 2026: …"'
            ) from None
        if not re.fullmatch(rf"{date:%Y-%m-%d}-[a-z0-9-]+", found["id"]):
            raise ValueError(
                f'docs/{PAGE}index.md: "## {heading}" needs an address that stays: '
                f"end the line with {{ #{date:%Y-%m-%d}-name }}"
            )
        yield Entry(date, title, f"{address}#{found['id']}", _absolute(found["text"], address))


def _absolute(html: str, address: str) -> str:
    def replace(found: re.Match[str]) -> str:
        return f'{found[1]}="{escape(urljoin(address, unescape(found[2])))}"'

    return _ADDRESS.sub(replace, html).strip()


def _text(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).replace("\N{PILCROW SIGN}", "").split())


def _rss(title: str, description: str, address: str, base: str, found: list[Entry]) -> str:
    """Return the feed as https://www.rssboard.org/rss-specification describes it."""
    ElementTree.register_namespace("atom", _ATOM)
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    for name, text in {
        "title": title,
        "link": address,
        "description": description,
        "language": "en",
        **({"lastBuildDate": format_datetime(found[0].day)} if found else {}),
    }.items():
        ElementTree.SubElement(channel, name).text = text
    itself = {"href": base + RSS, "rel": "self", "type": "application/rss+xml"}
    ElementTree.SubElement(channel, f"{{{_ATOM}}}link", itself)
    for entry in found:
        item = ElementTree.SubElement(channel, "item")
        for name, text in {
            "title": entry.title,
            "link": entry.address,
            "guid": entry.address,
            "pubDate": format_datetime(entry.day),
            "description": entry.html,
        }.items():
            ElementTree.SubElement(item, name).text = text
    ElementTree.indent(root)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{declaration}{ElementTree.tostring(root, encoding='unicode')}\n"


def _json(title: str, description: str, address: str, base: str, found: list[Entry]) -> str:
    """Return the feed as https://www.jsonfeed.org/version/1.1/ describes it."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": address,
        "feed_url": base + JSON,
        "description": description,
        "language": "en",
        "items": [
            {
                "id": entry.address,
                "url": entry.address,
                "title": entry.title,
                "content_html": entry.html,
                "date_published": entry.day.isoformat(),
            }
            for entry in found
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _links(base: str, title: str) -> str:
    return "".join(
        f'<link rel="alternate" type="{kind}" title="{escape(title)}" href="{escape(base + name)}">'
        for kind, name in {"application/rss+xml": RSS, "application/feed+json": JSON}.items()
    )


def _invitation() -> str:
    rss, feed = Path(RSS).name, Path(JSON).name
    return f'<p>Subscribe: <a href="{rss}">RSS</a> · <a href="{feed}">JSON Feed</a></p>'


if __name__ == "__main__":
    write(Path(sys.argv[1]))
