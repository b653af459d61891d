"""Sends one message over wss, trusting the authority that certificates.sh made, and no other."""

from __future__ import annotations

import ssl
import sys

from websockets.sync.client import connect


# --8<-- [start:client]
def main(url: str) -> None:
    context = ssl.create_default_context(cafile="ca.pem")
    with connect(url, ssl=context, open_timeout=5) as connection:
        print("TLS version:", connection.socket.version())
        connection.send("hello")
        print("received:", connection.recv(timeout=5))


# --8<-- [end:client]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python client.py wss://localhost:PORT")
    try:
        main(sys.argv[1])
    except (OSError, TimeoutError) as error:
        sys.exit(str(error))
