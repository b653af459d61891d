"""One small server, four ways to say over WebSocket who you are. In memory: for one process."""

# --8<-- [start:sessions]
import asyncio
import hashlib
import os
import secrets
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

ORIGINS = os.environ.get("ORIGINS", "").split()  # the only pages that may connect
SESSION = float(os.environ.get("SESSION", "3600"))  # seconds
TICKET = float(os.environ.get("TICKET", "30"))  # seconds from issue to handshake
HELLO = float(os.environ.get("HELLO", "5"))  # seconds from handshake to first message


@dataclass(eq=False)
class Session:
    user: str
    expires: float
    sockets: set[WebSocket] = field(default_factory=set)


class Store:
    """Secrets by their hash, so that whoever reads the store has none of them."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[float, Session]] = {}

    @staticmethod
    def _key(secret: str) -> bytes:
        return hashlib.sha256(secret.encode()).digest()

    def add(self, session: Session, expires: float) -> str:
        now = time.time()
        self._kept = {key: one for key, one in self._kept.items() if one[0] > now}
        secret = secrets.token_urlsafe(32)
        self._kept[self._key(secret)] = (expires, session)
        return secret

    def find(self, secret: str) -> Session | None:
        expires, session = self._kept.get(self._key(secret), (0.0, None))
        return session if session and min(expires, session.expires) > time.time() else None

    def take(self, secret: str) -> Session | None:
        """As find, and nobody finds it again."""
        session = self.find(secret)
        self._kept.pop(self._key(secret), None)
        return session


tokens, tickets = Store(), Store()
# --8<-- [end:sessions]


# --8<-- [start:origin]
def from_our_page(connection: HTTPConnection) -> bool:
    """Whether a browser says that one of our pages asks. Programs can say what they like."""
    return connection.headers.get("origin") in ORIGINS


def bearer(request: Request) -> Session | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return tokens.find(token) if scheme.lower() == "bearer" else None


def cookie(connection: HTTPConnection) -> Session | None:
    """The session of a cookie, which a browser sends whoever asks: so only for our pages."""
    if not from_our_page(connection):
        return None
    return tokens.find(connection.cookies.get("session", ""))


# --8<-- [end:origin]


# --8<-- [start:http]
async def log_in(request: Request) -> Response:
    """Stands in for the login that you have: any user whose password is "secret"."""
    try:
        asked = await request.json()
        user, password = str(asked["user"]), str(asked["password"])
    except (ValueError, KeyError, TypeError):
        return PlainTextResponse('send {"user": …, "password": …}\n', 400)
    if password != "secret" or not from_our_page(request):
        return PlainTextResponse("wrong user, password or page\n", 403)
    session = Session(user, time.time() + SESSION)
    token = tokens.add(session, session.expires)
    response = JSONResponse({"token": token}, headers={"Cache-Control": "no-store"})
    # Over TLS: name it __Host-session, and add secure=True.
    response.set_cookie("session", token, httponly=True, samesite="strict", max_age=int(SESSION))
    return response


async def give_ticket(request: Request) -> Response:
    session = bearer(request) or cookie(request)
    if session is None:
        return PlainTextResponse("log in first\n", 401)
    ticket = tickets.add(session, time.time() + TICKET)
    return JSONResponse({"ticket": ticket}, headers={"Cache-Control": "no-store"})


async def log_out(request: Request) -> Response:
    session = bearer(request) or cookie(request)
    if session is None:
        return PlainTextResponse("log in first\n", 401)
    session.expires = 0
    closing = [one.close(1008, "logged out") for one in session.sockets]
    await asyncio.gather(*closing, return_exceptions=True)  # some have just gone by themselves
    return Response(status_code=204)


# --8<-- [end:http]


# --8<-- [start:methods]
async def admit(
    websocket: WebSocket, session: Session | None, subprotocol: str | None = None
) -> None:
    """Answer the handshake; without a session refuse it: a page sees 1006, a program 403."""
    if session is None:
        await websocket.send_denial_response(PlainTextResponse("not allowed\n", 403))
    else:
        await websocket.accept(subprotocol)
        await serve(websocket, session)


async def by_cookie(websocket: WebSocket) -> None:
    await admit(websocket, cookie(websocket))


async def by_ticket(websocket: WebSocket) -> None:
    await admit(websocket, tickets.take(websocket.query_params.get("ticket", "")))


async def by_subprotocol(websocket: WebSocket) -> None:
    offered = websocket.scope["subprotocols"]
    sent = [one.removeprefix("token.") for one in offered if one.startswith("token.")]
    session = tokens.find(sent[0]) if len(sent) == 1 and "app.v1" in offered else None
    await admit(websocket, session, "app.v1")  # never the one with the token


async def by_first_message(websocket: WebSocket) -> None:
    await websocket.accept()
    session = None
    try:
        async with asyncio.timeout(HELLO):
            session = tokens.find(await websocket.receive_text())
    except WebSocketDisconnect:
        return
    except (TimeoutError, KeyError):  # nothing came, or binary
        pass
    if session is None:
        await websocket.close(1008, "the first message must be a token")
    else:
        await serve(websocket, session)


# --8<-- [end:methods]


# --8<-- [start:serve]
async def serve(websocket: WebSocket, session: Session) -> None:
    """Echo for as long as the session lasts, however it began, and not a moment longer."""
    session.sockets.add(websocket)
    try:
        await websocket.send_text(f"hello {session.user}")
        async with asyncio.timeout(session.expires - time.time()) as deadline:
            async for text in websocket.iter_text():
                if not text.startswith("renew "):
                    await websocket.send_text(text)
                    continue
                new = tokens.find(text.removeprefix("renew "))
                if new is None or new.user != session.user:
                    await websocket.close(1008, "not renewed")
                    return
                session.sockets.discard(websocket)
                session = new
                session.sockets.add(websocket)
                now = asyncio.get_running_loop().time()
                deadline.reschedule(now + session.expires - time.time())
                await websocket.send_text("renewed")
    except TimeoutError:
        await websocket.close(1008, "session expired")
    except KeyError:
        await websocket.close(1003, "text only")
    except (WebSocketDisconnect, RuntimeError):  # closed by the client, or by log_out
        pass
    finally:
        session.sockets.discard(websocket)


# --8<-- [end:serve]


async def file(request: Request) -> Response:
    name = request.url.path.strip("/") or "index.html"
    return FileResponse(Path(__file__).with_name(name))


app = Starlette(
    routes=[
        Route("/", file),
        Route("/client.js", file),
        Route("/login", log_in, methods=["POST"]),
        Route("/ticket", give_ticket, methods=["POST"]),
        Route("/logout", log_out, methods=["POST"]),
        WebSocketRoute("/by-cookie", by_cookie),
        WebSocketRoute("/by-ticket", by_ticket),
        WebSocketRoute("/by-first-message", by_first_message),
        WebSocketRoute("/by-subprotocol", by_subprotocol),
    ]
)


def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not ORIGINS:
        sys.exit("usage: ORIGINS='https://app.example.com' server.py PORT")
    port = int(sys.argv[1])
    uvicorn.run(app, host="127.0.0.1", port=port, ws="websockets-sansio", ws_max_size=64 * 1024)


if __name__ == "__main__":
    main()
