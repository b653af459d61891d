"""Asks for articles by HTTP, then polls the first: ``python ask_http.py URL tea``."""

from __future__ import annotations

import asyncio
import sys

import httpx

INTERVAL = 2.0


# --8<-- [start:ask]
async def ask(client: httpx.AsyncClient, name: str, **headers: str) -> httpx.Response:
    """Ask for an article; once more where the line is lost, for a GET may be repeated."""
    try:
        return await client.get(f"articles/{name}", headers=headers)
    except httpx.TransportError:
        return await client.get(f"articles/{name}", headers=headers)


def said(answer: httpx.Response) -> str:
    """What an answer says, for people."""
    answer.raise_for_status()
    return "{name}: {count}".format(**answer.json())


# --8<-- [end:ask]
# --8<-- [start:watch]
async def watch(client: httpx.AsyncClient, name: str) -> None:
    """Print an article whenever it has changed; most answers are a 304 without a body."""
    tag = ""
    while True:
        answer = await ask(client, name, **({"If-None-Match": tag} if tag else {}))
        if answer.status_code != 304:
            text = said(answer)
            if tag:
                print("changed:", text, flush=True)
            tag = answer.headers["ETag"]
        await asyncio.sleep(INTERVAL)


# --8<-- [end:watch]
async def main(url: str, *names: str) -> None:
    """Ask for all at once, then watch the first."""
    async with httpx.AsyncClient(base_url=url, timeout=5) as client:
        for answer in await asyncio.gather(*(ask(client, name) for name in names)):
            print(said(answer), flush=True)
        await watch(client, names[0])


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
    except httpx.HTTPError as error:
        sys.exit(f"ask_http.py: {type(error).__name__}: {error}")
