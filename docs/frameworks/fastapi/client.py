"""Join the room, say hello, and print what comes back."""

import sys

from websockets.sync.client import connect

url, token = sys.argv[1:]
with connect(url, additional_headers={"Cookie": f"session={token}"}) as websocket:
    websocket.send("hello")
    print(websocket.recv(timeout=10))
