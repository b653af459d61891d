"""Echoes over wss with the certificate that certificates.sh made."""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys

from websockets.asyncio.server import ServerConnection, serve


# --8<-- [start:server]
async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def main(port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("server.pem", "server.key")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with serve(echo, "127.0.0.1", port, ssl=context, max_size=65_536):
        print(f"listening on wss://localhost:{port}", flush=True)
        await stop.wait()


# --8<-- [end:server]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python server.py PORT")
    asyncio.run(main(int(sys.argv[1])))
