"""theme.css: what it keeps of Material's stylesheet, and that it is current."""

from __future__ import annotations

from hooks import theme


def test_the_stylesheet_is_that_of_the_installed_material() -> None:
    assert theme.TARGET.read_text("utf-8") == theme.generated(), "run `make theme`"


def test_what_pages_use_is_kept_and_the_rest_is_not() -> None:
    css = """
    @charset "utf-8";
    :root{--used:1px;--unused:url("data:image/svg+xml;x,<p>{;}</p>")}
    .md-typeset p,.md-search p{margin:var(--used)}
    .md-search{color:red}
    @media print{.md-search{color:red}.md-typeset{color:blue;animation:turn 1s}}
    @keyframes turn{0%{top:0}to{top:1px}}
    @keyframes gone{0%{top:0}}
    .highlight .k{color:red}
    .k{color:red}
    """
    assert theme.reduced(css, "") == (
        ":root{--used:1px}\n"
        ".md-typeset p{margin:var(--used)}\n"
        "@media print{.md-typeset{color:blue;animation:turn 1s}}\n"
        "@keyframes turn{0%{top:0}to{top:1px}}\n"
        ".highlight .k{color:red}\n"
    )
