"""The same echo client on the threading API: no event loop, every call blocks."""

import sys

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

MESSAGES: list[str | bytes] = ["Hello, WebSocket! ✓", bytes([0, 127, 128, 255])]


def exchange(websocket: ClientConnection, message: str | bytes) -> None:
    kind = "text" if isinstance(message, str) else "binary"
    websocket.send(message)
    echo = websocket.recv(timeout=2)
    if echo != message:
        found = f"{type(echo).__name__} {echo[:80]!r}"
        raise ValueError(f"{kind} message came back as {found}")
    print(f"{kind}: {echo!r}")


# --8<-- [start:connect]
def run(url: str) -> None:
    with connect(url, open_timeout=3, close_timeout=2, max_size=64 * 1024) as websocket:
        for message in MESSAGES:
            exchange(websocket, message)


# --8<-- [end:connect]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: echo_client_threading.py ws://HOST:PORT/PATH")
    try:
        run(sys.argv[1])
    except (OSError, ValueError, WebSocketException) as error:
        sys.exit(f"echo_client_threading.py: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
