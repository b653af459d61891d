"""The application: who may come in, the four ways of delivery, and what a race is told."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from .delivery import BadPositionError, Delivery
from .races import WAYS, Race, Races, RefusedError, now
from .settings import Settings, settings_from
from .wire import WatchedHTTP, WatchedWebSocket

# Seconds that connections have to end by themselves when the server does.
_GRACE = 3


class Gate:
    """Lets in what belongs to a race, and from pages that may; what is refused is told in words."""

    def __init__(self, app: ASGIApp, races: Races, origins: Sequence[str]) -> None:
        self._app, self._races, self._origins = app, races, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection, wire = HTTPConnection(scope), scope["state"].get("wire")
        try:
            self._check_origin(connection)
            name = _name(connection)
            if name in WAYS:
                race = scope["race"] = self._races.of(connection.query_params.get("race"))
                with race.uses(name, wire):
                    await self._app(scope, receive, send)
            else:
                await self._app(scope, receive, send)
        except (BadPositionError, RefusedError) as error:
            if scope["type"] == "websocket":
                # uvicorn reports any other refusal of a handshake as a mistake of ours.
                await WebSocket(scope, receive, send).close()
                return
            headers = {"Retry-After": "60"} if error.status in (429, 503) else None
            response = PlainTextResponse(f"{error}\n", error.status, headers)
            await response(scope, receive, send)
        finally:
            if wire is not None:
                wire.carries(None)

    def _check_origin(self, connection: HTTPConnection) -> None:
        origin = connection.headers.get("Origin")
        # Without one it is no page of another origin that asks.
        if origin is None or "*" in self._origins or origin in self._origins:
            return
        if urlsplit(origin).netloc != connection.headers.get("Host"):
            raise RefusedError(403, "Pages of this origin may not race here")


def _name(connection: HTTPConnection) -> str:
    """What is asked for; a proxy may leave its own path before it."""
    return connection.url.path.rpartition("/")[2]


def _delivered(connection: HTTPConnection, number: int) -> None:
    race: Race = connection.scope["race"]
    race.ways[_name(connection)].events += number


def application(races: Races, settings: Settings) -> Starlette:
    """The race as an ASGI application."""
    delivery = Delivery(races.feed, ids=True, hears=False, delivered=_delivered)

    async def start(request: Request) -> Response:
        address = request.client.host if request.client else ""
        token = races.start(address)
        answer = {"race": token, "from": races.feed.end, "lifetime": settings.lifetime}
        return JSONResponse(answer)

    async def state(request: Request) -> Response:
        """The server's clock, for the client's estimate of it, and what each way has cost."""
        race = races.of(request.query_params.get("race"))
        return JSONResponse({"now": now(), "ways": race.report()})

    async def cut(request: Request) -> Response:
        race = races.of(request.query_params.get("race"))
        return JSONResponse({"cut": race.cut(request.scope["state"].get("wire"))})

    async def stop(request: Request) -> Response:
        races.end(request.query_params.get("race"), request.scope["state"].get("wire"))
        return Response(status_code=204)

    async def health(_: Request) -> Response:
        return JSONResponse(races.counts())

    return Starlette(
        routes=[
            Route("/poll", delivery.poll),
            Route("/wait", delivery.wait),
            Route("/events", delivery.events),
            WebSocketRoute("/socket", delivery.socket),
            Route("/start", start, methods=["POST"]),
            Route("/state", state),
            Route("/cut", cut, methods=["POST"]),
            Route("/stop", stop, methods=["POST"]),
            Route("/healthz", health),
        ],
        middleware=[
            Middleware(
                CORSMiddleware, allow_origins=settings.origins, allow_methods=["GET", "POST"]
            ),
            Middleware(Gate, races=races, origins=settings.origins),
        ],
    )


class _Server(uvicorn.Server):
    """Ends the races first, so that no connection has to be waited for."""

    def __init__(self, config: uvicorn.Config, races: Races) -> None:
        super().__init__(config)
        self._races = races

    def end_with(self, descriptor: int) -> None:
        """End when nothing more can be read there: whoever held the other end is gone."""

        def read() -> None:
            while os.read(descriptor, 1024):
                pass
            self.should_exit = True

        threading.Thread(target=read, daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all."""
        self._races.close()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Serve until a signal ends it. Raises OSError where it cannot listen."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.create_server((settings.host, settings.port), family=family, backlog=512)
    races = Races(settings)
    config = uvicorn.Config(
        application(races, settings),
        http=WatchedHTTP,
        ws=WatchedWebSocket,
        # Frames have the size that a client can count, and a connection takes little memory.
        ws_per_message_deflate=False,
        ws_max_size=1024,
        # No line about requests: their queries name races.
        access_log=False,
        log_level="warning",
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        # A race holds four connections or fewer, and leaves some idle.
        limit_concurrency=8 * settings.max_races + 16,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_GRACE,
    )
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"listening on http://{shown}:{listening.getsockname()[1]}/", flush=True)
    server = _Server(config, races)
    if settings.end_with_stdin:
        server.end_with(0)
    server.run(sockets=[listening])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server; return the exit status."""
    settings = settings_from(arguments, os.environ)
    # uvicorn ends gracefully, and then raises the signal again: as an end without a failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        serve(settings)
    except OSError as error:
        why = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        print(
            f"race: cannot listen on {settings.host}:{settings.port}: {why}; "
            "choose another with --host or RACE_HOST, --port or RACE_PORT",
            file=sys.stderr,
        )
        return 2
    return 0
