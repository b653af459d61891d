"""The opening handshake: reads one request, byte for byte, and decides how it is answered."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from websockets.exceptions import InvalidHeader
from websockets.extensions import ServerExtensionFactory
from websockets.http11 import Request, Response
from websockets.protocol import SEND_EOF
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from . import pages
from .behaviours.behaviour import REPORT_SUBPROTOCOL, NoPlan, Plan
from .extensions import negotiating
from .proxies import group
from .settings import Settings

if TYPE_CHECKING:
    from .shared import Shared

_HEAD_END = b"\r\n\r\n"

# The library logs frames, payloads included, where its logger is at DEBUG: this one never is.
_logger = logging.getLogger("echo_demo.websockets")
_logger.setLevel(logging.WARNING)


class EchoProtocol(ServerProtocol):
    """The library's protocol, which selects the subprotocol by the behaviour at a path."""

    plan: Plan | None = None

    def __init__(self, settings: Settings, extensions: Sequence[ServerExtensionFactory]) -> None:
        super().__init__(extensions=extensions, max_size=settings.max_size, logger=_logger)

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        """Select reports, or what the path names, if the client offers it; else go on without."""
        if self.plan is None:
            return None
        name = REPORT_SUBPROTOCOL if self.plan.behaviour.reports else ""
        wanted = Subprotocol(self.plan.values.get("subprotocol", name))
        return wanted if wanted in subprotocols else None


class Handshake:
    """Brings a protocol from its first byte to the answer.

    Attributes:
        head: the bytes received so far; the whole request once it is answered.
        path: the path of the request without its query, once it is answered.
        sent: the response as sent, once it is answered.
        client: the client's address; its peer's until the request is complete.
        cause: why a WebSocket connection was refused, "" if none was.
    """

    __slots__ = ("_protocol", "_shared", "cause", "client", "head", "path", "sent")

    def __init__(self, protocol: EchoProtocol, shared: "Shared") -> None:
        self._protocol = protocol
        self._shared = shared
        self.client = ""
        self.cause = ""
        self.head = bytearray()
        self.path = ""
        self.sent = b""

    def receive(self, data: bytes) -> tuple[list[bytes], bytes]:
        """Read on in the request.

        Returns:
            What to send, nothing while the request is incomplete, and the bytes behind the request.
        """
        head, protocol = self.head, self._protocol
        known = len(head)
        head += data
        # Frames may already follow; the library would parse them before the request is answered.
        found = head.find(_HEAD_END, max(0, known - len(_HEAD_END) + 1))
        end = len(head) if found < 0 else found + len(_HEAD_END)
        del head[end:]
        protocol.receive_data(data[: end - known])
        rest = data[end - known :]
        for request in protocol.events_received():
            assert isinstance(request, Request), "nothing else comes before the answer"
            response = self._answer(request)
            if request.method == "HEAD":
                response.body = b""
            self.sent = response.serialize()
            protocol.send_response(response)
        writes = protocol.data_to_send()
        if len(writes) > 1 and not self.sent:
            # The library itself refuses lines of more than 8 KiB, and more than 128 headers.
            self.cause = "header-size"
        # Together it would hold, parse and report a MiB of them: a second of work, and six MiB of
        # report for a client that may never read it.
        if not writes and len(head) > self._shared.settings.max_header_size:
            self.cause = "header-size"
            protocol.send_response(pages.head_too_large(protocol))
            writes = protocol.data_to_send()
        if writes == [SEND_EOF]:
            # The library hangs up on a request with a body and on what is not HTTP.
            self.cause = "bad-request"
            writes.insert(0, self._refusal().serialize())
        return writes, rest

    def expire(self) -> list[bytes]:
        """What to send when time is up: nothing to a client that has sent nothing."""
        self.cause = "timeout"
        if self.head:
            self._protocol.send_response(pages.too_slow(self._protocol))
        return self._protocol.data_to_send()

    def _answer(self, request: Request) -> Response:
        protocol, shared = self._protocol, self._shared
        self.path = pages.path_of(request)
        self.client = shared.proxies.client(self.client, request.headers)
        if len(self.head) > shared.settings.max_header_size:
            return self._refuse("header-size", pages.head_too_large(protocol))
        hosts = len(request.headers.get_all("Host"))
        if hosts > 1 or (not hosts and request.protocol == "HTTP/1.1"):
            return self._refuse("bad-request", pages.bad_request(protocol))
        if not pages.wants_websocket(request):
            return pages.answer(
                protocol,
                request,
                shared.registry,
                shared.settings,
                len(shared.opened),
                shared.stopping,
                shared.metrics_text,
            )
        plan = shared.registry.plan(self.path, request.path.partition("?")[2])
        if isinstance(plan, NoPlan):
            cause = "not-found" if plan.status == 404 else "bad-request"
            return self._refuse(cause, pages.no_plan(protocol, plan))
        protocol.plan = plan
        if (refused := self._over_a_limit(request)) is not None:
            return refused
        if mode := plan.values.get("compress"):
            protocol.available_extensions = negotiating(mode, shared.extensions)
        response = protocol.accept(request)
        error = protocol.handshake_exc
        if isinstance(error, InvalidHeader) and error.name == "Sec-WebSocket-Version":
            response = pages.other_version(protocol)
        if response.status_code != 101:
            self.cause = "bad-request"
        elif plan.behaviour.before and (refused := plan.behaviour.before(request, plan.values)):
            return self._refuse("other", refused)
        elif plan.behaviour.response is not None:
            plan.behaviour.response(response, plan.values)
        if "Upgrade" in response.headers and response.status_code != 101:
            # It takes the connection option too (RFC 9110 section 7.8).
            del response.headers["Connection"]
            response.headers["Connection"] = "Upgrade, close"
        return response

    def _over_a_limit(self, request: Request) -> Response | None:
        protocol, shared, settings = self._protocol, self._shared, self._shared.settings
        if shared.stopping:
            return self._refuse("draining", pages.draining(protocol))
        if len(shared.opened) >= settings.max_connections:
            return self._refuse("full", pages.full(protocol))
        most = settings.max_connections_per_client
        if most and shared.clients.opened[group(self.client)] >= most:
            return self._refuse("client-limit", pages.too_many(protocol))
        origins = request.headers.get_all("Origin")
        if settings.origins != "*" and any(
            origin not in settings.origins.split(",") for origin in origins
        ):
            return self._refuse("origin", pages.origin_refused(protocol))
        return None

    def _refuse(self, cause: str, response: Response) -> Response:
        self.cause = cause
        return response

    def _refusal(self) -> Response:
        method = bytes(self.head.partition(b" ")[0])
        if method.isalpha() and method.isupper() and method not in (b"GET", b"HEAD"):
            return pages.method_not_allowed(self._protocol)
        return pages.bad_request(self._protocol)
