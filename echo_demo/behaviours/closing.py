"""How a connection ends: with a close frame, or without."""

from ..behaving import BehavingConnection
from ..handshake import Handshake


class Closing(BehavingConnection):
    """Closes with the code of the path."""

    __slots__ = ()

    def begin(self, handshake: Handshake) -> None:
        """Close at once or later; until then echo."""
        self.values["close"] = self.values["code"]


class Dropping(BehavingConnection):
    """Resets the TCP connection without a close frame."""

    __slots__ = ()

    def begin(self, handshake: Handshake) -> None:
        """Reset in the next turn of the loop, once the response is written, or later."""
        self.later(self.values.get("after", 0) / 1000, self.reset)
