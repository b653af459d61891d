"""A server that pings, notices who is gone, and answers the heartbeat of a page."""

import asyncio
import os
import signal
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

SECOND = float(os.environ.get("UNIT_MS", "1000")) / 1000  # our tests make seconds short


# --8<-- [start:handle]
async def handle(connection: ServerConnection) -> None:
    try:
        while True:
            message = await connection.recv()
            if message == "ping":
                await connection.send("ping")
    except ConnectionClosed as end:
        print(f"{end}; last round trip {connection.latency * 1000:.1f} ms", flush=True)


async def main(port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with serve(
        handle,
        "127.0.0.1",
        port,
        ping_interval=20 * SECOND,
        ping_timeout=10 * SECOND,
        close_timeout=5 * SECOND,  # a dead peer answers no close either
        max_size=64 * 1024,
    ):
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await stop.wait()
        # --8<-- [end:handle]


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit("usage: server.py PORT")
    asyncio.run(main(int(sys.argv[1])))
