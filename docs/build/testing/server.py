"""A chat room for browsers and programs: `python server.py 8000`, then http://127.0.0.1:8000/."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

from room import RejectedError, Room
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

FILES = {"/": ("index.html", "text/html"), "/live.js": ("live.js", "text/javascript")}
MAX_WAITING = 1024 * 1024  # bytes that a client may be behind


# --8<-- [start:chat]
class Chat:
    def __init__(self) -> None:
        self.room = Room()
        self.present: set[ServerConnection] = set()

    async def handle(self, websocket: ServerConnection) -> None:
        assert websocket.request
        name = websocket.request.path.rpartition("/")[2]
        self.present.add(websocket)
        try:
            await websocket.send(f'{{"here": {len(self.present)}}}')  # from now on you hear all
            async for text in websocket:
                self.tell(self.room.receive(name, text))
        except RejectedError as broken:
            await websocket.close(1008, str(broken))
        except ConnectionClosed:
            pass  # it is gone, and so are we
        finally:
            self.present.discard(websocket)

    def tell(self, text: str) -> None:
        for websocket in list(self.present):
            if websocket.transport.get_write_buffer_size() > MAX_WAITING:
                self.present.discard(websocket)
                websocket.transport.abort()  # it reads too slowly, so a close frame would wait too
        broadcast(self.present, text)


@asynccontextmanager
async def serving(port: int = 0) -> AsyncIterator[tuple[Chat, str]]:
    """Serve a room of its own, on a free port unless told which; gives it and its address."""
    chat = Chat()
    async with serve(
        chat.handle, "127.0.0.1", port, process_request=page, max_size=4096
    ) as running:
        yield chat, f"127.0.0.1:{running.sockets[0].getsockname()[1]}"


# --8<-- [end:chat]


def page(connection: ServerConnection, request: Request) -> Response | None:
    """Answer with a file where a browser asks for one."""
    if request.path not in FILES or "Upgrade" in request.headers:
        return None
    name, kind = FILES[request.path]
    text = Path(__file__).with_name(name).read_text("utf-8")
    response = connection.respond(HTTPStatus.OK, text)
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = f"{kind}; charset=utf-8"
    return response


async def main(port: int) -> None:
    async with serving(port) as (_, address):
        print(f"listening on http://{address}/", flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
