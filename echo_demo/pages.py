"""Answers to plain HTTP requests: someone opened the port in a browser, or asks for its health."""

import json
import re
from collections.abc import Callable
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from .behaviours.behaviour import NoPlan, Registry
from .settings import Settings

_HELP = """\
This is a WebSocket echo server. It is running, and what you see is its answer to a plain HTTP
request. It needs a WebSocket client, for example in the console of a browser:

  const socket = new WebSocket("{url}");
  socket.onmessage = (event) => console.log(event.data);
  socket.onopen = () => socket.send("Hello");

WebSocket connections are accepted at

{paths}

Parts in braces are parameters. Where a connection opens, the query may hold delay, fragment,
compress, close, after and reason. What does not exist or is out of its range is refused with a
text that says what does and what is.

Plain HTTP requests are answered at /healthz, with the server's state as JSON, at /readyz, which
says whether it takes connections, and at /metrics, which counts for Prometheus. This server accepts

{limits}
"""

# What stands before the path in a request target in absolute form.
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/]*")


def path_of(request: Request) -> str:
    """The path of a request without its query.

    The target may be in absolute form (RFC 9112 section 3.2.2, RFC 6455 section 4.1).
    """
    path = request.path.partition("?")[0]
    origin = _ORIGIN.match(path)
    return path[origin.end() :] or "/" if origin else path


def wants_websocket(request: Request) -> bool:
    """Whether a request means to open a WebSocket connection, though it may do so wrongly.

    A proxy that drops the Upgrade header leaves Sec-WebSocket-Key, and the library then says what
    is missing. An upgrade to something else alone is ignored (RFC 9110 section 7.8): curl --http2
    and Java's HttpClient offer h2c with each request.
    """
    offered = ",".join(request.headers.get_all("Upgrade")).lower().split(",")
    return "Sec-WebSocket-Key" in request.headers or "websocket" in map(str.strip, offered)


def limits(settings: Settings) -> str:
    """The limits that a client may meet, a line each."""
    lines = [
        f"messages of {settings.max_size} bytes in {settings.max_fragments} frames",
        settings.max_message_rate and f"{settings.max_message_rate} messages in a second",
        settings.max_byte_rate and f"{settings.max_byte_rate} bytes in a second",
        settings.idle_timeout and f"{settings.idle_timeout:g} seconds without a message",
        settings.lifetime and f"connections of {settings.lifetime:g} seconds",
        settings.max_connections_per_client
        and f"{settings.max_connections_per_client} connections from one address",
    ]
    return "\n".join(f"  {line}" for line in lines if line)


def answer(
    protocol: ServerProtocol,
    request: Request,
    registry: Registry,
    settings: Settings,
    connections: int,
    stopping: bool,
    metrics: Callable[[], str],
) -> Response:
    """The response to a plain HTTP request while `connections` WebSocket connections are open."""
    if request.method not in ("GET", "HEAD"):
        return method_not_allowed(protocol)
    path = path_of(request)
    if path == "/healthz":
        body = json.dumps({"status": "ok", "connections": connections})
        response = protocol.reject(HTTPStatus.OK, body + "\n")
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "application/json"
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-store"
    elif path == "/readyz":
        ready = protocol.reject(HTTPStatus.OK, "ready\n")
        response = draining(protocol) if stopping else ready
        response.headers["Cache-Control"] = "no-store"
    elif path == "/metrics":
        response = protocol.reject(HTTPStatus.OK, metrics())
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = CONTENT_TYPE_PLAIN_0_0_4
        response.headers["Cache-Control"] = "no-store"
    elif not isinstance(plan := registry.plan(path, request.path.partition("?")[2]), NoPlan):
        url = _url(request, secure=bool(settings.cert))
        text = _HELP.format(url=url, paths=registry.listing, limits=limits(settings))
        response = protocol.reject(HTTPStatus.OK, text)
        # The text repeats the Host header: no browser may take it for anything but text.
        response.headers["X-Content-Type-Options"] = "nosniff"
    else:
        response = no_plan(protocol, plan)
    return response


def _url(request: Request, *, secure: bool) -> str:
    """The address of the request for a WebSocket client, as the one who asked sees it."""
    headers = request.headers
    secure = secure or headers.get_all("X-Forwarded-Proto") == ["https"]
    host = next(iter(headers.get_all("Host")), "localhost")
    return f"{'wss' if secure else 'ws'}://{host}{path_of(request)}"


def no_plan(protocol: ServerProtocol, plan: NoPlan) -> Response:
    """404 or 400, with what exists."""
    text = plan.text
    if plan.status == HTTPStatus.NOT_FOUND:
        text += "\nPlain HTTP requests are answered at /healthz, /readyz and /metrics too.\n"
    return protocol.reject(HTTPStatus(plan.status), text)


def method_not_allowed(protocol: ServerProtocol) -> Response:
    """405, with what is allowed."""
    text = "This server answers GET and HEAD requests.\n"
    response = protocol.reject(HTTPStatus.METHOD_NOT_ALLOWED, text)
    response.headers["Allow"] = "GET, HEAD"
    return response


def _try_again(protocol: ServerProtocol, status: HTTPStatus, text: str) -> Response:
    response = protocol.reject(status, text)
    response.headers["Retry-After"] = "5"
    return response


def full(protocol: ServerProtocol) -> Response:
    """503: the limit of connections is reached."""
    text = "As many connections are open as this server allows. Try again in some seconds.\n"
    return _try_again(protocol, HTTPStatus.SERVICE_UNAVAILABLE, text)


def draining(protocol: ServerProtocol) -> Response:
    """503: the server is about to end."""
    text = "This server is shutting down. Try again in some seconds.\n"
    return _try_again(protocol, HTTPStatus.SERVICE_UNAVAILABLE, text)


def too_many(protocol: ServerProtocol) -> Response:
    """429: the limit of connections from one address is reached."""
    text = "Your address has as many connections open as this server allows it. Close some first.\n"
    return _try_again(protocol, HTTPStatus.TOO_MANY_REQUESTS, text)


def origin_refused(protocol: ServerProtocol) -> Response:
    """403: pages of this origin may not connect (RFC 6455 section 10.2)."""
    text = "Pages of this origin may not connect to this server.\n"
    return protocol.reject(HTTPStatus.FORBIDDEN, text)


def bad_request(protocol: ServerProtocol) -> Response:
    """400: what came is not an HTTP request, or one without a Host (RFC 9112 section 3.2)."""
    return protocol.reject(HTTPStatus.BAD_REQUEST, "This is not a request that HTTP/1.1 allows.\n")


def head_too_large(protocol: ServerProtocol) -> Response:
    """431: the request line and the headers together are too long."""
    text = "The headers of this request are larger than this server accepts.\n"
    return protocol.reject(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, text)


def other_version(protocol: ServerProtocol) -> Response:
    """426, with the version of the WebSocket protocol that exists here (RFC 6455 section 4.2.2)."""
    text = "This server speaks version 13 of the WebSocket protocol (RFC 6455).\n"
    response = protocol.reject(HTTPStatus.UPGRADE_REQUIRED, text)
    response.headers["Upgrade"] = "websocket"
    response.headers["Sec-WebSocket-Version"] = "13"
    return response


def too_slow(protocol: ServerProtocol) -> Response:
    """408: no complete request came in time."""
    text = "No complete request came in time.\n"
    return protocol.reject(HTTPStatus.REQUEST_TIMEOUT, text)
