"""Long polling as it is often written. It loses events: do not copy it."""

import asyncio
import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

HOLD = 25.0  # seconds

# --8<-- [start:lossy]
waiting: set[asyncio.Future[str]] = set()


async def poll(request: Request) -> Response:
    news: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    waiting.add(news)
    try:
        return PlainTextResponse(await asyncio.wait_for(news, request.app.state.hold))
    except TimeoutError:
        return Response(status_code=204)
    finally:
        waiting.discard(news)


def publish(text: str) -> None:
    for news in waiting:  # whoever is about to ask again gets nothing
        if not news.done():
            news.set_result(text)


# --8<-- [end:lossy]


async def receive(request: Request) -> Response:
    publish((await request.body()).decode())
    return Response(status_code=204)


app = Starlette(
    routes=[
        Route("/events", poll, methods=["GET"]),
        Route("/events", receive, methods=["POST"]),
    ]
)


def main() -> None:
    if len(sys.argv) not in (2, 3) or not sys.argv[1].isdecimal():
        sys.exit("usage: lossy.py PORT [SECONDS-TO-HOLD-A-POLL]")
    app.state.hold = float(sys.argv[2]) if len(sys.argv) == 3 else HOLD
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
        print(f"listening on http://127.0.0.1:{sys.argv[1]}", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
