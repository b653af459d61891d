"""Rooms whose members are on several processes: what one says, all hear, once and in order."""

# --8<-- [start:rooms]
import asyncio
import json
import os
import re
import signal
import sys
from contextlib import suppress

from broker import LostError, broker
from websockets.asyncio.server import Request, Response, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

BACKLOG = 256 * 1024  # bytes that may wait for one client
DRAIN = float(os.environ.get("DRAIN", "10"))  # seconds over which clients are sent away
ROOM = re.compile(r"/([a-z0-9-]{1,32})")

rooms: dict[str, set[ServerConnection]] = {}  # the members on this process
between = broker(os.environ.get("BROKER", ""))
ending: set[asyncio.Task[None]] = set()


def send(members: set[ServerConnection], **message: str) -> None:
    """To all, waiting for none: who is too far behind is sent away, and the rest hear it now."""
    for member in members:
        if member.transport.get_write_buffer_size() > BACKLOG:
            end(member, 1013, "too slow")
    broadcast(members, json.dumps(message))  # skips those that are closing


def end(member: ServerConnection, code: int, reason: str) -> None:
    task = asyncio.create_task(member.close(code, reason))
    ending.add(task)
    task.add_done_callback(ending.discard)


def deliver(room: str, text: str) -> None:
    send(rooms.get(room, set()), type="said", text=text)


def gap() -> None:
    """The broker was away: nobody knows what was said meanwhile, so all ask the store."""
    for members in rooms.values():
        send(members, type="gap")


# --8<-- [end:rooms]


# --8<-- [start:member]
async def handle(member: ServerConnection) -> None:
    room = member.request.path[1:]
    rooms.setdefault(room, set()).add(member)
    try:
        async with asyncio.timeout(3):
            await between.follow(rooms)
        send({member}, type="joined", room=room)
        async for text in member:
            if not isinstance(text, str):
                await member.close(1003, "text only")
                break
            try:
                await between.publish(room, text)
            except LostError as error:
                send({member}, type="failed", text=text, why=str(error))
    except TimeoutError:
        await member.close(1013, "the broker is away")
    except ConnectionClosed:
        pass
    finally:
        rooms[room].discard(member)
        if not rooms[room]:
            del rooms[room]
            with suppress(TimeoutError):
                async with asyncio.timeout(3):
                    await between.follow(rooms)


# --8<-- [end:member]


def admit(member: ServerConnection, request: Request) -> Response | None:
    if not ROOM.fullmatch(request.path):
        return member.respond(404, "ask for /ROOM, of letters, digits and hyphens\n")
    return None


# --8<-- [start:drain]
async def drain() -> None:
    """Send all away over some seconds, so that they do not come back at once elsewhere."""
    members = [member for room in rooms.values() for member in room]
    for left, member in zip(range(len(members), 0, -1), members, strict=True):
        end(member, 1012, "restarting")
        await asyncio.sleep(min(0.05, DRAIN / len(members)) if left > 1 else 0)
    await asyncio.gather(*ending)


async def main() -> None:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
        sys.exit("usage: BROKER=redis://127.0.0.1:6379 server.py PORT")
    port, stop = int(sys.argv[1]), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        await between.start(deliver, gap)
    except LostError as error:
        sys.exit(f"server.py: no broker at {os.environ['BROKER']}: {error}")
    async with serve(
        handle,
        "127.0.0.1",
        port,
        process_request=admit,
        max_size=16 * 1024,
        compression=None,  # it would be done for each member again
        close_timeout=5,
    ) as server:
        print(f"listening on ws://127.0.0.1:{port}", flush=True)
        await stop.wait()
        server.close(close_connections=False)  # new ones go to the other processes
        await drain()
    await between.stop()


# --8<-- [end:drain]

if __name__ == "__main__":
    asyncio.run(main())
