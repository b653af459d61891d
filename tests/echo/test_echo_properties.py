"""Whatever a client sends, however it cuts it, comes back as it was."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from echo_demo.background import BackgroundServer
from tests.echo.raw import BINARY, DEFLATE, PING, PONG, TEXT, RawClient, frame, message

# Lengths around which a frame's header, or the server's way with it, changes.
_EDGES = (0, 1, 125, 126, 255, 256, 257, 4096, 8192, 65535, 65536, 150_000)

_sizes = st.one_of(st.sampled_from(_EDGES), st.integers(0, 2000))
_texts = st.builds(
    lambda unit, size: (unit * size)[:size].encode(),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    _sizes,
)
_bytes = st.builds(
    lambda unit, size: (unit * size)[:size], st.binary(min_size=1, max_size=20), _sizes
)
_messages = st.one_of(st.tuples(st.just(TEXT), _texts), st.tuples(st.just(BINARY), _bytes))


@st.composite
def _sent(draw: st.DrawFn) -> tuple[int, bytes, list[bytes]]:
    """A message's type, its payload, and the frames that it is sent in, some with pings between."""
    opcode, payload = draw(_messages)
    cuts = draw(st.lists(st.integers(0, 200_000), max_size=6))
    frames = message(
        opcode,
        payload,
        cuts,
        compressed=draw(st.booleans()),
        mask=draw(st.binary(min_size=4, max_size=4)),
    )
    return opcode, payload, frames


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_sent(), min_size=1, max_size=4),
    st.lists(st.integers(1, 100_000), max_size=8),
    st.booleans(),
)
def test_every_message_comes_back_in_its_order(
    server: BackgroundServer,
    sent: list[tuple[int, bytes, list[bytes]]],
    writes: list[int],
    pings: bool,
) -> None:
    wire, between = b"", 0
    for _, _, frames in sent:
        for part in frames:
            wire += part
            if pings:
                # Between fragments too (RFC 6455 section 5.4).
                wire += frame(PING, str(between).encode())
                between += 1
    with RawClient(server) as client:
        client.open("/", DEFLATE)
        # TCP may cut anywhere.
        for size in writes:
            client.send(wire[:size])
            wire = wire[size:]
        client.send(wire)
        echoes: list[tuple[int, bytes]] = []
        pongs: list[bytes] = []
        while len(echoes) < len(sent) or len(pongs) < between:
            received = client.frame()
            if received.opcode == PONG:
                pongs.append(received.payload)
            else:
                assert received.fin
                echoes.append((received.opcode, received.payload))
        assert echoes == [(opcode, payload) for opcode, payload, _ in sent]
        assert pongs == [str(number).encode() for number in range(between)]
