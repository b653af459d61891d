"""What the connections of one server have in common."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.extensions import ServerExtensionFactory

from . import log
from .behaviours.behaviour import Registry
from .extensions import CompressionFactory
from .limits import Clients
from .metrics import Metrics
from .proxies import Proxies
from .settings import Settings

if TYPE_CHECKING:
    from .connection import Connection


@dataclass
class Shared:
    """One server's settings and connections.

    Attributes:
        accepted: all TCP connections, those still in their handshake included.
        opened: the connections whose handshake is complete, oldest first.
        registry: what the server does at each path.
        idle: set while there is no TCP connection.
        stopping: whether new connections are refused.
        clients: how many connections each client has.
        metrics: what is counted over the server's life.
    """

    settings: Settings
    loop: asyncio.AbstractEventLoop
    registry: Registry
    accepted: set["Connection"] = field(default_factory=set)
    opened: dict["Connection", None] = field(default_factory=dict)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    clients: Clients = field(default_factory=Clients)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.extensions: Sequence[ServerExtensionFactory] = ()
        if self.settings.compression:
            self.extensions = (CompressionFactory(self.settings.compress_threshold),)
        self.idle.set()
        self.proxies = Proxies(self.settings)
        self.log: log.Log = log.to_stderr if self.settings.log else log.nothing

    def metrics_text(self) -> str:
        """The metrics, those of the connections open now included."""
        self.metrics.publish(self.opened)
        return self.metrics.text()
