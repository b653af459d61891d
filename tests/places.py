"""Marked places of pages, which are filled from data: with what was measured, or what is supported.

A place is ``<!-- KIND: NAME -->`` … ``<!-- end -->``, each on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def fill(page: str, kind: str, parts: Mapping[str, str]) -> str:
    """Return the page with each of its places of this kind filled anew by the part of its name.

    Raises:
        ValueError: a place has a name that is not among ``parts``, or no end.
    """
    marker = f"<!-- {kind}:"

    def filled(place: re.Match[str]) -> str:
        name = place[1]
        if name not in parts or marker in place[0][len(marker) :]:
            raise ValueError(f"`{name}` has no end, or is none of {', '.join(parts)}")
        return f"{marker} {name} -->\n\n{parts[name]}\n\n<!-- end -->"

    pattern = rf"^{marker} (.*?) -->$.*?^<!-- end -->$"
    text, number = re.subn(pattern, filled, page, flags=re.M | re.S)
    if number != page.count(marker):
        raise ValueError(f"a place {marker} … --> has no end")
    return text


def fill_one(page: str, kind: str, name: str, text: str) -> str:
    """Return the page with its only place of this kind, ``name``, filled anew.

    Raises:
        ValueError: the page has no such place, or several.
    """
    if page.count(f"<!-- {kind}:") != 1:
        raise ValueError(f"the page must have one place, <!-- {kind}: {name} -->")
    return fill(page, kind, {name: text})
