"""Two peers: kill one of them without a word, and print what the other sees."""

import signal
import subprocess
import sys

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

# --8<-- [start:server]
# Echoes each message; 0 is a port that the system chooses.
SERVER = """
from websockets.sync.server import serve

def echo(websocket):
    for message in websocket:
        websocket.send(message)

with serve(echo, "127.0.0.1", 0) as server:
    print(server.socket.getsockname()[1], flush=True)
    server.serve_forever()
"""
# --8<-- [end:server]


# --8<-- [start:watch]
def watch(goodbye: bool) -> None:
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            with connect(f"ws://127.0.0.1:{port}", proxy=None) as websocket:
                websocket.send("hello")
                print("received:", websocket.recv(timeout=5))
                if goodbye:
                    websocket.close(1000, "done")
                else:
                    server.send_signal(signal.SIGKILL)  # kill -9
                try:
                    websocket.recv(timeout=5)
                except ConnectionClosed as closed:
                    print(f"{type(closed).__name__}: {closed}")
                    print("close code:", websocket.close_code)
        finally:
            server.kill()


# --8<-- [end:watch]


if __name__ == "__main__":
    print("-- closed in order")
    watch(goodbye=True)
    print("-- killed with kill -9")
    watch(goodbye=False)
