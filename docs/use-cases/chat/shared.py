"""The same rooms for several processes: numbers and history are in Redis. Needs Redis 6.2."""

# --8<-- [start:publish]
import asyncio
import json
import os
import secrets
from functools import partial

from redis.asyncio import Redis
from redis.exceptions import RedisError
from rooms import KEEP, Room, UnavailableError

LOOK = float(os.environ.get("LOOK", "2"))  # seconds from look to look: a notice may be lost
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
        self.shared, self.redis, self.others = shared, shared.redis, {}
        self.key = f"chat:{{{name}}}:"  # braces: in a cluster all of a room is on one server
        self.reading = asyncio.Lock()

    async def publish(self, key: str, name: str, text: str) -> None:
        message = json.dumps(self.made(0, key, name, text))
        keys = [self.key + "log", self.key + "number", f"{self.key}sent:{name}:{key}"]
        arguments = [message, KEEP, REPEATS, f"chat-news:{self.name}"]
        try:
            await self.redis.eval(PUBLISH, len(keys), *keys, *arguments)
        except RedisError as error:
            raise UnavailableError("the store does not answer") from error

    # --8<-- [end:publish]

    # --8<-- [start:read]
    async def read(self) -> None:
        """Take in what was published anywhere, in the order of the numbers."""
        try:
            async with self.reading:
                await self.redis.set(self.key + "epoch", self.epoch, nx=True)
                self.epoch = await self.redis.get(self.key + "epoch")
                log = await self.redis.xrange(self.key + "log", f"{self.last + 1}-0")
                for number, fields in log:
                    self.add(json.loads(fields["message"]) | {"id": int(number.split("-")[0])})
                await self.look_around()
        except RedisError as error:
            raise UnavailableError("the store does not answer") from error

    # --8<-- [end:read]

    # --8<-- [start:people]
    async def look_around(self) -> None:
        """Say who is here on this process, and see who is on the others."""
        mine, places = f"{self.key}here:{self.shared.process}", self.key + "processes"
        async with self.redis.pipeline() as pipe:
            pipe.sadd(places, mine).expire(places, REPEATS)
            pipe.set(mine, json.dumps(super().here()), px=int(GONE * 1000)).smembers(places)
            names = sorted((await pipe.execute())[-1] - {mine})
        found: dict[str, bool] = {}
        values = await self.redis.mget(names) if names else []
        for place, told in zip(names, values, strict=True):
            if told is None:
                await self.redis.srem(places, place)
            for name, typing in json.loads(told or "{}").items():
                found[name] = found.get(name, False) or typing
        if found != self.others:
            self.others = found
            super().changed()

    def here(self) -> dict[str, bool]:
        found = super().here()
        for name, typing in self.others.items():
            found[name] = found.get(name, False) or typing
        return found

    def changed(self) -> None:
        super().changed()
        self.shared.tell(self)


# --8<-- [end:people]


# --8<-- [start:shared]
class Shared:
    """What one process has of Redis: rooms that keep up with those of the others."""

    def __init__(self, url: str, rooms: dict[str, Room]) -> None:
        self.redis = Redis.from_url(url, decode_responses=True, socket_timeout=5)
        self.process, self.rooms = secrets.token_hex(8), rooms
        self.room = partial(SharedRoom, self)
        self.tasks = {asyncio.create_task(self.keep_up(look)) for look in (self.heard, self.all)}

    async def keep_up(self, look) -> None:
        while True:
            try:
                await look()
            except (RedisError, UnavailableError, OSError):
                await asyncio.sleep(1)

    async def heard(self) -> None:
        async with self.redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.psubscribe("chat-news:*")
            while True:
                notice = await pubsub.get_message(timeout=LOOK)
                room = self.rooms.get(notice["channel"].partition(":")[2]) if notice else None
                if room:
                    await room.read()

    async def all(self) -> None:
        await asyncio.sleep(LOOK)
        for room in list(self.rooms.values()):
            await room.read()

    def tell(self, room: SharedRoom) -> None:
        async def notice() -> None:
            await room.look_around()
            await self.redis.publish(f"chat-news:{room.name}", "people")

        task = asyncio.create_task(notice())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


# --8<-- [end:shared]
