"""An echo client as Autobahn drives it: one connection for each case."""

# --8<-- [start:client]
import asyncio
import sys
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

AGENT = "my-client"


async def echo(url: str) -> None:
    try:
        async with connect(url, max_size=None) as websocket:
            async for message in websocket:
                await websocket.send(message)
    except (OSError, WebSocketException):
        pass  # what ends a case is the suite's to judge


async def main(suite: str) -> None:
    async with connect(f"{suite}/getCaseCount") as websocket:
        count = int(await websocket.recv())
    for case in range(1, count + 1):
        await echo(f"{suite}/runCase?{urlencode({'case': case, 'agent': AGENT})}")
    await echo(f"{suite}/updateReports?{urlencode({'agent': AGENT})}")


asyncio.run(main(sys.argv[1]))
# --8<-- [end:client]
