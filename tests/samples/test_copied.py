"""Who copies the code from a built page into an empty project gets the output that it states."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.samples import dotnet
from tests.samples.conftest import MANIFESTS
from tests.samples.copied import blocks, run
from tests.samples.manifest import DOCS, Manifest
from tests.site import Site

# A framework has a server alone; its page's client is a script.
NEEDED = {DOCS / "languages": {"client", "server"}, DOCS / "frameworks": {"server"}}
PAGES = [
    pytest.param(manifest, id=manifest.folder.name)
    for manifest in MANIFESTS
    if manifest.folder.parent in NEEDED
    and NEEDED[manifest.folder.parent] <= {sample.role for sample in manifest.samples}
]


def html(site: Site, manifest: Manifest) -> str:
    page = manifest.folder.relative_to(DOCS) / "index.html"
    return (site.folder / page).read_text("utf-8")


@pytest.mark.parametrize("manifest", PAGES)
def test_a_copied_page_does_what_it_says(
    site: Site, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if manifest.folder.name == "csharp":
        monkeypatch.setenv("PATH", f"{dotnet.stand_in(tmp_path / 'bin')}:{os.environ['PATH']}")
    for tool in manifest.tools:
        if shutil.which(tool) is None and os.environ.get("CI") != "true":
            pytest.skip(f"{tool} is not here")
    stated, printed = run(html(site, manifest), tmp_path)
    assert printed == stated


def test_a_page_that_lacks_a_line_is_noticed(site: Site, tmp_path: Path) -> None:
    page = html(site, next(m for m in MANIFESTS if m.folder.name == "python"))
    call = re.compile(r'<span class="n">main</span><span class="p">\(\)</span>')
    assert len(call.findall(page)) > 1
    stated, printed = run(call.sub("pass", page, count=1), tmp_path)  # the client's last line
    assert printed != stated


def test_a_title_and_a_text_are_read() -> None:
    page = (
        '<div class="language-go highlight"><span class="filename"><a href="a.go">a.go</a></span>'
        "<pre><span></span><code><span>x</span> &lt;- 1\n</code></pre></div><pre>out\n</pre>"
    )
    first = blocks(page)[0]
    assert (first.language, first.title, first.text) == ("go", "a.go", "x <- 1\n")
