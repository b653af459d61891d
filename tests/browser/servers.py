"""Servers other than ours, for tests of what a page makes of them; and who is connected to ours."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page
from websockets.sync.server import ServerConnection
from websockets.typing import Subprotocol

from echo_demo.background import BackgroundServer
from tests.browser.console import server as serving

REPORTING = (Subprotocol("v1.report.websocket.org"),)


@contextmanager
def server(
    handler: Callable[[ServerConnection], None], subprotocols: tuple[Subprotocol, ...] = REPORTING
) -> Iterator[str]:
    """Run a server that agrees to report and then does as it likes; yield its address."""
    with serving(handler, subprotocols=subprotocols or None) as url:
        yield f"{url}demo"


def says(*messages: str | bytes) -> Callable[[ServerConnection], None]:
    """Return a handler that sends these messages and then listens."""

    def handle(connection: ServerConnection) -> None:
        for message in messages:
            connection.send(message)
        for _ in connection:
            pass

    return handle


@contextmanager
def plain(answer: bytes | None) -> Iterator[str]:
    """Answer each connection with these bytes and close it, or with None never answer."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    held.append(connection)
                    if answer is not None:
                        connection.recv(65536)
                        connection.sendall(answer)
                        connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}/demo"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()


def expect_connections(page: Page, server: BackgroundServer, count: int) -> None:
    """Wait until the echo server has that many connections, for twenty seconds at most."""
    for _ in range(400):
        if len(server.connections()) == count:
            return
        page.wait_for_timeout(50)
    assert len(server.connections()) == count
