"""The same rooms for several processes: numbers and history are in Redis. Tried with Redis 7.0."""

# --8<-- [start:publish]
import asyncio
import json
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from rooms import KEEP, EndError, Room, said

LOOK = float(os.environ.get("LOOK", "1"))  # seconds from look to look: a notice may be lost
GONE = float(os.environ.get("GONE", "10"))  # seconds that a silent process still counts as here
REPEATS = 24 * 3600  # seconds in which a message that is sent again is recognized

# One step for all processes: a number that nobody else gets, and the order of the numbers.
PUBLISH = """
if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
local number = redis.call('INCR', KEYS[2])
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[2], number .. '-0', 'message', ARGV[1])
redis.call('SET', KEYS[3], number, 'EX', ARGV[3])
redis.call('PUBLISH', ARGV[4], 'message')
return number
"""


class SharedRoom(Room):
    def __init__(self, shared: "Shared", name: str) -> None:
        super().__init__(name)
        self.shared, self.redis = shared, shared.redis
        self.key = f"chat:{{{name}}}:"  # braces: in a cluster all of a room is on one server
        self.reading = asyncio.Lock()
        # Who is at another process, and until when that holds.
        self.others: dict[str, tuple[list[tuple[str, bool]], float]] = {}

    async def publish(self, key: str, name: str, text: str) -> None:
        message = json.dumps(said(key, name, text))
        keys = [self.key + "log", self.key + "number", f"{self.key}sent:{name}:{key}"]
        arguments = [message, KEEP, REPEATS, f"chat-news:{self.name}"]
        try:
            await self.redis.eval(PUBLISH, len(keys), *keys, *arguments)
        except RedisError as error:
            raise EndError(1013, "the store does not answer") from error

    # --8<-- [end:publish]

    # --8<-- [start:read]
    async def read(self) -> None:
        """Take in what was published anywhere, in the order of the numbers."""
        try:
            async with self.reading:
                await self.redis.set(self.key + "epoch", secrets.token_hex(8), nx=True)
                epoch = await self.redis.get(self.key + "epoch")
                have = self.last if epoch == self.epoch else 0
                log = await self.redis.xrange(self.key + "log", f"{have + 1}-0")
                if epoch != self.epoch:  # the first time, or the store has lost what it had
                    self.epoch, self.last = epoch, 0
                    self.kept.clear()
                    self.wake()
                for number, fields in log:
                    self.add(json.loads(fields["message"]) | {"id": int(number.split("-")[0])})
        except RedisError as error:
            raise EndError(1013, "the store does not answer") from error

    # --8<-- [end:read]

    # --8<-- [start:people]
    async def tell(self) -> None:
        """Say who is at this process."""
        told = json.dumps([self.shared.process, super().here()])
        await self.redis.publish(f"chat-news:{self.name}", told)

    def hear(self, told: str) -> None:
        """Note who is at another process."""
        process, there = json.loads(told)
        if process != self.shared.process:
            self.others[process] = [tuple(one) for one in there], time.monotonic() + GONE
            self.changed()

    def here(self) -> list[tuple[str, bool]]:
        now = time.monotonic()
        self.others = {who: told for who, told in self.others.items() if told[1] > now}
        return super().here() + [one for there, _ in self.others.values() for one in there]


# --8<-- [end:people]


# --8<-- [start:shared]
class Shared:
    """What one process has of Redis: rooms that keep up with those of the others."""

    def __init__(self, url: str, rooms: dict[str, Any]) -> None:
        # Any: its types do not know that responses are decoded.
        self.redis: Any = Redis.from_url(
            url, decode_responses=True, socket_timeout=5, health_check_interval=5
        )
        self.process, self.rooms = secrets.token_hex(8), rooms
        self.tasks = [asyncio.create_task(self.again(step)) for step in (self.hear, self.look)]

    def room(self, name: str) -> Room:
        return SharedRoom(self, name)

    async def again(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except (RedisError, EndError, OSError):
                await asyncio.sleep(1)

    async def hear(self) -> None:
        async with self.redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.psubscribe("chat-news:*")
            while True:
                notice = await pubsub.get_message(timeout=LOOK)
                room = self.rooms.get(notice["channel"].partition(":")[2]) if notice else None
                if room and notice["data"] == "message":
                    await room.read()
                elif room:
                    room.hear(notice["data"])

    async def look(self) -> None:
        await asyncio.sleep(LOOK)
        for room in list(self.rooms.values()):
            await room.tell()
            await room.read()
            room.changed()  # where a process has gone silent


# --8<-- [end:shared]
