"""The glossary is complete and in order; its abbreviations are marked where readers meet them."""

from __future__ import annotations

import re

import pytest

from hooks import glossary
from hooks.glossary import Term, in_page
from tests.content.tree import Tree
from tests.site import Site

SSE = Term("SSE", "server-sent events", "sse")
TLS = Term("TLS", "Transport Layer Security", "tls")
MARK = '<abbr title="server-sent events"><a class="term" href="../g/#sse">SSE</a></abbr>'


def marked(html: str) -> str:
    page = in_page(f"<article>{html}</article>", [SSE, TLS], "../g/")
    return page.removeprefix("<article>").removesuffix("</article>")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Take SSE. SSE is HTTP.</p>", f"<p>Take {MARK}. SSE is HTTP.</p>"),
        ("<ul><li><strong>SSE</strong></li></ul>", f"<ul><li><strong>{MARK}</strong></li></ul>"),
        ("<h2>SSE</h2><p>SSE</p>", f"<h2>SSE</h2><p>{MARK}</p>"),
    ],
)
def test_the_first_use_in_a_sentence_is_marked(html: str, expected: str) -> None:
    assert marked(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<p>server-sent events (SSE), then SSE</p>",
        "<p>SSE (server-sent events), then SSE</p>",
        '<p><a href="x">SSE</a> <code>SSE</code> SSEs /SSE WT-SSE SSE-like</p>',
        "<pre>SSE</pre><table><tr><td><p>SSE</p></td></tr></table>",
        '<ws-monitor><p>SSE</p></ws-monitor><p class="page-answer">SSE</p><!-- SSE -->',
    ],
    ids=["behind", "before", "part of something", "no sentence", "not the page's"],
)
def test_what_is_explained_or_is_no_sentence_stays(html: str) -> None:
    assert marked(html) == html


def test_the_foot_of_a_page_stays() -> None:
    html = '<article><p>x<br>y</p><div class="page-foot"><p>SSE</p></div></article>'
    assert in_page(html, [SSE], "") == html


def test_every_abbreviation_stands_once_in_order_and_for_something(site: Site) -> None:
    built = (site.folder / glossary.PAGE / "index.html").read_text("utf-8")
    names = [term.name for term in glossary.terms(built)]
    assert len(names) > 20
    assert names == sorted(names)
    assert len(names) == len(set(names))
    for term in glossary.terms(built):
        assert term.words
        assert term.id == term.name.lower()


def test_marks_lead_to_rows_that_exist(site: Site) -> None:
    built = (site.folder / glossary.PAGE / "index.html").read_text("utf-8")
    ids = {term.id for term in glossary.terms(built)}
    pages = 0
    for page in Tree().pages:
        name = page.removesuffix("index.md").removesuffix(".md")
        html = (site.folder / name / "index.html").read_text("utf-8")
        links = re.findall(r'<a class="term" href="((?:\.\./)+)reference/glossary/#([^"]+)">', html)
        assert len(links) == html.count('class="term"')
        for up, row in links:
            assert row in ids
            assert up.count("../") == name.strip("/").count("/") + 1
        # Once on each page.
        assert len({row for _, row in links}) == len(links)
        pages += bool(links)
    assert pages > 15
