"""``python -m hooks.fonts FOLDER``: the mono face of the site, as small files of ours.

FOLDER holds the npm package of IBM Plex Mono, which `make fonts` brings. What is kept:
printable ASCII, the punctuation that prose uses, and the signs of our panels. The license reserves
the name Plex for the whole font, so what comes out is called Wire Mono.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

TARGET = Path(__file__).parent.parent / "overrides" / "assets" / "fonts"
PACKAGE = Path("@fontsource", "ibm-plex-mono")
NAME = "Wire Mono"
CHARACTERS = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0§°±µ·×–—‘’“”•…−≤≥"  # noqa: RUF001
# What an instrument says in bold: states and numbers. tokens.css has the same as a unicode-range: a
# page that says no more in bold, such as the home page, does not load the rest.
READOUT = " ,./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ×–"  # noqa: RUF001
FILES = {
    "mono-400": (400, CHARACTERS),
    "mono-600-readout": (600, READOUT),
    "mono-600": (600, "".join(sorted(set(CHARACTERS) - set(READOUT)))),
}


def main() -> None:
    """Write the files, and the license beside them."""
    package = Path(sys.argv[1]) / PACKAGE
    TARGET.mkdir(exist_ok=True)
    for name, (weight, characters) in FILES.items():
        source = package / "files" / f"ibm-plex-mono-latin-{weight}-normal.woff2"
        target = TARGET / f"{name}.woff2"
        reduce(source, target, characters)
        print(f"{target.name}: {target.stat().st_size} of {source.stat().st_size} bytes kept")
    (TARGET / "LICENSE").write_bytes((package / "LICENSE").read_bytes())


def reduce(source: Path, target: Path, characters: str) -> None:
    """Write the part of the font that draws ``characters``."""
    # Here, because what builds the site has no fontTools.
    subset = import_module("fontTools.subset")
    options = subset.Options(
        flavor="woff2", hinting=False, layout_features=["mark"], name_IDs=[1, 2, 4, 6, 13]
    )
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    main()
