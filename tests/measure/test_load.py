"""The load reads answers however they are cut, and measures nothing where an echo is wrong."""

from __future__ import annotations

import ctypes
import socket
from typing import Any

import pytest

from tests.measure.exchange import Exchange, PeerState, library
from tests.measure.load import MEASURES
from tests.measure.peer import Peer
from tests.measure.servers import OURS, running
from tests.measure.traffic import BINARY, Message, frame, messages


@pytest.fixture
def pair() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = Peer(listening.getsockname()[1])
        other, _ = listening.accept()
        with other:
            yield peer, other
        peer.socket.close()


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_answers_are_counted_however_they_are_cut(step: int) -> None:
    stream = b"\x82\x03abc" + b"\x82\x7e\x00\x80" + b"d" * 128 + b"\xc1\x00" + b"\x81\x01e"
    state = ctypes.byref(PeerState())
    parts = [stream[start : start + step] for start in range(0, len(stream), step)]
    ended = library().ended
    assert sum(ended(state, part, ctypes.c_int64(len(part))) for part in parts) == 4


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"\x88\x02\x03\xf0", "not a message"),
        (b"\x82\x7f" + bytes(8), "not a message"),
        (b"", "no echo came"),
        (None, "closed a connection"),
    ],
)
def test_what_is_no_echo_ends_the_measurement(
    pair: tuple[Peer, socket.socket], answer: bytes | None, error: str
) -> None:
    peer, other = pair
    if answer is None:
        other.shutdown(socket.SHUT_WR)
    else:
        other.sendall(answer)
    exchange = Exchange([peer], messages("json", 64, compressed=False), 1, patience=500)
    with pytest.raises(RuntimeError, match=error):
        exchange.run(10)


def test_wrong_echo_ends_the_measurement(pair: tuple[Peer, socket.socket]) -> None:
    peer, other = pair
    other.sendall(b"\x82\x03abd")
    with pytest.raises(RuntimeError, match="differs"):
        peer.check(Message(BINARY, b"abc", frame(BINARY, b"abc", b"mask")))


@pytest.mark.parametrize("kind", ["json", "random"])
@pytest.mark.parametrize("size", [64, 16_384])
def test_messages_have_their_size_and_differ(kind: str, size: int) -> None:
    made = messages(kind, size, compressed=True)
    assert {len(message.payload) for message in made} == {size}
    assert len({message.payload for message in made}) == len(made) >= 8


@pytest.mark.parametrize("measure", sorted(MEASURES))
@pytest.mark.parametrize("compression", [False, True])
def test_every_measurement_runs(measure: str, compression: bool) -> None:
    task = {
        "measure": measure,
        "connections": 3,
        "in_flight": 2,
        "kind": "json",
        "size": 1000,
        "compression": compression,
        "compressed": compression,
        "seconds": 0.05,
    }
    with running(OURS) as server:
        result = MEASURES[measure]({**task, "pid": server.pid, "port": server.port})
    assert result
    assert result.get("per_second", 1) > 0
