"""A line that is cut again and again: a TCP proxy that ends connections after some bytes."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

_RESET = struct.pack("ii", 1, 0)  # on close, TCP says that the connection broke


@dataclass
class Line:
    """Carries to the port ``to``; each connection ends after as many bytes as ``budget`` says."""

    port: int
    to: int
    budgets: Iterator[int]
    connections: int = 0
    cuts: int = 0
    threads: list[threading.Thread] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)


def at_random(seed: int, *choices: int) -> Iterator[int]:
    """Budgets in bytes from the server: up to one of ``choices`` each time."""
    chance = random.Random(seed)
    while True:
        yield chance.randint(0, chance.choice(choices))


@contextlib.contextmanager
def line(to: int, budgets: Iterator[int]) -> Iterator[Line]:
    """Listen on a free loopback port until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Line(listener.getsockname()[1], to, budgets)
        leaving = threading.Event()

        def run() -> None:
            while True:
                near, _ = listener.accept()
                if leaving.is_set():
                    near.close()
                    return
                try:
                    far = socket.create_connection(("127.0.0.1", made.to), timeout=10)
                except OSError:  # no server: the client sees the end of its connection
                    cut(near)
                    continue
                far.settimeout(None)
                made.connections += 1
                made.sockets += [near, far]
                for carry in (
                    threading.Thread(target=_carry, args=(made, near, far, None)),
                    threading.Thread(target=_carry, args=(made, far, near, next(made.budgets))),
                ):
                    carry.start()
                    made.threads.append(carry)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield made
        finally:
            leaving.set()
            socket.create_connection(("127.0.0.1", made.port), timeout=10).close()
            thread.join(timeout=20)
            for sock in made.sockets:
                cut(sock)
            for carry in made.threads:
                carry.join(timeout=20)
            for sock in made.sockets:
                sock.close()


def _carry(made: Line, source: socket.socket, sink: socket.socket, budget: int | None) -> None:
    try:
        while data := source.recv(65_536):
            if budget is not None and len(data) > budget:
                sink.sendall(data[:budget])
                made.cuts += 1
                break
            sink.sendall(data)
            if budget is not None:
                budget -= len(data)
    except OSError:
        pass
    for sock in (source, sink):
        cut(sock)


def cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        sock.shutdown(socket.SHUT_RDWR)
