"""What is written into built pages: dates that stay whole, and tables that can become cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from hooks.markup import complete, completed

READ = "Ping from the server every twenty seconds"


def table(*rows: str, attributes: str = "") -> str:
    """Return a table of three columns whose rows are ``rows``: HTML of cells."""
    head = "".join(
        f"<th{attributes}>{name}</th>" for name in ("It ends", "Cause", "A &amp; <b>B</b>")
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table class="ruled"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>On 2026-11-25, or later.</p>", "<p>On <time>2026-11-25</time>, or later.</p>"),
        ("<a>2026-02-29</a>", "<a>2026-02-29</a>"),
        ("<p>1.0-2026-11-25 and /2026-11-25</p>", "<p>1.0-2026-11-25 and /2026-11-25</p>"),
        ('<a title="2026-11-25">x</a>', '<a title="2026-11-25">x</a>'),
        ("<code>2026-11-25</code>", "<code>2026-11-25</code>"),
        ("<time>2026-11-25</time>", "<time>2026-11-25</time>"),
        ("<script>let day = '<2026-11-25';</script>", "<script>let day = '<2026-11-25';</script>"),
    ],
)
def test_a_date_in_prose_becomes_a_time_and_no_other(html: str, expected: str) -> None:
    assert completed(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p><code>Sec-WebSocket-Key</code>", '<p><code class="whole">Sec-WebSocket-Key</code>'),
        ("<code>--port</code>", "<code>--port</code>"),
        ("<code>pip install nats-py</code>", "<code>pip install nats-py</code>"),
        ("<pre><code>nats-py</code></pre>", "<pre><code>nats-py</code></pre>"),
        (f"<code>{'a-' * 15}a</code>", f"<code>{'a-' * 15}a</code>"),
    ],
    ids=["a header", "an option", "a command", "a block", "too long for a line"],
)
def test_a_name_in_code_does_not_break_at_its_hyphens(html: str, expected: str) -> None:
    assert completed(html) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("<code>get --unit a-b c</code>", "<code>get {--unit} {a-b} c</code>"),
        ('<code class="option">--size</code>', '<code class="option">{--size}</code>'),
        ('<code class="whole">a-b</code>', '<code class="whole">a-b</code>'),
        ("<code>10 - 5 and a-</code>", "<code>10 - 5 and a-</code>"),
        (f"<code>x {'a-' * 15}a</code>", f"<code>x {'a-' * 15}a</code>"),
        ("get --unit", "get --unit"),
    ],
    ids=["a command", "an option", "a name", "no hyphen", "too long", "no code"],
)
def test_a_word_of_code_in_a_cell_does_not_break_at_its_hyphens(code: str, expected: str) -> None:
    spans = expected.replace("{", '<span class="word">').replace("}", "</span>")
    assert completed(f"<td>{code}</td>") == f"<td>{spans}</td>"


def test_the_day_of_a_news_entry_stands_above_its_heading() -> None:
    html = completed('<h2 id="a">19 November 2026: Spring closes two gaps</h2>')
    day = '<span class="day">19 November 2026<span class="visually-hidden">: </span></span>'
    assert html == f'<h2 id="a">{day}Spring closes two gaps</h2>'
    assert completed('<h2 id="a">On 19 November 2026: x</h2>').count("span") == 0


def test_the_cells_of_a_table_to_read_know_their_column() -> None:
    html = completed(table(f"<td>At once</td><td>TLS</td><td>{READ}</td>"))
    assert html.startswith('<table class="ruled cards">')
    assert '<td>At once</td><td data-label="Cause">TLS</td>' in html
    assert f'<td data-label="A &amp;amp; B">{READ}</td>'.replace("amp;amp;", "amp;") in html


def test_what_is_looked_up_by_a_long_text_is_an_entry_where_it_has_five_columns() -> None:
    def of(columns: int, message: str) -> str:
        html = table(f"<td>{message}</td><td>TLS</td><td>{READ}</td>{'<td></td>' * (columns - 3)}")
        return completed(html.replace("</th></tr>", f"</th>{'<th>x</th>' * (columns - 3)}</tr>"))

    message = "WebSocket connection failed: Unexpected response code: 403 in app.js"
    assert 'class="ruled cards entries"' in of(5, message)
    assert 'class="ruled cards"' in of(5, message[:60])
    assert 'class="ruled cards"' in of(4, message)


@pytest.mark.parametrize(
    "html",
    [
        table("<td>10 B</td><td>12</td><td>14</td>"),
        table(f"<td>{READ}</td><td>12</td><td>14</td>"),
        table(f"<td>1</td><td>2</td><td>{READ}</td>", attributes=' style="text-align: right;"'),
        '<table class="ruled"><thead><tr><th>1</th><th>2</th></tr></thead>'
        f"<tbody><tr><td>1</td><td>{READ}</td></tr></tbody></table>",
        f"<wire-lanes>{table(f'<td>1</td><td>2</td><td>{READ}</td>')}</wire-lanes>",
    ],
    ids=["short", "only its first column", "numbers", "two columns", "a drawing's"],
)
def test_a_table_of_numbers_or_of_two_columns_stays_a_grid(html: str) -> None:
    assert completed(html) == html


def test_a_row_that_heads_a_group_keeps_its_place() -> None:
    html = completed(
        table('<th scope="rowgroup" colspan="3">Build</th>', f"<td>1</td><td>2</td><td>{READ}</td>")
    )
    assert '<th scope="rowgroup" colspan="3">Build</th>' in html


def test_every_page_of_a_folder_is_completed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text("<p>2026-11-25</p>", "utf-8")
    complete(tmp_path)
    assert (tmp_path / "a" / "index.html").read_text("utf-8") == "<p><time>2026-11-25</time></p>"
