"""Send every message that a client sends to all clients, and to none more than it can take."""

# --8<-- [start:client]
import asyncio
import hmac
import http
import os
import signal
import sys

from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

MAX_SIZE = 16 * 1024  # bytes in one message
QUEUE = 64  # messages that wait for one client: 1 MiB with the limit above
MAX_CLIENTS = int(os.environ.get("MAX_CLIENTS", "1000"))
TOKEN = os.environ.get("TOKEN", "")
ORIGIN = os.environ.get("ORIGIN", "")  # the website whose pages may connect


class Client:
    def __init__(self, websocket: ServerConnection) -> None:
        self.websocket = websocket
        self.queue: asyncio.Queue[str | bytes] = asyncio.Queue(QUEUE)
        self.ending: asyncio.Task[None] | None = None

    async def send(self) -> None:
        try:
            while True:
                await self.websocket.send(await self.queue.get())
        except ConnectionClosed:
            pass  # the receiving side ends too

    def end(self, code: int, reason: str) -> asyncio.Task[None]:
        self.ending = self.ending or asyncio.create_task(self._end(code, reason))
        return self.ending

    async def _end(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(5):
                await self.websocket.close(code, reason)
        except TimeoutError:  # it reads nothing, not even the close frame
            self.websocket.transport.abort()


# --8<-- [end:client]

# --8<-- [start:broadcast]
clients: set[Client] = set()


def broadcast(message: str | bytes) -> None:
    for client in clients:
        try:
            client.queue.put_nowait(message)
        except asyncio.QueueFull:
            client.end(1013, "too slow")


async def handle(websocket: ServerConnection) -> None:
    client = Client(websocket)
    clients.add(client)
    sending = asyncio.create_task(client.send())
    try:
        async for message in websocket:
            broadcast(message)
    except ConnectionClosed as closed:
        print(f"{websocket.remote_address}: {closed}", file=sys.stderr)
    finally:
        clients.remove(client)
        sending.cancel()


# --8<-- [end:broadcast]


# --8<-- [start:admit]
def admit(websocket: ServerConnection, request: Request) -> Response | None:
    """Refuse who has no token, or who comes when all places are taken."""
    # Not by http.cookies: one cookie that it cannot read, such as a=b c, hides all others.
    cookies = [each.strip() for each in ";".join(request.headers.get_all("Cookie")).split(";")]
    session = next((each[8:] for each in cookies if each.startswith("session=")), "")
    if not hmac.compare_digest(session.encode(), TOKEN.encode()):
        return websocket.respond(http.HTTPStatus.UNAUTHORIZED, "no valid session\n")
    if len(websocket.server.connections) >= MAX_CLIENTS:
        return websocket.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "full\n")
    return None


# --8<-- [end:admit]


# --8<-- [start:main]
async def run(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: loop.call_soon_threadsafe(stop.set))

    async with serve(
        handle,
        "127.0.0.1",
        port,
        process_request=admit,
        origins=[ORIGIN, None],  # None: programs, which send no Origin
        max_size=MAX_SIZE,
        compression=None,  # it would be done for each client again
    ) as server:
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await stop.wait()
        server.close(close_connections=False)  # takes no more
        ending = [client.end(1001, "server stopping") for client in clients]
        await asyncio.gather(*ending)


def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not TOKEN or not ORIGIN:
        sys.exit("usage: TOKEN=secret ORIGIN=https://app.example.com broadcast_server.py PORT")
    try:
        asyncio.run(run(int(sys.argv[1])))
    except (OSError, OverflowError) as error:  # a port in use, or above 65535
        sys.exit(f"broadcast_server.py: {error}")


if __name__ == "__main__":
    main()
# --8<-- [end:main]
