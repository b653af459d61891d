"""Every behaviour, in the order in which help and documentation list them."""

from dataclasses import replace

from ..behaving import MOST_FRAGMENTS, BehavingConnection
from ..settings import Settings
from . import handshakes, invalid
from .behaviour import REPORT_SUBPROTOCOL, Behaviour, Registry
from .closing import Closing, Dropping
from .pacing import (
    OneMessage,
    Pinging,
    ShowingHandshake,
    Silent,
    Slow,
    Streaming,
    TokenFirst,
    WithoutPongs,
)
from .parameters import (
    Parameter,
    choice,
    close_code,
    cookie_value,
    number,
    reason,
    statuses,
    text,
    token,
)

_LONGEST = 60_000
_STREAM_BYTES = 16_777_216
_MODES = ("off", "on", "no-context-takeover")


def registry(settings: Settings) -> Registry:
    """The behaviours of a server with these settings."""
    common = (
        number("delay", 0, _LONGEST, "ms"),
        number("fragment", 1, settings.max_size, "bytes"),
        choice("compress", *_MODES),
        close_code("close"),
        number("after", 0, _LONGEST, "ms"),
        reason(),
    )
    return Registry(
        replace(
            behaviour,
            query=_without(behaviour, common),
            connection=behaviour.connection or BehavingConnection,
            echoes=behaviour.connection is None,
        )
        for behaviour in _behaviours(settings)
    )


def _without(behaviour: Behaviour, common: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """The behaviour's query, without what its path already holds."""
    if behaviour.before in (handshakes.reject, handshakes.redirect):
        return ()
    taken = {parameter.known_as for parameter in behaviour.parameters}
    query = (*behaviour.query, *common)
    if "code" in taken or behaviour.connection is Dropping:
        query = tuple(parameter for parameter in query if parameter.name != "close")
    if behaviour.connection is Dropping:
        query = tuple(parameter for parameter in query if parameter.name != "reason")
    if behaviour.connection in (Silent, invalid.Invalid):
        # Neither an echo to delay nor one to split.
        query = tuple(p for p in query if p.name not in ("delay", "fragment"))
    return tuple(parameter for parameter in query if parameter.known_as not in taken)


def _behaviours(settings: Settings) -> tuple[Behaviour, ...]:
    return (
        Behaviour(
            "/",
            "echo: every message comes back, text as text and binary as binary",
            lenient=True,
        ),
        Behaviour(
            "/demo",
            f"the same, and reports of what the server saw to clients of {REPORT_SUBPROTOCOL}",
            reports=True,
            lenient=True,
        ),
        Behaviour(
            "/close/{code}",
            "closes with this code",
            (close_code("code"),),
            connection=Closing,
        ),
        Behaviour(
            "/drop",
            "ends the TCP connection with a reset, without a close frame",
            connection=Dropping,
        ),
        Behaviour(
            "/delay/{ms}",
            "echoes each message so much later",
            (number("ms", 0, _LONGEST, key="delay"),),
            reports=True,
        ),
        Behaviour(
            "/reject/{status}",
            "refuses the handshake with this HTTP status",
            (statuses("200 or a number from 400 to 599", handshakes.may_reject),),
            before=handshakes.reject,
        ),
        Behaviour(
            "/redirect/{status}",
            "redirects the handshake to / with this HTTP status",
            (statuses("one of 301, 302, 303, 307, 308", handshakes.REDIRECTS.__contains__),),
            before=handshakes.redirect,
        ),
        Behaviour(
            "/fragment/{bytes}",
            f"echoes in frames of this size, at most {MOST_FRAGMENTS} a message",
            (number("bytes", 1, settings.max_size, key="fragment"),),
            reports=True,
        ),
        Behaviour(
            "/stream/{count}",
            "sends so many numbered messages, then closes with 1000",
            (number("count", 1, 100_000),),
            (number("interval", 0, _LONGEST, "ms"), number("size", 0, settings.max_size, "bytes")),
            limit=_stream_limit,
            connection=Streaming,
        ),
        Behaviour(
            "/message/{bytes}",
            "sends one message of this size, then echoes",
            (number("bytes", 0, settings.max_size, key="size"),),
            (choice("type", "text", "binary"),),
            connection=OneMessage,
        ),
        Behaviour(
            "/ping/{ms}",
            "sends a ping so long after each pong, and a message with its round trip",
            (number("ms", 100, _LONGEST, key="interval"),),
            connection=Pinging,
        ),
        Behaviour("/no-pong", "echoes, and answers no ping", connection=WithoutPongs),
        Behaviour(
            "/silent",
            "accepts and answers nothing: no message, no ping, no close frame",
            connection=Silent,
        ),
        Behaviour(
            "/slow/{bytes-per-second}",
            "reads no more than this, and echoes",
            (number("bytes-per-second", 16, 10_000_000, key="rate"),),
            connection=Slow,
        ),
        Behaviour(
            "/subprotocol/{name}",
            "selects this subprotocol where the client offers it, else none",
            (token("name", key="subprotocol"),),
        ),
        Behaviour(
            "/handshake",
            "sends the request it received as JSON, then echoes",
            connection=ShowingHandshake,
        ),
        Behaviour(
            "/auth/basic/{user}/{password}",
            "wants these in Authorization: Basic, else 401",
            (text("user", without=":"), text("password")),
            before=handshakes.basic,
        ),
        Behaviour(
            "/auth/bearer/{token}",
            "wants this in Authorization: Bearer, else 401",
            (text("token"),),
            before=handshakes.bearer,
        ),
        Behaviour(
            "/auth/cookie/{name}/{value}",
            "wants this cookie, else 403",
            (token("name"), cookie_value("value")),
            before=handshakes.cookie,
        ),
        Behaviour(
            "/auth/first-message/{token}",
            "wants this as the first message, else closes with 1008",
            (text("token"),),
            connection=TokenFirst,
        ),
        Behaviour(
            "/compress/{mode}",
            "negotiates permessage-deflate in this way, where the client offers it",
            (choice("mode", *_MODES, key="compress"),),
            reports=True,
        ),
        Behaviour(
            "/invalid/{what}",
            "breaks the protocol on purpose",
            (choice("what", *invalid.FRAMES, *invalid.HEADERS),),
            response=invalid.response,
            connection=invalid.Invalid,
        ),
    )


def _stream_limit(values: dict[str, int]) -> str:
    if values["count"] * values.get("size", 0) > _STREAM_BYTES:
        return f"count times size is at most {_STREAM_BYTES} bytes"
    return ""
