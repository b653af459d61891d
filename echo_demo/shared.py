"""What the connections of one server have in common."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.extensions import ServerExtensionFactory

from .extensions import CompressionFactory
from .settings import Settings

if TYPE_CHECKING:
    from .connection import Connection


@dataclass
class Shared:
    """One server's settings and connections.

    Attributes:
        accepted: all TCP connections, those still in their handshake included.
        opened: the connections whose handshake is complete, oldest first.
        idle: set while there is no TCP connection.
        stopping: whether connections that still come in are dropped.
    """

    settings: Settings
    loop: asyncio.AbstractEventLoop
    accepted: set["Connection"] = field(default_factory=set)
    opened: dict["Connection", None] = field(default_factory=dict)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False

    def __post_init__(self) -> None:
        self.extensions: Sequence[ServerExtensionFactory] = ()
        if self.settings.compression:
            self.extensions = (CompressionFactory(self.settings.compress_threshold),)
        self.idle.set()
