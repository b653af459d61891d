"""``make fresh``: what has grown old, oldest first. It opens nothing, changes nothing, and fails
only where a registry could not be asked at all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime

from tests.content.tree import Tree
from tests.fresh import ages, pins

# In days. What is older is marked.
REVIEW, SOURCE = 180, 180
_SHOWN = 15


def aged(title: str, found: list[ages.Aged], limit: int, day: date) -> Iterator[str]:
    """The oldest things in a table, those past their limit marked with `!`."""
    old = sum(one.days(day) > limit for one in found)
    yield f"{title}: {len(found)}, of which {old} older than {limit} days"
    for one in found[: max(_SHOWN, old)]:
        mark = "!" if one.days(day) > limit else " "
        where = f"  ({', '.join(one.pages)})" if one.pages else ""
        yield f"{mark} {one.days(day):5} days  {one.day}  {one.name}{where}"
    yield ""


def pinned(title: str, found: list[tuple[pins.Pin, str]]) -> Iterator[str]:
    """The versions for which there is a newer one."""
    behind = [(pin, newest) for pin, newest in found if pin.version != newest]
    yield f"{title}: {len(found)}, of which {len(behind)} have a newer version"
    for pin, newest in behind:
        yield f"! {pin.name} {pin.version} -> {newest}  ({pin.file})"
    yield ""


def main(tree: Tree | None = None, day: date | None = None) -> int:
    """Print the report; return 1 where a registry gave no answer."""
    tree, day = tree or Tree(), day or datetime.now(UTC).date()
    for line in aged("Pages by their last review", ages.pages(tree), REVIEW, day):
        print(line)
    for line in aged("Sources by their last reading", ages.sources(tree), SOURCE, day):
        print(line)
    silent = 0
    for title, newest in pins.REGISTRIES.items():
        try:
            print("\n".join(pinned(title, newest())), flush=True)
        except pins.UnknownError as error:
            silent = 1
            print(f"{title}: not known, because {error}\n", flush=True)
    return silent


if __name__ == "__main__":
    sys.exit(main())
