"""What passes messages between processes: none, Redis or NATS, behind the same four words."""

# --8<-- [start:interface]
import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from nats.aio.subscription import Subscription

Deliver = Callable[[str, str], None]  # a message of a room, for the clients of this process
Gap = Callable[[], None]  # messages may have been lost: the broker was away


class LostError(Exception):
    """The broker did not take a message."""


class Broker(Protocol):
    async def start(self, deliver: Deliver, gap: Gap) -> None: ...

    async def follow(self, rooms: Mapping[str, object]) -> None:
        """Get the messages of these rooms and no others, from when it returns."""

    async def publish(self, room: str, text: str) -> None: ...

    async def stop(self) -> None: ...


# --8<-- [end:interface]


class Alone:
    """One process needs no broker."""

    async def start(self, deliver: Deliver, gap: Gap) -> None:
        self._deliver = deliver

    async def follow(self, rooms: Mapping[str, object]) -> None:
        pass

    async def publish(self, room: str, text: str) -> None:
        self._deliver(room, text)

    async def stop(self) -> None:
        pass


# --8<-- [start:redis]
OWN = "."  # a channel that is no room's: their names have no dots


class Redis:
    """One connection to publish, one to listen; both start over by themselves."""

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis as Client
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        # Without retries: what was lost must be told, not hidden.
        self._client = Client.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=3)
        self._pubsub = self._client.pubsub()
        self._wanted: set[str] = set()
        self._followed: dict[str, asyncio.Event] = {}
        self._changing = asyncio.Lock()

    async def start(self, deliver: Deliver, gap: Gap) -> None:
        from redis.exceptions import RedisError

        try:
            await self._client.ping()
        except RedisError as error:
            raise LostError(str(error)) from error
        ready = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(deliver, gap, ready))
        await ready.wait()

    async def _listen(self, deliver: Deliver, gap: Gap, ready: asyncio.Event) -> None:
        from redis.exceptions import RedisError

        while True:
            try:
                # It always follows one, so that there is always a connection to listen on.
                await self._pubsub.subscribe(OWN, *self._followed)
                while True:
                    message = await self._pubsub.get_message(timeout=None)
                    if message is None:
                        continue
                    room = message["channel"].decode()
                    if message["type"] == "message":
                        deliver(room, message["data"].decode(errors="replace"))
                    elif message["type"] == "subscribe" and room == OWN:
                        if ready.is_set():
                            gap()
                        ready.set()
                    elif message["type"] == "subscribe" and room in self._followed:
                        self._followed[room].set()
            except RedisError:
                await self._pubsub.aclose()
                await asyncio.sleep(random.uniform(0.1, 0.5))

    async def follow(self, rooms: Mapping[str, object]) -> None:
        from redis.exceptions import RedisError

        async with self._changing:
            new, old = rooms.keys() - self._followed.keys(), self._followed.keys() - rooms.keys()
            self._followed.update({room: asyncio.Event() for room in new})
            for room in old:
                del self._followed[room]
            with suppress(RedisError):  # the listener subscribes to all when Redis is back
                if new:
                    await self._pubsub.subscribe(*new)
                if old:
                    await self._pubsub.unsubscribe(*old)
            for confirmed in [one for one in self._followed.values() if not one.is_set()]:
                await confirmed.wait()

    async def publish(self, room: str, text: str) -> None:
        from redis.exceptions import RedisError

        try:
            await self._client.publish(room, text)
        except RedisError as error:
            raise LostError(str(error)) from error

    async def stop(self) -> None:
        self._listening.cancel()
        await self._pubsub.aclose()
        await self._client.aclose()


# --8<-- [end:redis]


# --8<-- [start:nats]
class Nats:
    """One connection, which the library restores with all its subscriptions."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._followed: dict[str, Subscription] = {}
        self._changing = asyncio.Lock()

    async def start(self, deliver: Deliver, gap: Gap) -> None:
        import nats

        async def back() -> None:
            gap()

        async def message(msg: nats.aio.msg.Msg) -> None:
            deliver(msg.subject, msg.data.decode())

        async def failed(error: Exception) -> None:
            pass  # while it is away, the library reports each attempt

        self._message = message
        try:
            async with asyncio.timeout(3):
                self._client = await nats.connect(
                    self._url,
                    reconnected_cb=back,
                    error_cb=failed,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.3,
                )
        except TimeoutError as error:
            raise LostError("no answer in 3 s") from error

    async def follow(self, rooms: Mapping[str, object]) -> None:
        async with self._changing:
            new, old = rooms.keys() - self._followed.keys(), self._followed.keys() - rooms.keys()
            for room in new:
                self._followed[room] = await self._client.subscribe(room, cb=self._message)
            for room in old:
                await self._followed.pop(room).unsubscribe()
            if new:
                await self._client.flush()
            if not self._client.is_connected:
                raise TimeoutError("NATS is away")

    async def publish(self, room: str, text: str) -> None:
        # The library would keep it, and send it late.
        if not self._client.is_connected:
            raise LostError("NATS is away")
        await self._client.publish(room, text.encode())

    async def stop(self) -> None:
        await self._client.close()


# --8<-- [end:nats]


def broker(url: str) -> Broker:
    """A broker by its address; "" is none."""
    if not url:
        return Alone()
    return Nats(url) if url.startswith("nats:") else Redis(url)
