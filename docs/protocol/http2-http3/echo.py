"""Echoes WebSocket messages over HTTP/2: ``hypercorn --bind 127.0.0.1:8441 echo:app``."""

from __future__ import annotations

from typing import Any


# --8<-- [start:app]
async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Accept at /chat what an ASGI server has upgraded, over whichever version of HTTP."""
    if scope["type"] != "websocket":
        raise NotImplementedError(scope["type"])
    await receive()
    await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"]})


# --8<-- [end:app]
