"""The echo that the documentation of `websockets` starts with, on uvloop, with our settings.

The library has no threshold under which messages stay uncompressed, and no limits of rates.
"""

from __future__ import annotations

import contextlib

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory


async def echo(connection: ServerConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        async for message in connection:
            await connection.send(message)


async def main() -> None:
    deflate = ServerPerMessageDeflateFactory(
        server_no_context_takeover=True,
        server_max_window_bits=12,
        client_max_window_bits=11,
        compress_settings={"level": 1, "memLevel": 5},
    )
    server = await serve(
        echo, "127.0.0.1", 0, compression=None, extensions=[deflate], max_size=1_048_576
    )
    port = server.sockets[0].getsockname()[1]
    print(f"ws://127.0.0.1:{port}", flush=True)
    await server.serve_forever()


uvloop.run(main())
