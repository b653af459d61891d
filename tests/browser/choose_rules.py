"""Prints the rules of lib/choose-rules.js into the page of the chooser.

    python -m tests.browser.choose_rules

A test holds the page equal to the rules; this is how it becomes equal again.
"""

from __future__ import annotations

import functools
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.site import ROOT

PAGE = ROOT / "docs/tools/choose.md"
PRINTED = re.compile(r"(?<=<!-- rules -->\n)(?s:.*)(?=<!-- end of rules -->)")
# What the module gives: groups with a title and a line, in them tables with a title, a head, and
# rows of cells with a source.
Groups = list[dict[str, Any]]


def markdown(groups: Groups) -> str:
    """Return the tables as they stand in the page, each folded under its answer."""
    lines = []
    for group in groups:
        lines += ["", f"### {group['title']}", "", group["why"], ""]
        lines += [_table(**table) for table in group["tables"]]
    return "\n".join(lines)


def _table(title: str, head: list[str], rows: list[dict[str, Any]]) -> str:
    lines = [_line(head), _line(["---"] * len(head))]
    for row in rows:
        *cells, last = row["cells"]
        source = row.get("source")
        proof = f" [{source['title']}]({source['href']})" if source else ""
        lines.append(_line([*cells, last + proof]))
    if title:
        # One after another, the tables are fifty screens of a phone.
        lines = [f'??? abstract "{title}"', "", *(f"    {line}" for line in lines)]
    return "\n".join([*lines, ""])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def printed() -> str:
    """Return what the page prints between its two marks."""
    found = PRINTED.search(PAGE.read_text("utf-8"))
    assert found, f"{PAGE} has no place for the rules"
    return found[0]


def groups() -> Groups:
    """Return the tables of the module in the tree, run in a browser."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(ROOT / "overrides/assets"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}/javascripts"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.arguments()
        )
        page = browser.new_page()
        page.goto(f"{root}/main.js")
        found: Groups = page.evaluate(
            "(url) => import(url).then((module) => module.printedRules())", f"{root}/lib/choose.js"
        )
        browser.close()
    server.shutdown()
    return found


if __name__ == "__main__":
    text = markdown(groups())
    PAGE.write_text(PRINTED.sub(lambda _: text, PAGE.read_text("utf-8")), "utf-8")
