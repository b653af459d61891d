"""What no server may send, for those who test that a client fails the connection."""

from websockets.http11 import Response

from ..behaving import BehavingConnection
from ..handshake import Handshake
from .parameters import Values

FRAMES = {
    "masked-frame": bytes.fromhex("81 85 37fa213d 7f9f4d5158"),
    "reserved-bit": bytes.fromhex("a1 05") + b"Hello",
    "reserved-opcode": bytes.fromhex("83 05") + b"Hello",
    "reserved-control-opcode": bytes.fromhex("8b 00"),
    "bad-utf8": bytes.fromhex("81 02 c328"),
    "fragmented-ping": bytes.fromhex("09 02") + b"Hi",
    "long-ping": bytes.fromhex("89 7e 007e") + b"x" * 126,
    "continuation": bytes.fromhex("80 05") + b"Hello",
    "interrupted-message": bytes.fromhex("01 03") + b"Hel" + bytes.fromhex("81 02") + b"lo",
    "close-1005": bytes.fromhex("88 02 03ed"),
    "close-one-byte": bytes.fromhex("88 01 03"),
    "close-bad-utf8": bytes.fromhex("88 04 03e8 c328"),
    "oversized-length": bytes.fromhex("82 7f 8000000000000000"),
    "padded-length": bytes.fromhex("81 7e 0005") + b"Hello",
}
"""Bytes sent in place of frames, by the name in the path."""

HEADERS = {
    "accept": ("Sec-WebSocket-Accept", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    "extension": ("Sec-WebSocket-Extensions", "x-unrequested"),
    "subprotocol": ("Sec-WebSocket-Protocol", "x-unrequested"),
}
"""Lines of the 101 response that are wrong, by the name in the path."""


class Invalid(BehavingConnection):
    """Sends what the path names; then echoes to a client that goes on."""

    __slots__ = ()

    def begin(self, handshake: Handshake) -> None:
        """Send it, behind the response."""
        if self.values["what"] in FRAMES:
            self.push_raw(FRAMES[self.values["what"]])


def response(response: Response, values: Values) -> None:
    """Put the wrong line into the 101."""
    if values["what"] in HEADERS:
        name, value = HEADERS[values["what"]]
        if name in response.headers:
            del response.headers[name]
        response.headers[name] = value
