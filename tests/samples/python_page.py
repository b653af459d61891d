"""The page /languages/python/, and the connections that its claims are tried on."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable

import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection

from tests.samples.manifest import DOCS

FOLDER = DOCS / "languages" / "python"
PAGE = FOLDER.with_suffix(".md").read_text(encoding="utf-8")


def rows(anchor: str) -> list[list[str]]:
    """The cells of the first table after the heading with ``anchor``, without its head."""
    section = PAGE.split(f"{{ #{anchor} }}", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table, anchor
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in table[0].splitlines()[2:]
    ]


def pasted(file: str) -> str:
    """Return what a reader gets who pastes the page's blocks of ``file`` in their order."""
    sections = re.findall(rf'^--8<-- "languages/python/{file}:(.+)"$', PAGE, re.MULTILINE)
    text = (FOLDER / file).read_text(encoding="utf-8")
    parts = []
    for name in sections:
        inside = text.split(f"# --8<-- [start:{name}]\n", 1)[1]
        parts.append(inside.split(f"# --8<-- [end:{name}]\n", 1)[0])
    return "\n".join(parts)


Talk = Callable[[ClientConnection], Awaitable[object]]


async def failure(url: str, talk: Talk | None = None, **options: object) -> str:
    """Connect, talk, and return the kind and text of the exception that this raises."""
    try:
        async with asyncio.timeout(10), connect(url, **options) as websocket:  # type: ignore[arg-type]
            await (talk or ClientConnection.recv)(websocket)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError("nothing went wrong")


async def echo(websocket: ServerConnection) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        async for message in websocket:
            await websocket.send(message)
