"""Where frames begin and end in the bytes a client sends (RFC 6455 section 5.2).

It looks beside the library's parser and checks nothing: the library decides whether a frame is
valid. It exists because the library does not say which mask and header a frame had.
"""


class FrameScanner:
    """Follows one direction of a connection frame by frame.

    Attributes:
        header: the header bytes of the current frame, the masking key included.
        payload: the first payload bytes, still masked, at most `preview` of them.
        length: the payload's length, once the header is complete.
        complete: whether the current frame has been read whole.
    """

    __slots__ = ("_preview", "_remaining", "complete", "header", "length", "payload")

    def __init__(self, preview: int) -> None:
        self._preview = preview
        self._begin()

    def _begin(self) -> None:
        self.header = bytearray()
        self.payload = bytearray()
        self.length = self._remaining = 0
        self.complete = False

    def scan(self, data: bytes, start: int) -> int:
        """Read on from `start`, at most to the end of one frame; return where that is."""
        if self.complete:
            self._begin()
        position = start
        missing = self._missing()
        while missing:
            taken = data[position : position + missing]
            self.header += taken
            position += len(taken)
            if len(taken) < missing:
                return position
            missing = self._missing()
            if not missing:
                self.length = self._remaining = self._payload_length()
        end = min(position + self._remaining, len(data))
        self._remaining -= end - position
        wanted = self._preview - len(self.payload)
        if wanted > 0:
            self.payload += data[position : min(end, position + wanted)]
        self.complete = not self._remaining
        return end

    @property
    def mask(self) -> bytes | None:
        """The masking key of a complete header."""
        return bytes(self.header[-4:]) if self.header[1] & 0x80 else None

    def _missing(self) -> int:
        """How many more header bytes are needed, as far as can be told."""
        header = self.header
        if len(header) < 2:
            return 2 - len(header)
        return header_length(header) - len(header)

    def _payload_length(self) -> int:
        short = self.header[1] & 0x7F
        if short < 126:
            return short
        return int.from_bytes(self.header[2 : 4 if short == 126 else 10], "big")


def header_length(frame: bytes | bytearray) -> int:
    """Length of the header of a frame of which two bytes are known, the masking key included."""
    short = frame[1] & 0x7F
    extended = 0 if short < 126 else 2 if short == 126 else 8
    return 2 + extended + (4 if frame[1] & 0x80 else 0)
