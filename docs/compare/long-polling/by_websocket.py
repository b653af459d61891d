"""Print each event of a feed once, over WebSocket."""

import asyncio
import contextlib
import json
import random
import sys
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException

FINAL = {400, 401, 403, 404, 405}  # asking again would end the same way


# --8<-- [start:client]
GONE = 4410  # our close code for what is 410 in HTTP


async def follow(url: str, longest: float) -> None:
    after: str | None = None  # the id of the last event that was handled
    failures = 0
    while True:
        try:
            async with connect(
                url if after is None else f"{url}?{urlencode({'after': after})}"
            ) as ws:
                async for message in ws:
                    failures = 0
                    event = json.loads(message)
                    print(event["text"], flush=True)  # handle it, and only then remember it
                    after = event["id"]
            lost = f"closed with {ws.close_code}"
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == GONE:
                print("events were missed: load the state anew", file=sys.stderr)
                after = None
                continue
            lost = str(error)
        except (OSError, WebSocketException) as error:
            if isinstance(error, InvalidURI):
                raise
            if isinstance(error, InvalidStatus) and error.response.status_code in FINAL:
                raise
            lost = f"{type(error).__name__}: {error}"
        failures += 1
        print(f"again: {lost}", file=sys.stderr)
        await asyncio.sleep(pause(failures, longest))


def pause(failures: int, longest: float) -> float:
    """Full jitter: clients that failed together do not come back together."""
    return random.uniform(0, min(longest, 0.25 * 2 ** min(failures, 16)))


# --8<-- [end:client]


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: by_websocket.py ws://HOST:PORT/events [LONGEST-PAUSE-IN-SECONDS]")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(follow(sys.argv[1], float(sys.argv[2]) if len(sys.argv) == 3 else 30.0))
    except (WebSocketException, ValueError) as error:
        sys.exit(f"by_websocket.py: {error}")


if __name__ == "__main__":
    main()
