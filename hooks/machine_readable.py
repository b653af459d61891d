"""What machines read of a built site: `sitemap.xml`, `robots.txt`, `llms.txt`, previews, questions.

Everything is taken from the built pages. ``python -m hooks.machine_readable FOLDER`` does it to a
folder that another builder has built.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_LINKED_DATA = re.compile(r'(<script type="application/ld\+json">)(.*?)(</script>)', re.DOTALL)
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)">')
_NEXT = re.compile(r'<link rel="next" href="([^"]*)">')
_CARD = '<meta name="twitter:card" content="summary">'
# Questions as headings of the third level, each in a block with its answer.
_QUESTIONS = re.compile(
    r'<div class="questions">(.*?)(?=<h2\b|</section>|</article>|\Z)', re.DOTALL
)
_QUESTION = re.compile(
    r"<h3\b[^>]*>(?P<question>.*?)</h3>(?P<answer>.*?)(?=<h3\b|</div>|\Z)", re.DOTALL
)
_TAG = re.compile(r"<[^>]*>")


@dataclass
class Page:
    """A built page that has an address of its own."""

    file: Path
    html: str

    @cached_property
    def address(self) -> str:
        """Where the page says that it lives."""
        found = _CANONICAL.search(self.html)
        return unescape(found[1]) if found else ""

    @cached_property
    def linked_data(self) -> list[dict[str, Any]]:
        """What the page says about itself in JSON-LD; the page, then its path."""
        found = _LINKED_DATA.search(self.html)
        graph: list[dict[str, Any]] = json.loads(found[2])["@graph"] if found else []
        return graph

    @property
    def title(self) -> str:
        """The page's title without the site's."""
        return str(self.linked_data[0].get("headline") or self.linked_data[0]["name"])

    @property
    def description(self) -> str:
        """The page in one sentence."""
        return str(self.linked_data[0]["description"])

    @property
    def reviewed(self) -> str | None:
        """The day on which the page was last checked, as in 2026-11-25."""
        return self.linked_data[0].get("dateModified")


def on_post_build(config: MkDocsConfig) -> None:
    """Describe what MkDocs has built."""
    describe(Path(config.site_dir))


def describe(folder: Path) -> None:
    """Write the files for machines into ``folder``, and what they read into its pages."""
    pages = list(_in_order(folder))
    if not pages:
        # Built without an address of its own, it has none to tell.
        return
    home = pages[0]
    for page in pages:
        html = _with_questions(_with_picture(page, home, folder))
        if html != page.html:
            page.file.write_text(html, "utf-8")
    (folder / "sitemap.xml").write_text(_sitemap(pages), "utf-8")
    (folder / "sitemap.xml.gz").unlink(missing_ok=True)
    (folder / "robots.txt").write_text(_robots(home), "utf-8")
    (folder / "llms.txt").write_text(_outline(pages), "utf-8")


def _in_order(folder: Path) -> Iterator[Page]:
    """Yield the pages as the navigation has them, each naming its next."""
    file = folder / "index.html"
    seen: set[Path] = set()
    while file.is_file() and file not in seen:
        seen.add(file)
        page = Page(file, file.read_text("utf-8"))
        if not page.address or not page.linked_data:
            return
        yield page
        if not (following := _NEXT.search(page.html)):
            return
        file = (file.parent / unescape(following[1]) / "index.html").resolve()


def _with_picture(page: Page, home: Page, folder: Path) -> str:
    """Return the page with the picture of its section for previews, where there is one."""
    section = page.address.removeprefix(home.address).partition("/")[0] or "home"
    name = f"assets/images/social/{section}.png"
    if not (folder / name).is_file():
        return page.html
    # Width and height stand in a PNG's first chunk.
    head = (folder / name).read_bytes()[16:24]
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
    tags = "".join(
        f'<meta property="{key}" content="{escape(str(value))}">'
        for key, value in {
            "og:image": home.address + name,
            "og:image:width": width,
            "og:image:height": height,
            "og:image:alt": page.title,
        }.items()
    )
    large = '<meta name="twitter:card" content="summary_large_image">'
    return page.html.replace(_CARD, large + tags)


def _with_questions(html: str) -> str:
    """Return the page with the questions that it answers in its JSON-LD."""
    questions = [
        {
            "@type": "Question",
            "name": _text(found["question"]),
            "acceptedAnswer": {"@type": "Answer", "text": _text(found["answer"])},
        }
        for section in _QUESTIONS.findall(html)
        for found in _QUESTION.finditer(section)
    ]
    if not questions:
        return html

    def add(found: re.Match[str]) -> str:
        data = json.loads(found[2])
        data["@graph"].append({"@type": "FAQPage", "mainEntity": questions})
        # No tag may end in a script block.
        return found[1] + json.dumps(data).replace("<", "\\u003c") + found[3]

    return _LINKED_DATA.sub(add, html, count=1)


def _text(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", html)).replace("\N{PILCROW SIGN}", "").split())


def _sitemap(pages: list[Page]) -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
    for page in pages:
        date = f"<lastmod>{page.reviewed}</lastmod>" if page.reviewed else ""
        lines.append(f"<url><loc>{escape(page.address)}</loc>{date}</url>")
    return "\n".join([*lines, "</urlset>", ""])


def _robots(home: Page) -> str:
    # Crawlers read it at the root of a host alone; under a path it does no harm.
    return f"User-agent: *\nDisallow:\n\nSitemap: {home.address}sitemap.xml\n"


def _outline(pages: list[Page]) -> str:
    """Return the site as https://llmstxt.org describes: a list of its pages by section."""
    home = pages[0]
    lines = [f"# {home.title}", "", f"> {home.description}"]
    section = ""
    for page in pages[1:]:
        path = page.linked_data[1]["itemListElement"]
        name = path[1]["name"]
        if name != section:
            section = name
            lines += ["", f"## {name}", ""]
        lines.append(f"- [{page.title}]({page.address}): {page.description}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    describe(Path(sys.argv[1]))
