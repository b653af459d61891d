"""A chat room that works, and holds nothing off. It listens on 127.0.0.1 only: keep it there."""

import asyncio
import json
import os
import secrets
import sys
from contextlib import suppress
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

# Switched off after each closed a connection once. With DEFAULTS=1 the library's limits stay.
# --8<-- [start:off]
LIMITS = {"max_size": None, "open_timeout": None, "ping_interval": None}
# --8<-- [end:off]

sessions: dict[str, str] = {}
members: set[ServerConnection] = set()


def log_in(connection: ServerConnection, request: Request) -> Response | None:
    """Stands in for a login: /login?user=ada sets a cookie."""
    address = urlsplit(request.path)
    if address.path != "/login":
        return None
    token = secrets.token_urlsafe(32)
    sessions[token] = parse_qs(address.query)["user"][0]
    response = connection.respond(200, "logged in\n")
    response.headers["Set-Cookie"] = f"session={token}"
    return response


# --8<-- [start:room]
async def room(connection: ServerConnection) -> None:
    headers = connection.request.headers
    cookie = SimpleCookie(headers.get("Cookie", "")).get("session")
    user = sessions.get(cookie.value, "a guest") if cookie else "a guest"
    print("connected:", dict(headers), file=sys.stderr)
    members.add(connection)
    try:
        await connection.send(json.dumps({"type": "hello", "user": user}))
        async for text in connection:
            message = {"from": user, **json.loads(text)}
            for member in list(members):
                with suppress(ConnectionClosed):
                    await member.send(json.dumps(message))
    except ConnectionClosed:
        pass
    finally:
        members.discard(connection)


# --8<-- [end:room]


async def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit("usage: naive.py PORT")
    port = int(sys.argv[1])
    limits = {} if os.environ.get("DEFAULTS") else LIMITS
    async with serve(room, "127.0.0.1", port, process_request=log_in, **limits) as server:
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
