"""Start the application behind uvicorn (HTTP/1.1, WebSocket) or hypercorn (HTTP/2).

``python -m tests.measure.transports.serve uvicorn`` prints a line with its address once it listens.
"""

from __future__ import annotations

import asyncio
import socket
import sys

import hypercorn.asyncio
import hypercorn.config
import uvicorn

from tests.measure.servers import Server
from tests.measure.transports.app import app


def _command(name: str) -> list[str]:
    return [sys.executable, "-m", "tests.measure.transports.serve", name]


UVICORN = Server("uvicorn", lambda: _command("uvicorn"))
HYPERCORN = Server("hypercorn", lambda: _command("hypercorn"))


def main() -> None:
    """Serve until the process is ended."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(f"listening on ws://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
    if sys.argv[1] == "uvicorn":
        config = uvicorn.Config(app, access_log=False, log_level="warning", timeout_keep_alive=60)
        uvicorn.Server(config).run(sockets=[listening])
    else:
        settings = hypercorn.config.Config()
        settings.bind = [f"fd://{listening.fileno()}"]
        settings.loglevel = "WARNING"
        asyncio.run(hypercorn.asyncio.serve(app, settings))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
