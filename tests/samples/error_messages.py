"""Provokes failures and returns the messages in which libraries and curl report them.

``python -m tests.samples.error_messages`` prints them all. The table of /troubleshoot/ shows some;
a test compares, and provokes those of Chromium. Addresses and ports differ each time.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import subprocess
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.utils import accept_key

from tests.deploy.stack import PATIENCE, echo, refusing
from tests.echo.node_packages import node_packages
from tests.samples.test_accept import tool
from tests.site import ROOT

# What is asked of ws: an address, options, and what to do; every error's message is a line.
_WS = r"""
import WebSocket from "ws";
const [echo, refused, compressed] = process.argv.slice(1);
const say = (id, error) => console.log(JSON.stringify([id, error.message]));
const fails = (id, address, options = {}, protocols = []) => new Promise((done) => {
  const socket = new WebSocket(address, protocols, options);
  socket.on("error", (error) => { say(id, error); done(); });
  socket.on("close", () => done());
});
await fails("ws-status", `${echo}/reject/502`);
await fails("ws-refused", refused);
await fails("ws-rsv1", compressed);
await fails("ws-mask", `${echo}/invalid/masked-frame`);
await fails("ws-payload", `${echo}/message/2000`, { maxPayload: 1000 });
await fails("ws-subprotocol", `${echo}/`, {}, ["chat"]);
const early = new WebSocket(`${echo}/`);
early.on("error", (error) => say("ws-aborted", error));
try { early.send("x"); } catch (error) { say("ws-connecting", error); }
early.close();
await new Promise((done) => early.on("close", done));
"""
_HANDSHAKE = [
    *("--http1.1", "--no-progress-meter", "--max-time", "5", "--output", "/dev/null"),
    *("--header", "Connection: Upgrade", "--header", "Upgrade: websocket"),
    *("--header", "Sec-WebSocket-Version: 13"),
    *("--header", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
]


@contextmanager
def compressing() -> Iterator[str]:
    """A server that sends a frame with RSV1 set, which nobody agreed to; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        request = connection.recv(65536).decode()
                        key = re.search(r"sec-websocket-key: (\S+)", request, re.I)
                        if key is None:
                            continue
                        answer = (
                            "HTTP/1.1 101 Switching Protocols\r\n"
                            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Accept: {accept_key(key[1])}\r\n\r\n"
                        )
                        connection.sendall(answer.encode() + b"\xc1\x01x")
                        connection.recv(65536)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def of_node(echo_address: str, refused: str) -> dict[str, str]:
    """What ws says."""
    with compressing() as compressed:
        done = subprocess.run(
            ["node", "--input-type=module", "--eval", _WS, echo_address, refused, compressed],
            cwd=node_packages(),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
        )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


async def _of_websockets(echo_address: str, refused: str) -> dict[str, str]:
    async def message(failing: Callable[[], Awaitable[object]]) -> str:
        try:
            await failing()
        except (WebSocketException, OSError, TimeoutError) as error:
            return str(error)
        raise AssertionError("it did not fail")

    async def receive(path: str, **options: float | None) -> None:
        async with connect(f"{echo_address}{path}", proxy=None, **options) as client:  # type: ignore[arg-type]
            while True:
                await client.recv()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    found = {
        "websockets-status": await message(lambda: receive("/reject/403")),
        "websockets-drop": await message(lambda: receive("/drop?after=100")),
        "websockets-away": await message(lambda: receive("/close/1001?after=100")),
        "websockets-close": await message(lambda: receive("/close/1011?after=100")),
        "websockets-payload": await message(lambda: receive("/message/2000", max_size=1000)),
        "websockets-keepalive": await message(
            lambda: receive("/no-pong", ping_interval=0.2, ping_timeout=0.2)
        ),
    }
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"ws://127.0.0.1:{silent.getsockname()[1]}"
        found["websockets-timeout"] = await message(
            lambda: connect(address, proxy=None, open_timeout=0.3).__aenter__()
        )
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as closing:
        address = f"ws://127.0.0.1:{closing.sockets[0].getsockname()[1]}"
        found["websockets-no-answer"] = await message(
            lambda: connect(address, proxy=None).__aenter__()
        )
    found["websockets-refused"] = await message(lambda: connect(refused, proxy=None).__aenter__())
    return found


def of_curl(echo_address: str, refused: str) -> dict[str, str]:
    """What curl says."""

    def said(address: str) -> str:
        command = ["curl", *_HANDSHAKE, address.replace("ws:", "http:")]
        return subprocess.run(command, capture_output=True, text=True).stderr.strip()

    return {
        "curl-refused": said(refused),
        "curl-reset": said(f"{echo_address}/drop?after=100"),
    }


def of_go(folder: Path, echo_address: str, refused: str) -> dict[str, str]:
    """What coder/websocket says in the page's client."""
    program = folder / "echo_client"
    build = [tool("go"), "build", "-o", str(program), "echo_client.go"]
    subprocess.run(build, cwd=ROOT / "docs" / "languages" / "go", check=True, timeout=300)

    def said(address: str) -> str:
        return subprocess.run([program, address], capture_output=True, text=True).stderr.strip()

    return {
        "go-status": said(f"{echo_address}/reject/403"),
        "go-refused": said(refused),
        "go-close": said(f"{echo_address}/close/1011?after=0"),
    }


def captured(folder: Path) -> dict[str, str]:
    """All messages, by the id of the row that shows it."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    with echo() as server, refusing() as port:
        addresses = f"ws://127.0.0.1:{server.port}", f"ws://127.0.0.1:{port}"
        return {
            **of_node(*addresses),
            **asyncio.run(_of_websockets(*addresses)),
            **of_curl(*addresses),
            **of_go(folder, *addresses),
        }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for key, text in captured(Path(name)).items():
            print(f"{key}\t{text}")
