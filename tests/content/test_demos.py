"""`mkdocs serve` with hooks/demos.py: the demo apps beside the site, from one command."""

from __future__ import annotations

import re
import signal
import socket
from pathlib import Path

import httpx
import pytest

from hooks.demos import DEMOS
from tests.content import strict
from tests.content.serving import PATIENCE, get, serve
from tests.content.tree import Tree, small_tree
from tests.samples.programs import free_port


def race_url(page: str) -> str:
    found = re.search(r'<meta name="race-url" content="([^"]+)"', page)
    return found[1] if found else ""


def test_every_demo_is_announced_and_named_on_the_pages(tmp_path: Path) -> None:
    with serve(small_tree(tmp_path), free_port()) as served:
        site = served.wait_for(r"^site  (http://\S+)$")
        found = {
            name: served.wait_for(rf"^{name} +((?:http|ws)://127\.0\.0\.1:\d+/?)$")
            for name in (demo.name for demo in DEMOS)
        }
        page = get(site)
        for name, url in found.items():
            assert f'<meta name="{name}-url" content="{url}">' in page


def start(race: str, origin: str) -> int:
    answer = httpx.post(f"{race}start", headers={"Origin": origin}, trust_env=False)
    return answer.status_code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_race_serves_the_sites_pages_until_the_end(tmp_path: Path, number: int) -> None:
    port = free_port()
    with serve(small_tree(tmp_path), port) as served:
        race = served.wait_for(r"^race  (http://127\.0\.0\.1:\d+/)$")
        assert race_url(get(f"http://127.0.0.1:{port}/")) == race
        assert start(race, f"http://127.0.0.1:{port}") == 200
        assert start(race, f"http://localhost:{port}") == 200
        assert start(race, "http://other.example") == 403
        page = tmp_path / "docs" / "index.md"
        page.write_text("# Another\n", "utf-8")
        served.wait_for("Reloading browsers")
        assert race_url(get(f"http://127.0.0.1:{port}/")) == race
        assert start(race, f"http://127.0.0.1:{port}") == 200
        served.process.send_signal(number)
        assert served.wait_for_end() == 0
        with pytest.raises(httpx.ConnectError):
            start(race, f"http://127.0.0.1:{port}")
    assert not [line for line in served.output if "Traceback" in line]


def test_a_busy_port_is_one_line_and_the_site_goes_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with serve(small_tree(tmp_path), free_port(), race_port=port) as served:
            site = served.wait_for(r"^site  (http://\S+)$")
            assert race_url(get(site)) == ""
            served.process.send_signal(signal.SIGINT)
            assert served.wait_for_end() == 0
    (said,) = [line for line in served.output if str(port) in line]
    assert said.startswith(f"race: cannot listen on 127.0.0.1:{port}: it is in use")
    assert "RACE_PORT" in said


def test_the_race_ends_with_the_site_whatever_ends_it(tmp_path: Path) -> None:
    with serve(small_tree(tmp_path), free_port()) as served:
        race = served.wait_for(r"^race  (http://\S+/)$")
        served.process.kill()
        # Its output is that of the site: here both have ended.
        served.wait_for_end()
        with pytest.raises(httpx.ConnectError):
            start(race, "http://localhost")


@pytest.mark.parametrize("wrong", ["eight", "65536"])
def test_a_wrong_port_is_one_line_and_the_site_goes_on(tmp_path: Path, wrong: str) -> None:
    with serve(small_tree(tmp_path), free_port(), race_port=wrong) as served:
        site = served.wait_for(r"^site  (http://\S+)$")
        assert race_url(get(site)) == ""
    (said,) = [line for line in served.output if wrong in line]
    assert said.startswith("race: ")


def test_the_sites_own_port_is_left_to_it(tmp_path: Path) -> None:
    port = free_port()
    with serve(small_tree(tmp_path), port, race_port=port) as served:
        assert "must differ" in served.wait_for(r"^race  not started: (.*)$")
        site = served.wait_for(r"^site  (http://\S+)$")
        assert "Small" in httpx.get(site, timeout=PATIENCE, trust_env=False).text


def test_a_build_starts_no_race(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        # Busy: a server that started would say so.
        monkeypatch.setenv("RACE_PORT", str(busy.getsockname()[1]))
        monkeypatch.setenv("RACE_URL", "/race/")
        assert strict.build(Tree(small_tree(tmp_path)), tmp_path / "built") == []
    assert race_url((tmp_path / "built" / "index.html").read_text("utf-8")) == "/race/"
