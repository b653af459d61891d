"""Print every message that a server sends; connect again whenever the connection is lost."""

# --8<-- [start:decide]
import asyncio
import contextlib
import os
import random
import signal
import sys
import time

from websockets.asyncio.client import connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)

SECOND = float(os.environ.get("UNIT_MS", "1000")) / 1000  # our tests make seconds short
LONGEST = 60 * SECOND  # of all pauses that grow
STABLE = 60 * SECOND  # a connection is good after this; a dead one is noticed in 35


def pause(attempt: int, code: int | None) -> float:
    """Say how long to wait before an attempt, counted from the last good connection."""
    if code == 1012:  # everyone lost the server at once: spread out
        return random.uniform(5, 30) * SECOND
    if code == 1013:  # the server is overloaded: leave it alone
        return random.uniform(30, 60) * SECOND
    # Full jitter: anything from 0.
    return random.uniform(0, min(2 ** min(attempt - 1, 10) * SECOND, LONGEST))


def is_final(error: Exception) -> bool:
    """Say whether the next attempt would end the same way."""
    if isinstance(error, ConnectionClosed):
        return close_code(error) in (1000, 1008)
    if isinstance(error, InvalidStatus):
        return 400 <= error.response.status_code < 500
    return isinstance(error, InvalidURI)


def close_code(error: Exception) -> int | None:
    closed = isinstance(error, ConnectionClosed) and error.rcvd
    return closed.code if closed else None


# --8<-- [end:decide]


# --8<-- [start:listen]
async def listen(url: str) -> None:
    attempt = 0
    while True:
        opened = None
        try:
            async with connect(
                url,
                max_size=64 * 1024,
                ping_interval=20 * SECOND,
                ping_timeout=10 * SECOND,
                close_timeout=5 * SECOND,
            ) as websocket:
                opened = time.monotonic()
                # To the server this client is new: subscribe here, and ask for what was missed.
                print("connected", file=sys.stderr)
                try:
                    while True:
                        print(await websocket.recv(), flush=True)
                finally:
                    await websocket.close()  # without it, cancellation closes with 1011
        except (OSError, WebSocketException) as error:
            if is_final(error):
                raise
            if opened is not None and time.monotonic() - opened > STABLE:
                attempt = 0
            attempt += 1
            wait = pause(attempt, close_code(error))
            reason = f"{type(error).__name__}: {error}"
        print(f"lost: {reason}; attempt {attempt} in {wait * 1000:.0f} ms", file=sys.stderr)
        await asyncio.sleep(wait)


# --8<-- [end:listen]


# --8<-- [start:main]
async def run(url: str) -> None:
    task = asyncio.ensure_future(listen(url))
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: loop.call_soon_threadsafe(task.cancel))
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: resilient_client.py ws://HOST:PORT/PATH")
    try:
        asyncio.run(run(sys.argv[1]))
    except WebSocketException as error:
        if close_code(error) != 1000:  # 1000 says that the server has nothing more to send
            sys.exit(f"resilient_client.py: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
# --8<-- [end:main]
