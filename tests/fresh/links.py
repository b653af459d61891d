"""``make links``: whether every page that ours link to still answers. It needs the network.

An answer is remembered for some days, so a run that was broken off goes on where it was. What
cannot be asked by a program stands with its reason in links.toml.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

import httpx

from tests.content import front_matter, markdown
from tests.content.tree import ROOT, Tree

EXCEPTIONS = Path(__file__).with_suffix(".toml")
CACHE = ROOT / ".cache" / "links.json"
_REMEMBERED = 7
_AT_ONCE = 16
_TIMEOUT = 20
_AGENT = "Mozilla/5.0 (compatible; link check of a WebSocket reference)"
_ADDRESS = re.compile(r"https?://[^\s<>()\"'`\]]+(?:\([^\s<>()]*\)[^\s<>()\"'`\]]*)*")
_OURS = re.compile(r"https?://(?:127\.|localhost|\[::1\]|[\w.-]*\bexample\b)")

# What was found on a day: "" where the page answered, else why it did not.
Found: TypeAlias = dict[str, tuple[str, str]]


def addresses(tree: Tree) -> dict[str, list[str]]:
    """All addresses that pages cite or link to, without fragments, and the pages that do."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for page in tree.pages:
        for address in _of(tree.source(page)):
            found[address.partition("#")[0].rstrip(".,;:")].add(f"docs/{page}")
    return {address: sorted(pages) for address, pages in sorted(found.items())}


def _of(source: str) -> Iterator[str]:
    for cited in front_matter.read(source).get("sources") or ():
        yield cited["url"]
    for found in _ADDRESS.finditer(markdown.read(source).text):
        if not _OURS.match(found[0]):
            yield found[0]


def exceptions(file: Path = EXCEPTIONS) -> dict[str, str]:
    """The beginnings of addresses that are not asked, and why."""
    listed = tomllib.loads(file.read_text("utf-8")).get("exception", [])
    return {one["begins"]: one["reason"] for one in listed}


def excepted(address: str, listed: Iterable[str]) -> bool:
    """Whether an address is one of those that are not asked."""
    return any(address.startswith(begin) for begin in listed)


async def ask(asked: Iterable[str], note: Callable[[str, str], None]) -> int:
    """Ask each address, one of a host at a time; return how many hosts could not be reached."""
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    for address in asked:
        hosts[httpx.URL(address).host].append(address)
    limit = asyncio.Semaphore(_AT_ONCE)

    async def host(client: httpx.AsyncClient, addresses: list[str]) -> bool:
        async with limit:
            for address in addresses:
                try:
                    note(address, await _fault(client, address))
                except httpx.RequestError as error:
                    note(address, f"no answer: {error or type(error).__name__}")
                    if isinstance(error, httpx.ConnectError):
                        return False
        return True

    async with httpx.AsyncClient(
        headers={"User-Agent": _AGENT}, timeout=_TIMEOUT, follow_redirects=True
    ) as client:
        reached = await asyncio.gather(*(host(client, some) for some in hosts.values()))
    return reached.count(False)


async def _fault(client: httpx.AsyncClient, address: str) -> str:
    answer = await client.head(address)
    if answer.status_code in (403, 404, 405, 501):
        # Some servers do not answer HEAD as they answer GET.
        async with client.stream("GET", address) as answer:
            pass
    return "" if answer.status_code < 400 else f"{answer.status_code} {answer.reason_phrase}"


def remembered(cache: Path, today: date) -> Found:
    """What was found well in the last days."""
    if not cache.exists():
        return {}
    return {
        address: (fault, day)
        for address, (fault, day) in json.loads(cache.read_text("utf-8")).items()
        if not fault and (today - date.fromisoformat(day)).days < _REMEMBERED
    }


def main(tree: Tree | None = None, cache: Path = CACHE, listed: Path = EXCEPTIONS) -> int:
    """Ask what is not remembered; print what is broken. Return 1 for a broken link, 2 offline."""
    today = datetime.now(UTC).date()
    linked, not_asked = addresses(tree or Tree()), exceptions(listed)
    for begin in not_asked:
        if not any(address.startswith(begin) for address in linked):
            print(f"{listed.name}: no page links to {begin} any more; take the exception out")
    known = remembered(cache, today)
    asked = [one for one in linked if one not in known and not excepted(one, not_asked)]
    found: Found = {}

    def note(address: str, fault: str) -> None:
        found[address] = (fault, today.isoformat())
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(known | found, indent=1), "utf-8")

    unreached = asyncio.run(ask(asked, note))
    hosts = len({httpx.URL(one).host for one in asked})
    if unreached * 2 > hosts:
        print(
            f"make links: {unreached} of {hosts} hosts cannot be reached: there is no network "
            "here, or it is closed, so nothing was checked"
        )
        return 2
    broken = {address: fault for address, (fault, _) in found.items() if fault}
    for address, fault in broken.items():
        print(f"{', '.join(linked[address])}: {address}: {fault}")
    skipped = sum(excepted(one, not_asked) for one in linked)
    print(
        f"{len(linked)} addresses: {len(found)} asked, {len(known)} remembered, "
        f"{skipped} excepted, {len(broken)} broken"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
