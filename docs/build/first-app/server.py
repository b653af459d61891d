# --8<-- [start:http]
import asyncio
import json
import sys
from collections import deque
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.http11 import Request, Response

PAGE = Path(__file__).with_name("index.html").read_text("utf-8")


def answer(connection: ServerConnection, request: Request) -> Response | None:
    if "Upgrade" not in request.headers:
        response = connection.respond(HTTPStatus.OK, PAGE)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response
    if request.headers.get("Origin") != f"http://{request.headers['Host']}":
        return connection.respond(HTTPStatus.FORBIDDEN, "a foreign page\n")
    return None  # shake hands
    # --8<-- [end:http]


# --8<-- [start:room]
people: set[ServerConnection] = set()
history: deque[str] = deque(maxlen=50)


def tell(to: set[ServerConnection], **message: object) -> None:
    broadcast(to, json.dumps(message))


async def join(connection: ServerConnection) -> None:
    tell({connection}, texts=list(history))
    people.add(connection)
    tell(people, people=len(people))
    try:
        async for data in connection:
            text = json.loads(data)["text"]
            if not isinstance(text, str) or len(text) > 200:
                raise ValueError(text)
            history.append(text)
            tell(people, texts=[text])
    except (ValueError, KeyError, TypeError):
        await connection.close(1008, "not a message")
    finally:
        people.discard(connection)
        tell(people, people=len(people))


async def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    async with serve(join, "127.0.0.1", port, process_request=answer, max_size=4096) as server:
        print(f"open http://127.0.0.1:{port}/ twice", flush=True)
        await server.serve_forever()


asyncio.run(main())
# --8<-- [end:room]
