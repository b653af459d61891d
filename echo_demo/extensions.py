"""What happens to each frame's payload: UTF-8 checked on the way in, compression on the way out.

Both are extensions in the library's sense, so that they run inside its parser: a bad payload fails
the connection before the frame behind it is looked at.
"""

import codecs
import zlib
from collections.abc import Sequence

from websockets.extensions import Extension, ServerExtensionFactory
from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import BINARY, CONT, TEXT, Frame
from websockets.typing import ExtensionName, ExtensionParameter

# 12 bits and level 1: larger windows and higher levels cost memory and time and save 1-3 %.
_WINDOW_BITS = 12
# What clients send is kept for each connection as long as it lasts, so this window is smaller.
_CLIENT_WINDOW_BITS = 11
_COMPRESS_SETTINGS = {"level": 1, "memLevel": 5, "strategy": zlib.Z_DEFAULT_STRATEGY}

_Utf8Decoder = codecs.getincrementaldecoder("utf-8")


class Utf8Check(Extension):
    """Fails text that is not UTF-8 with close code 1007 (RFC 6455 section 8.1).

    The library leaves this check to its callers. It is never negotiated and never sent; it stands
    first in a connection's extensions, and so sees payloads after decompression.
    """

    __slots__ = ("_decoder", "_fragmented")

    name = ExtensionName("utf-8-check")

    def __init__(self) -> None:
        self._fragmented = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        """Return the frame unchanged.

        Raises:
            UnicodeDecodeError: the library answers it with close code 1007.
        """
        opcode = frame.opcode
        if frame.rsv1 or frame.rsv2 or frame.rsv3 or (opcode is not CONT and self._fragmented):
            # A control frame, or a protocol error that the library finds and answers with 1002.
            return frame
        if opcode is TEXT:
            if frame.fin:
                codecs.utf_8_decode(frame.data, "strict", True)
            else:
                self._decoder = _Utf8Decoder()
                self._decoder.decode(bytes(frame.data))
                self._fragmented = True
        elif opcode is CONT:
            if self._decoder is not None:
                self._decoder.decode(bytes(frame.data), frame.fin)
            if frame.fin:
                self._decoder = None
                self._fragmented = False
        elif opcode is BINARY and not frame.fin:
            self._fragmented = True
        return frame

    def encode(self, frame: Frame) -> Frame:
        """Return the frame unchanged."""
        return frame


class Compression(Extension):
    """permessage-deflate that sends short messages uncompressed (RFC 7692 section 6).

    Attributes:
        parameters: what was agreed, as in the response's Sec-WebSocket-Extensions.
        threshold: the size in bytes from which messages are compressed.
    """

    __slots__ = ("_deflate", "decode", "parameters", "threshold")

    name = ServerPerMessageDeflateFactory.name

    def __init__(
        self,
        deflate: PerMessageDeflate,
        parameters: Sequence[ExtensionParameter],
        threshold: int,
    ) -> None:
        self._deflate = deflate
        self.threshold = threshold
        self.parameters = dict(parameters)
        self.decode = deflate.decode  # type: ignore[method-assign]

    def encode(self, frame: Frame) -> Frame:
        """Compress a whole message of at least the threshold's size."""
        if len(frame.data) < self.threshold:
            return frame
        return self._deflate.encode(frame)


class CompressionFactory(ServerPerMessageDeflateFactory):
    """Negotiates compression, without context takeover on the server's side unless asked.

    The server then keeps no compressor between messages, which is most of the memory that
    compression costs, and may send any message uncompressed.
    """

    def __init__(
        self, threshold: int, *, server_context: bool = False, client_context: bool = True
    ) -> None:
        super().__init__(
            server_no_context_takeover=not server_context,
            client_no_context_takeover=not client_context,
            server_max_window_bits=_WINDOW_BITS,
            client_max_window_bits=_CLIENT_WINDOW_BITS,
            compress_settings=_COMPRESS_SETTINGS,
        )
        self._threshold = threshold

    def process_request_params(  # type: ignore[override]
        self,
        params: Sequence[ExtensionParameter],
        accepted_extensions: Sequence[Extension],
    ) -> tuple[list[ExtensionParameter], Compression]:
        """Answer one offer of the client, as the library does.

        Raises:
            NegotiationError: the offer can't be met; the library tries the next one.
        """
        agreed, deflate = super().process_request_params(params, accepted_extensions)
        return agreed, Compression(deflate, agreed, self._threshold)


def negotiating(
    mode: str, extensions: Sequence[ServerExtensionFactory]
) -> Sequence[ServerExtensionFactory]:
    """What is negotiated in a mode in which a client asks for it, every message being compressed.

    Args:
        mode: `off`, `on` with context takeover, or `no-context-takeover` on both sides.
        extensions: what the server negotiates otherwise; without any it negotiates none.
    """
    if mode == "off" or not extensions:
        return ()
    context = mode == "on"
    return (CompressionFactory(0, server_context=context, client_context=context),)
