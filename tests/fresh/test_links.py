"""Broken links are told with their page; offline, the check says that it checked nothing."""

from __future__ import annotations

import http.server
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.content.tree import Tree
from tests.fresh import links


class _Site(http.server.BaseHTTPRequestHandler):
    asked: list[str]

    def do_HEAD(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        only_get = self.path == "/get" and self.command == "HEAD"
        status = 404 if self.path == "/gone" else 405 if only_get else 200
        self.send_response(302 if self.path == "/loop" else status)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    _Site.asked = []
    # Addresses of this machine are examples on pages, and not checked: here they are.
    monkeypatch.setattr(links, "_OURS", re.compile("(?!)"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _tree(folder: Path, *texts: str) -> Tree:
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text("site_name: Small\n", "utf-8")
    (folder / "docs" / "page.md").write_text("\n\n".join(texts), "utf-8")
    return Tree(folder)


def test_a_broken_link_is_told_and_good_ones_are_remembered(
    site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = _tree(tmp_path, f"[a]({site}/good#part), [b]({site}/get) and [c]({site}/gone).")
    cache, none = tmp_path / "cache.json", tmp_path / "none.toml"
    none.touch()
    assert links.main(tree, cache, none) == 1
    assert capsys.readouterr().out == (
        f"docs/page.md: {site}/gone: 404 Not Found\n"
        "3 addresses: 3 asked, 0 remembered, 0 excepted, 1 broken\n"
    )
    _Site.asked.clear()
    assert links.main(tree, cache, none) == 1
    assert "1 asked, 2 remembered" in capsys.readouterr().out
    assert _Site.asked == ["HEAD /gone", "GET /gone"]


def test_an_exception_is_not_asked_and_one_without_use_is_told(
    site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "links.toml"
    listed.write_text(
        f'[[exception]]\nbegins = "{site}/gone"\nreason = "answers browsers only"\n'
        '[[exception]]\nbegins = "https://nowhere.test/"\nreason = "of old"\n',
        "utf-8",
    )
    assert links.main(_tree(tmp_path, f"<{site}/gone>"), tmp_path / "cache.json", listed) == 0
    told = capsys.readouterr().out
    assert "links.toml: no page links to https://nowhere.test/ any more" in told
    assert "1 addresses: 0 asked, 0 remembered, 1 excepted, 0 broken" in told
    assert not _Site.asked


def test_a_page_that_leads_to_itself_is_told_and_holds_up_nobody(
    site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    none = tmp_path / "none.toml"
    none.touch()
    tree = _tree(tmp_path, f"<{site}/loop> <{site}/other>")
    assert links.main(tree, tmp_path / "cache.json", none) == 1
    told = capsys.readouterr().out
    assert f"docs/page.md: {site}/loop: no answer: Exceeded maximum allowed redirects." in told
    assert "2 addresses: 2 asked, 0 remembered, 0 excepted, 1 broken" in told


@pytest.mark.usefixtures("site")
def test_without_a_network_it_says_that_nothing_was_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    none = tmp_path / "none.toml"
    none.touch()
    tree = _tree(tmp_path, f"[a](http://127.0.0.1:{port}/a)")
    assert links.main(tree, tmp_path / "cache.json", none) == 2
    assert "nothing was checked" in capsys.readouterr().out


def test_examples_and_this_machine_are_no_links(tmp_path: Path) -> None:
    text = "`https://in.code.test/` <http://localhost:8000/> [a](https://chat.example.com/) [b](https://x.test/y)."
    assert list(links.addresses(_tree(tmp_path, text))) == ["https://x.test/y"]


def test_every_exception_gives_its_reason() -> None:
    assert all(links.exceptions().values())
