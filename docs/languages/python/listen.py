"""Print every message that a server sends; connect again whenever the connection is lost."""

import asyncio
import contextlib
import logging
import random
import signal
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, WebSocketException


# --8<-- [start:listen]
async def listen(url: str, pause: float) -> None:
    async for websocket in connect(url):
        try:
            # To the server this client is new: subscribe here.
            async for message in websocket:
                print(message, flush=True)
            print("closed by the server", file=sys.stderr)
        except ConnectionClosedError as closed:
            print(f"lost: {closed}", file=sys.stderr)
        finally:
            await websocket.close()  # without it, cancellation closes with 1011
        # connect() waits after a failed attempt, not after a connection.
        await asyncio.sleep(random.uniform(0, pause))


# --8<-- [end:listen]


async def run(url: str, pause: float) -> None:
    task = asyncio.ensure_future(listen(url, pause))
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: loop.call_soon_threadsafe(task.cancel))
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: listen.py ws://HOST:PORT/PATH [LONGEST-PAUSE-IN-SECONDS]")
    logging.basicConfig(level=logging.INFO)  # shows each attempt that failed, and why
    try:
        pause = float(sys.argv[2]) if len(sys.argv) == 3 else 5.0
        asyncio.run(run(sys.argv[1], pause))
    except (ValueError, WebSocketException) as error:  # network errors are retried instead
        sys.exit(f"listen.py: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
