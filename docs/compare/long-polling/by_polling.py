"""Print each event of a feed once, by long polling."""

import asyncio
import contextlib
import random
import sys

import httpx

FINAL = {400, 401, 403, 404, 405}  # asking again would end the same way


# --8<-- [start:client]
# The server answers within 25 s, if only with 204: wait longer than that for the first byte.
TIMEOUT = httpx.Timeout(10, read=40)


async def follow(url: str, longest: float) -> None:
    after: str | None = None  # the id of the last event that was handled
    failures = 0
    async with httpx.AsyncClient(timeout=TIMEOUT) as client:
        while True:
            try:
                answer = await client.get(url, params={} if after is None else {"after": after})
                if answer.status_code == 410:
                    print("events were missed: load the state anew", file=sys.stderr)
                    after = None
                    continue
                answer.raise_for_status()
                events = [] if answer.status_code == 204 else answer.json()
            except (httpx.TransportError, httpx.HTTPStatusError, ValueError) as error:
                if isinstance(error, httpx.HTTPStatusError) and answer.status_code in FINAL:
                    raise
                failures += 1
                print(f"again: {type(error).__name__}: {error}", file=sys.stderr)
                await asyncio.sleep(pause(failures, longest))
                continue
            failures = 0
            for event in events:
                print(event["text"], flush=True)  # handle it, and only then remember it
                after = event["id"]


def pause(failures: int, longest: float) -> float:
    """Full jitter: clients that failed together do not come back together."""
    return random.uniform(0, min(longest, 0.25 * 2 ** min(failures, 16)))


# --8<-- [end:client]


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: by_polling.py http://HOST:PORT/events [LONGEST-PAUSE-IN-SECONDS]")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(follow(sys.argv[1], float(sys.argv[2]) if len(sys.argv) == 3 else 30.0))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        sys.exit(f"by_polling.py: {error}")


if __name__ == "__main__":
    main()
