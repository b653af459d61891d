"""An application that does with WebSocket routes what /frameworks/fastapi/ warns of.

Uvicorn runs it for test_fastapi_page.py; what happened is printed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import (
    BackgroundTasks,
    Depends,
    FastAPI,
    HTTPException,
    Request,
    Response,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"])


def say(what: str) -> None:
    print(what, flush=True)


@app.middleware("http")
async def refuse(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    say("middleware ran")
    return Response(status_code=401)


@app.websocket("/open")
async def open_(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


@app.websocket("/exception/before")
async def exception_before(websocket: WebSocket) -> None:
    raise WebSocketException(1008, "log in")


@app.websocket("/exception/after")
async def exception_after(websocket: WebSocket) -> None:
    await websocket.accept()
    raise WebSocketException(1008, "log in")


@app.websocket("/close/before")
async def close_before(websocket: WebSocket) -> None:
    await websocket.close(4000, "log in")


@app.websocket("/http/before")
async def http_before(websocket: WebSocket) -> None:
    raise HTTPException(401, "log in")


@app.websocket("/http/after")
async def http_after(websocket: WebSocket) -> None:
    await websocket.accept()
    raise HTTPException(401, "log in")


@app.websocket("/crash/before")
async def crash_before(websocket: WebSocket) -> None:
    raise ValueError


@app.websocket("/crash/after")
async def crash_after(websocket: WebSocket) -> None:
    await websocket.accept()
    raise ValueError


@app.websocket("/return/before")
async def return_before(websocket: WebSocket) -> None:
    pass


@app.websocket("/return/after")
async def return_after(websocket: WebSocket) -> None:
    await websocket.accept()


@app.websocket("/number")
async def number(websocket: WebSocket, number: int) -> None:
    await websocket.accept()


@app.websocket("/forgotten")
async def forgotten(websocket: WebSocket) -> None:
    await websocket.receive_text()


@app.websocket("/after-close")
async def after_close(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()
    await websocket.send_text("too late")


@app.websocket("/text")
async def text(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.receive_text()


@app.websocket("/background")
async def background(websocket: WebSocket, tasks: BackgroundTasks) -> None:
    await websocket.accept()
    tasks.add_task(say, "background task ran")
    await websocket.close()


async def database() -> AsyncIterator[str]:
    yield "a connection"
    say("dependency left")


@app.websocket("/dependency")
async def dependency(websocket: WebSocket, session: Annotated[str, Depends(database)]) -> None:
    await websocket.accept()
    async for _ in websocket.iter_text():
        say("dependency held")


@app.websocket("/code")
async def code(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        await websocket.receive_text()
    except WebSocketDisconnect as end:
        say(f"disconnect {end.code} {end.reason!r}")


@app.websocket("/deaf")
async def deaf(websocket: WebSocket) -> None:
    await websocket.accept()
    await asyncio.sleep(60)
