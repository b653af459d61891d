"""One stock of articles, asked both ways: by HTTP requests, or by messages on a WebSocket.

Run it with a port: ``python server.py 8000``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

LONGEST = 4096  # bytes of a question
AT_ONCE = 16  # questions of one connection that are worked on

# Some answers take longer: this one comes from another system.
DELAYS = {"coffee": 0.2}


class NotFoundError(Exception):
    """There is no such article."""


class Stock:
    """How many there are of each article."""

    def __init__(self) -> None:
        self.articles = {"tea": 3, "coffee": 8}
        self.news = asyncio.Event()  # set at the next change, and then another one

    async def look_up(self, name: str) -> int:
        """The count of an article."""
        await asyncio.sleep(DELAYS.get(name, 0))
        if name not in self.articles:
            raise NotFoundError(f"no article is named {name!r}")
        return self.articles[name]

    async def change(self, name: str, count: int) -> int:
        """Set the count of an article; doing so twice does no harm."""
        if count != await self.look_up(name):
            self.articles[name] = count
            news, self.news = self.news, asyncio.Event()
            news.set()
        return count


stock = Stock()


def check_origin(connection: HTTPConnection) -> None:
    """Refuse other sites' pages: no CORS protects a WebSocket."""
    origin = connection.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != connection.headers.get("host"):
        raise HTTPException(403, "pages of this origin only")


# --8<-- [start:http]
async def get(request: Request) -> Response:
    """How many there are; a cache may say so for a second, and a client may ask what changed."""
    name = request.path_params["name"]
    try:
        count = await stock.look_up(name)
    except NotFoundError as error:
        raise HTTPException(404, str(error)) from error
    # The tag follows from the answer, so that one from before a restart does no harm.
    headers = {"ETag": f'"{count}"', "Cache-Control": "max-age=1"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return JSONResponse({"name": name, "count": count}, headers=headers)


async def put(request: Request) -> Response:
    """Set how many there are."""
    name, body = request.path_params["name"], b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            raise HTTPException(413, f"a question has {LONGEST} bytes at most")
    try:
        count = await stock.change(name, read_count(json.loads(body)))
    except NotFoundError as error:
        raise HTTPException(404, str(error)) from error
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    return JSONResponse({"name": name, "count": count})


# --8<-- [end:http]
def read_count(value: Any) -> int:
    """A count that somebody sent.

    Raises:
        ValueError: it is none.
    """
    if type(value) is not int or not 0 <= value < 1_000_000:
        raise ValueError("a count is a number from 0 to 999999")
    return value


# --8<-- [start:websocket]
async def answer(text: str) -> dict[str, Any]:
    """The answer to one message: JSON-RPC 2.0, for what HTTP has in methods, paths and statuses."""
    number: int | None = None
    try:
        match json.loads(text):
            case {"jsonrpc": "2.0", "id": int(number), "method": method, "params": dict(params)}:
                name = str(params.get("name"))
                if method == "get":
                    count = await stock.look_up(name)
                elif method == "put":
                    count = await stock.change(name, read_count(params.get("count")))
                else:
                    raise KeyError(method)
            case _:
                return failed(number, -32600, "send jsonrpc, id, method and params")
    except NotFoundError as error:
        return failed(number, 404, str(error))
    except KeyError as error:
        return failed(number, -32601, f"there is no method {error}")
    except ValueError as error:
        return failed(number, -32602 if number is not None else -32700, str(error))
    return {"jsonrpc": "2.0", "id": number, "result": {"name": name, "count": count}}


def failed(number: int | None, code: int, message: str) -> dict[str, Any]:
    """An answer that is an error."""
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


async def socket(websocket: WebSocket) -> None:
    """Answer each message when its answer is there; tell of changes unasked, the newest alone."""
    check_origin(websocket)
    await websocket.accept()
    free = asyncio.Semaphore(AT_ONCE)

    async def reply(text: str) -> None:
        try:
            await websocket.send_json(await answer(text))
        finally:
            free.release()

    async def tell() -> None:
        told = dict(stock.articles)
        while True:
            for name, count in stock.articles.items():
                if told[name] != count:
                    told[name] = count
                    news = {"name": name, "count": count}
                    await websocket.send_json(
                        {"jsonrpc": "2.0", "method": "changed", "params": news}
                    )
            if told == stock.articles:
                await stock.news.wait()

    try:
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(tell())
            async for text in websocket.iter_text():
                await free.acquire()  # reading stops while too many are unanswered
                tasks.create_task(reply(text))
            telling.cancel()
    except* WebSocketDisconnect:
        pass  # while an answer was sent
    except* KeyError:  # a binary message
        await websocket.close(1003, "questions are text")


# --8<-- [end:websocket]
app = Starlette(
    routes=[
        Route("/articles/{name}", get),
        Route("/articles/{name}", put, methods=["PUT"]),
        WebSocketRoute("/socket", socket),
    ]
)


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), ws_max_size=LONGEST, timeout_graceful_shutdown=5)
