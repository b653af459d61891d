"""The output that /protocol/ping-pong-close/ shows is what its sample prints."""

from __future__ import annotations

from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import run_client

FOLDER = DOCS / "protocol" / "ping-pong-close"


def test_a_killed_peer_is_seen_as_the_page_shows(programs: Build) -> None:
    result = run_client(programs(load(FOLDER / "samples.toml"))["crash.py"])
    assert (result.status, result.err) == (0, "")
    page = FOLDER.with_suffix(".md").read_text("utf-8")
    assert f'```text title="Output"\n{result.out}```' in page
    assert "close code: 1006" in result.out
