"""A line to a server that can be cut, and that records what a browser asks over it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 20
# Close with a reset, as a network that went away looks to both ends.
_AT_ONCE = struct.pack("ii", 1, 0)


class Line:
    """Carries bytes between a free port and a server's; `heads` are the requests that passed."""

    def __init__(self, to: int) -> None:
        self.heads: list[str] = []
        self._to = to
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._answer: bytes | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        """Where a browser reaches the server over this line."""
        return f"http://127.0.0.1:{self.port}/"

    def cut(self, answer: bytes = b"") -> None:
        """Reset all connections; answer new ones with these bytes and an end, until mended."""
        with self._lock:
            self._answer = answer
            for end in self._open:
                with contextlib.suppress(OSError):  # one that has ended by itself
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                    end.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def mend(self) -> None:
        """Carry again."""
        with self._lock:
            self._answer = None

    def run(self) -> None:
        """Take connections until the listener is shut."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        """End everything."""
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            with self._lock:
                answer = self._answer
            if answer is not None:
                self.heads.append(client.recv(65536).decode("latin-1"))
                client.sendall(answer)
                return
            with socket.create_connection(("127.0.0.1", self._to), PATIENCE) as server:
                with self._lock:
                    self._open += [client, server]
                self._carry(client, server)

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in ready.select():
                    source = client if key.data is server else server
                    data = source.recv(65536)
                    if not data:
                        return
                    if source is client and data[:5] in (b"GET /", b"POST "):
                        self.heads.append(data.decode("latin-1"))
                    key.data.sendall(data)


@contextmanager
def line(to: int) -> Iterator[Line]:
    """Run a line to a port of this machine until the block ends."""
    one = Line(to)
    thread = threading.Thread(target=one.run, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.close()
        thread.join(PATIENCE)
