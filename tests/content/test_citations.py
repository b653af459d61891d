"""Links to sections of standards are compared with the standards' tables of contents."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content import citations
from tests.content.sections import titles_of
from tests.content.tree import Tree

RFC = "https://www.rfc-editor.org/rfc"


def problems(folder: Path, text: str) -> list[str]:
    (folder / "docs").mkdir()
    (folder / "docs" / "page.md").write_text(text, "utf-8")
    return [str(problem) for problem in citations.check(Tree(folder), "page.md")]


@pytest.mark.parametrize(
    "text",
    [
        f"[RFC 6455 §5.5.1]({RFC}/rfc6455#section-5.5.1)",
        f"see [§4.1]\n\n[§4.1]: {RFC}/rfc6455#section-4.1",
        "[WHATWG](https://websockets.spec.whatwg.org/#dom-websocket-close)",
        "[IANA](https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number)",
        f"[RFC 1149]({RFC}/rfc1149) and [another site](https://example.com/#section-99)",
        f"```text\n{RFC}/rfc6455#section-99\n```",
    ],
)
def test_a_section_that_exists_is_left_alone(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"\n[§5.9]({RFC}/rfc6455#section-5.9)", "docs/page.md:2: rfc6455 has no section"),
        (f"[a]\n\n\n[a]: {RFC}/rfc9220#section-8", "docs/page.md:4: rfc9220 has no section"),
        ("[a](https://websockets.spec.whatwg.org/#pings)", "docs/page.md:1: websockets.spec"),
        (f"[a]({RFC}/rfc1149#section-2)", "docs/page.md:1: the sections of rfc1149 are not known"),
        (f"[§5.2]({RFC}/rfc6455#section-5.3)", "docs/page.md:1: the text says §5.2,"),
        (f"[§5.2]: {RFC}/rfc6455#section-5.3", "docs/page.md:1: the text says §5.2,"),
    ],
)
def test_another_is_reported_with_its_line_and_a_remedy(
    tmp_path: Path, text: str, expected: str
) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(expected)
    assert "; " in problem or ", or add its table" in problem


def test_tables_are_made_of_text_html_and_bikeshed() -> None:
    text = (
        "1.  One\n\n   1.1.  In a table of contents ..... 3\n\n2.3.  Two\n      and more\n\nBody\n"
    )
    assert titles_of("rfc1", text) == {"section-1": "One", "section-2.3": "Two and more"}
    markup = '<h2 id="x"><a href="#x">4.</a>&nbsp;<a>Four &amp; more</a></h2><h2>Status</h2>'
    assert titles_of("rfc1", markup) == {"section-4": "Four & more"}
    source = "## The {{A}} interface ## {#a}\n<dfn event for=A>open</dfn> <dfn id=b>bee</dfn>"
    assert titles_of("a.spec.whatwg.org/", source) == {
        "a": "The A interface",
        "b": "bee",
        "eventdef-a-open": "open",
    }


def test_every_table_says_where_it_is_from() -> None:
    for name, sections in citations.tables().items():
        assert sections, name
    assert citations.tables()["rfc6455"]["section-5.5.1"] == "Close"
