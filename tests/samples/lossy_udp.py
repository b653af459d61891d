"""A line that loses packets: a UDP relay for one client, which drops what a rule says."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass
class Relay:
    """Carries datagrams to the port ``to`` and back; ``loses`` is asked for each one."""

    port: int
    to: int
    loses: Callable[[int, bytes], bool]
    carried: int = 0
    lost: int = 0


@contextlib.contextmanager
def relay(to: int, loses: Callable[[int, bytes], bool]) -> Iterator[Relay]:
    """Relay until the block ends; ``loses(number, packet)`` judges what the client sends."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
    ):
        near.bind(("127.0.0.1", 0))
        far.bind(("127.0.0.1", 0))
        made = Relay(near.getsockname()[1], to, loses)
        client: list[tuple[str, int]] = []

        def there() -> None:
            while True:
                packet, sender = near.recvfrom(65_536)
                if not packet:
                    return
                client[:] = [sender]
                made.carried += 1
                if made.loses(made.carried, packet):
                    made.lost += 1
                else:
                    far.sendto(packet, ("127.0.0.1", made.to))

        def back() -> None:
            while packet := far.recv(65_536):
                near.sendto(packet, client[0])

        threads = [threading.Thread(target=there), threading.Thread(target=back)]
        for thread in threads:
            thread.start()
        try:
            yield made
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                for sock in (near, far):
                    ending.sendto(b"", sock.getsockname())
            for thread in threads:
                thread.join(timeout=20)
