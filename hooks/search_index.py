"""Makes the search index: `pagefind/` in a built site, loaded when the search is opened.

``python -m hooks.search_index FOLDER`` indexes a folder that another builder has built.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

# Pagefind's own dialogs and what belongs to them; ours is elements/site-search.js.
_UNUSED = ("*-ui.css", "*-ui.js", "pagefind-highlight.js")


def on_post_build(config: MkDocsConfig) -> None:
    """Index what MkDocs has built, under `mkdocs serve` too."""
    index(Path(config.site_dir))


def index(folder: Path) -> None:
    """Index the pages in ``folder`` that mark their text with ``data-pagefind-body``.

    Raises RuntimeError with what Pagefind says where it fails.
    """
    result = subprocess.run(
        [
            *(sys.executable, "-m", "pagefind", "--site", str(folder)),
            # Names such as max_size and Sec-WebSocket-Key are found as they are written.
            *("--include-characters", "_-"),
        ],
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise RuntimeError(f"the search index was not made:\n{result.stdout}{result.stderr}")
    for name in _UNUSED:
        for path in (folder / "pagefind").glob(name):
            path.unlink()


if __name__ == "__main__":
    index(Path(sys.argv[1]))
