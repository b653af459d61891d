"""Echo text and binary messages, limit their size, and close with 1001 on SIGTERM."""

# --8<-- [start:handler]
import asyncio
import contextlib
import signal
import sys

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

MAX_SIZE = 64 * 1024  # bytes in one message, after decompression


async def echo(websocket: ServerConnection) -> None:
    try:
        async for message in websocket:  # str for text, bytes for binary
            await websocket.send(message)
    except ConnectionClosed as closed:
        print(f"{websocket.remote_address}: {closed}", file=sys.stderr)


# --8<-- [end:handler]


# --8<-- [start:main]
async def run(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: loop.call_soon_threadsafe(stop.set))

    async with serve(echo, "127.0.0.1", port, max_size=MAX_SIZE) as server:
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await stop.wait()
        connections = server.connections
        server.close()  # closes each with 1001
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await server.wait_closed()
        for websocket in connections:
            websocket.transport.abort()  # its client does not read; nothing else ends it


def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit("usage: echo_server.py PORT")
    try:
        asyncio.run(run(int(sys.argv[1])))
    except (OSError, OverflowError) as error:  # a port in use, or above 65535
        sys.exit(f"echo_server.py: {error}")


if __name__ == "__main__":
    main()
# --8<-- [end:main]
