"""What the tests of behaviours ask of a connection."""

from __future__ import annotations

import time

from echo_demo.background import BackgroundServer
from tests.echo.raw import (
    CLOSE,
    TEXT,
    RawClient,
    Received,
    frame,
    request,
)


def refusal(client: RawClient, path: str, *headers: str) -> tuple[int, str, str]:
    """The status of a refused handshake, its head and its body."""
    client.send(request(path, *headers))
    head, _, body = client.rest().partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head.decode(), body.decode()


def echoes(client: RawClient, payload: bytes = b"still here") -> bool:
    client.send(frame(TEXT, payload))
    return client.frame().payload == payload


def until_close(client: RawClient) -> list[Received]:
    frames = [client.frame()]
    while frames[-1].opcode != CLOSE:
        frames.append(client.frame())
    return frames


def still(server: BackgroundServer) -> int:
    """How many messages were sent to the newest connection, once it gets no more."""
    seen = [-1]
    while seen[-20:] != [seen[-1]] * 20:
        seen.append(server.connections()[-1].totals["out"]["messages"])
        time.sleep(0.01)
    return seen[-1]


def whole(client: RawClient) -> list[Received]:
    frames = [client.frame()]
    while not frames[-1].fin:
        frames.append(client.frame())
    return frames
