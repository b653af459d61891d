"""Each server sample fails the Autobahn cases that /languages/ says, and no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.samples.conformance import PAGE, RESULT, measure, servers, with_table
from tests.samples.conftest import Build
from tests.samples.manifest import Manifest

KEPT = json.loads(RESULT.read_text("utf-8"))


@pytest.mark.parametrize(
    ("manifest", "file"), [pytest.param(m, f, id=f"{m.folder.name}/{f}") for m, f in servers()]
)
def test_a_server_sample_conforms_as_the_page_says(
    programs: Build, manifest: Manifest, file: str, tmp_path: Path
) -> None:
    kept = KEPT["servers"][f"{manifest.folder.name}/{file}"]
    found = measure(manifest, programs(manifest)[file], tmp_path, set(kept["failed"]))
    assert found["failed"] == kept["failed"]
    assert found["cases"] == kept["cases"]
    assert found["versions"][0] == kept["versions"][0], "measure again: the library is another"


def test_the_table_is_the_kept_result() -> None:
    page = PAGE.read_text("utf-8")
    assert with_table(page, KEPT) == page
    assert {name.partition("/")[0] for name in KEPT["servers"]} <= {
        manifest.folder.name for manifest, _ in servers()
    }
    for found in KEPT["servers"].values():
        assert f"`{found['versions'][0].split()[0]}` {found['versions'][0].split()[1]}" in page
