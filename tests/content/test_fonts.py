"""The mono face: what its parts draw, and that pages ask for the part they need."""

from __future__ import annotations

import re

from hooks import fonts
from tests.content.tree import ROOT

TOKENS = ROOT / "overrides" / "assets" / "stylesheets" / "tokens.css"


def test_the_stylesheet_names_the_characters_of_the_bold_readout() -> None:
    rule = re.search(r"mono-600-readout[^}]*unicode-range: ([^;]+);", TOKENS.read_text("utf-8"))
    assert rule, "tokens.css says which characters mono-600-readout.woff2 has"
    named = set[str]()
    for part in rule[1].split(", "):
        first, _, last = part.removeprefix("U+").partition("-")
        named |= set(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    assert named == set(fonts.READOUT)


def test_each_file_of_the_face_is_there_and_no_other() -> None:
    assert {path.stem for path in fonts.TARGET.glob("*.woff2")} == set(fonts.FILES)
