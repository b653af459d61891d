"""Send a text and a binary message to an echo server, check both echoes, close with 1000."""

# --8<-- [start:imports]
import asyncio
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

# --8<-- [end:imports]

# --8<-- [start:exchange]
MESSAGES: list[str | bytes] = ["Hello, WebSocket! ✓", bytes([0, 127, 128, 255])]


async def exchange(websocket: ClientConnection, message: str | bytes) -> None:
    kind = "text" if isinstance(message, str) else "binary"
    await websocket.send(message)
    echo = await websocket.recv()
    if echo != message:  # str never equals bytes: a wrong opcode shows too
        found = f"{type(echo).__name__} {echo[:80]!r}"
        raise ValueError(f"{kind} message came back as {found}")
    print(f"{kind}: {echo!r}")


# --8<-- [end:exchange]


# --8<-- [start:connect]
async def run(url: str) -> None:
    async with (
        asyncio.timeout(6),  # from connecting to closing
        connect(url, max_size=64 * 1024, close_timeout=2) as websocket,
    ):
        for message in MESSAGES:
            await exchange(websocket, message)


# --8<-- [end:connect]


# --8<-- [start:main]
def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: echo_client.py ws://HOST:PORT/PATH")
    try:
        asyncio.run(run(sys.argv[1]))
    except (OSError, ValueError, WebSocketException) as error:
        sys.exit(f"echo_client.py: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
# --8<-- [end:main]
