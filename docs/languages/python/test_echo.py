"""Test a handler over a real connection on a free port: no mock, no fixed port, no sleep."""

# --8<-- [start:test]
import asyncio

from echo_server import MAX_SIZE, echo
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosedError


async def close_code_after(message: str) -> int:
    async with serve(echo, "127.0.0.1", 0, max_size=MAX_SIZE) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(5), connect(f"ws://127.0.0.1:{port}") as websocket:
            await websocket.send(message)
            try:
                assert await websocket.recv() == message
            except ConnectionClosedError as closed:
                assert closed.rcvd is not None
                return closed.rcvd.code
        return websocket.close_code or 0


def test_the_limit_is_exact() -> None:
    assert asyncio.run(close_code_after("x" * MAX_SIZE)) == 1000
    assert asyncio.run(close_code_after("x" * (MAX_SIZE + 1))) == 1009


# --8<-- [end:test]
