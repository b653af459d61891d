"""How long ago pages were reviewed and their sources opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tests.content import front_matter
from tests.content.tree import Tree


@dataclass(frozen=True, order=True)
class Aged:
    """Something that was last looked at on a day; the oldest sort first."""

    day: date
    name: str
    pages: tuple[str, ...] = ()

    def days(self, today: date) -> int:
        """Its age in days."""
        return (today - self.day).days


def pages(tree: Tree) -> list[Aged]:
    """All pages by the day of their review."""
    return sorted(
        Aged(date.fromisoformat(str(reviewed)), f"docs/{page}")
        for page in tree.pages
        if (reviewed := front_matter.read(tree.source(page)).get("reviewed"))
    )


def sources(tree: Tree) -> list[Aged]:
    """All sources that can change, by the day they were last opened for any page.

    An RFC never changes, and so has no such day.
    """
    opened: dict[str, date] = {}
    used: dict[str, list[str]] = {}
    for url, page, day in _accessed(tree):
        opened[url] = max(day, opened.get(url, day))
        used.setdefault(url, []).append(f"docs/{page}")
    return sorted(Aged(day, url, tuple(used[url])) for url, day in opened.items())


def _accessed(tree: Tree) -> Iterator[tuple[str, str, date]]:
    for page in tree.pages:
        for source in front_matter.read(tree.source(page)).get("sources") or ():
            if "accessed" in source:
                yield source["url"], page, date.fromisoformat(str(source["accessed"]))
