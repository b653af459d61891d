"""A short path for the common case: whole, unfragmented, uncompressed messages in one read.

Everything else is left to the library, at the first byte of the first frame that is anything else:
control frames, fragments, reserved bits, what is not masked, text that is not UTF-8, lengths of 64
KiB and above, and what is not there to its end. The library is never in the middle of anything
when a frame is taken from it, and so misses none that it would have needed.
"""

from types import GeneratorType
from typing import cast

from websockets.frames import BINARY, TEXT
from websockets.protocol import OPEN, Protocol

from .traffic import Traffic

try:
    from websockets.speedups import apply_mask
except ImportError:  # The library was installed without its compiled part.
    from websockets.utils import apply_mask

_SHORT_LENGTHS = range(0x80, 0x80 + 126)
_EXTENDED_LENGTH = 0x80 | 126
_HEADERS = {
    first: [bytes((first, length)) for length in range(126)]
    for first in (0x80 | TEXT, 0x80 | BINARY)
}


def between_messages(protocol: Protocol) -> bool:
    """Whether the library waits for the first byte of a message, on an open connection.

    Its parser is a chain of generators that waits in `at_eof` before a frame, elsewhere inside one.
    """
    if protocol.state is not OPEN or protocol.current_size is not None:
        return False
    waiting = cast("GeneratorType[None, None, None]", protocol.parser)
    while (inner := waiting.gi_yieldfrom) is not None:
        waiting = cast("GeneratorType[None, None, None]", inner)
    return waiting.__name__ == "at_eof"


def echo(data: bytes, start: int, enough: int, limit: int, traffic: Traffic) -> tuple[int, bytes]:
    """Echo the whole messages at the start of some bytes, and count them.

    Args:
        data: bytes as the client sent them; a frame begins at `start`.
        enough: no message is begun this many bytes behind `start`, or further.
        limit: a payload of this size is left to the library, as is a larger one.

    Returns:
        Where the first byte stands that was not read, and what to send.
    """
    out: list[bytes] = []
    texts = binaries = 0
    position, size = start, len(data)
    most = min(size - 5, start + enough)
    while position < most:
        headers = _HEADERS.get(data[position])
        if headers is None:
            break
        length = data[position + 1]
        if length in _SHORT_LENGTHS:
            length -= 0x80
            begin = position + 6
            header = headers[length]
        elif length == _EXTENDED_LENGTH and size - position >= 8:
            length = data[position + 2] << 8 | data[position + 3]
            begin = position + 8
            # 126 as in the first two bytes; the length itself is sent as it came.
            header = bytes((data[position], 126, data[position + 2], data[position + 3]))
            if length < 126:
                break
        else:
            break
        end = begin + length
        if end > size or length >= limit:
            break
        payload = apply_mask(data[begin:end], data[begin - 4 : begin])
        if data[position] == 0x80 | TEXT:
            try:
                payload.decode()
            except UnicodeDecodeError:
                break
            texts += 1
        else:
            binaries += 1
        out += (header, payload)
        position = end
    wire = b"".join(out)
    messages = texts + binaries
    traffic.bytes_in += position - start
    traffic.bytes_out += len(wire)
    traffic.messages_in += messages
    traffic.messages_out += messages
    for counts in (traffic.frames_in, traffic.frames_out):
        counts[TEXT] += texts
        counts[BINARY] += binaries
    return position, wire
