"""``python -m tests.audit [KIND …]``: what `make audit` runs. Exit status 1 beyond the budget.

Builds the site, checks each page's markup and measures a page of each kind, served as the self-host
page tells to: compressed, under the content security policy. Raw results go to .cache/audit/.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.audit import markup, speed, tools
from tests.site import ROOT, build, serve

RAW = ROOT / ".cache" / "audit"
ROW = "{:<11}{:>12}{:>14}{:>15}{:>5}{:>8}{:>10}{:>8}{:>7}{:>6}"


def main(kinds: list[str]) -> int:
    """Print the table of measures, and what is wrong or beyond the budget."""
    if unknown := set(kinds) - set(speed.PAGES):
        sys.exit(f"no such kind: {', '.join(sorted(unknown))}; known: {', '.join(speed.PAGES)}")
    modules = tools.install()
    RAW.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        BackgroundServer(Settings(port=0)) as echo,
        serve(Path(name)) as site,
    ):
        build(site.folder, site_url=site.url(), echo_url=f"{echo.url}/demo")
        problems = markup.check(modules, site.folder, RAW / "markup.json")
        print(f"{len(problems)} errors in the markup of the pages", flush=True)
        print(ROW.format("page", *speed.CATEGORIES, "bytes", "requests", "LCP ms", "CLS", "TBT"))
        for kind, path in speed.PAGES.items():
            if kinds and kind not in kinds:
                continue
            found = speed.measure(modules, kind, site.url(path), RAW)
            shift, blocked = f"{found.shift:.3f}", f"{found.blocked:.0f}"
            row = (found.size, len(found.files), f"{found.paint:.0f}", shift, blocked)
            print(ROW.format(kind, *found.scores, *row), flush=True)
            for path, size in found.files if kinds else ():
                print(f"{path:>57}{size:>8}", flush=True)
            problems += [*found.over(), *(f"{kind}: {text}" for text in sorted(found.remarks))]
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
