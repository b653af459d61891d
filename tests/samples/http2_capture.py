"""Records a WebSocket connection over HTTP/2, for /protocol/http2-http3/.

    python -m tests.samples.http2_capture

runs the page's two samples against each other, Node.js as the client and Hypercorn as the server,
with a relay between them, and writes each HTTP/2 frame that passes to `exchange.json` beside the
page. The test compares a new recording with that file in what does not change from run to run.
"""

from __future__ import annotations

import asyncio
import json
import re
import runpy
import socket
import sys
from dataclasses import dataclass
from typing import Any

from hpack import Decoder
from hypercorn.asyncio import serve
from hypercorn.config import Config
from hyperframe.frame import Frame, HeadersFrame, SettingsFrame

from tests.samples.manifest import DOCS
from tests.samples.programs import environment

FOLDER = DOCS / "protocol" / "http2-http3"
RECORDING = FOLDER / "exchange.json"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # RFC 9113, section 3.4
LIMIT = 20.0  # seconds that the exchange may take

SETTINGS = {
    1: "HEADER_TABLE_SIZE",
    2: "ENABLE_PUSH",
    3: "MAX_CONCURRENT_STREAMS",
    4: "INITIAL_WINDOW_SIZE",
    5: "MAX_FRAME_SIZE",
    6: "MAX_HEADER_LIST_SIZE",
    8: "ENABLE_CONNECT_PROTOCOL",
}


@dataclass(frozen=True)
class Passed:
    """An HTTP/2 frame as it went by, its nine bytes of header included."""

    sender: str
    data: bytes

    @property
    def frame(self) -> Frame:
        """The frame, parsed."""
        frame, length = Frame.parse_frame_header(memoryview(self.data[:9]))
        assert 9 + length == len(self.data)
        frame.parse_body(memoryview(self.data[9:]))
        return frame

    @property
    def name(self) -> str:
        """The frame's type as RFC 9113 writes it."""
        name = type(self.frame).__name__.removesuffix("Frame")
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper().replace("GO_AWAY", "GOAWAY")


def load() -> list[Passed]:
    """Return the frames of the recording beside the page."""
    data = json.loads(RECORDING.read_text("utf-8"))
    return [Passed(entry["from"], bytes.fromhex(entry["hex"])) for entry in data["frames"]]


def fields(frames: list[Passed], sender: str) -> list[tuple[str, str]]:
    """Return the header fields of the first HEADERS frame that ``sender`` sent."""
    frame = next(p.frame for p in frames if p.sender == sender and p.name == "HEADERS")
    assert isinstance(frame, HeadersFrame)
    return [(str(name), str(value)) for name, value in Decoder().decode(frame.data)]


def shown(passed: Passed) -> str:
    """Return the frame as the page prints it: its header, then what it holds, with the bytes."""
    frame = passed.frame
    flags = ", ".join(sorted(frame.flags)) or "no flags"
    size = len(passed.data) - 9
    lines = [
        f"{passed.data[:9].hex(' ')}  {size} {'byte' if size == 1 else 'bytes'}, "
        f"{passed.name}, {flags}, stream {frame.stream_id}"
    ]
    body = passed.data[9:]
    if isinstance(frame, SettingsFrame):
        for at in range(0, len(body), 6):
            entry = body[at : at + 6]
            number, value = int.from_bytes(entry[:2]), int.from_bytes(entry[2:])
            lines.append(f"{entry.hex(' '):26}  {SETTINGS.get(number, number)} = {value}")
    else:
        lines += [body[at : at + 16].hex(" ") for at in range(0, len(body), 16)]
    return "\n".join(lines)


class _Relay:
    """Passes bytes on in both directions and keeps the frames in the order of their arrival."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.frames: list[Passed] = []

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(
            self._pass(reader, far_writer, "client"), self._pass(far_reader, writer, "server")
        )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sender: str
    ) -> None:
        try:
            if sender == "client":
                writer.write(await reader.readexactly(len(PREFACE)))
            while True:
                header = await reader.readexactly(9)
                data = header + await reader.readexactly(int.from_bytes(header[:3]))
                self.frames.append(Passed(sender, data))
                writer.write(data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def record() -> tuple[list[Passed], str]:
    """Run the exchange; return its frames and what the client printed."""
    config = Config()
    config.errorlog = None
    listener = socket.create_server(("127.0.0.1", 0))
    config.bind = [f"fd://{listener.fileno()}"]
    app: Any = runpy.run_path(str(FOLDER / "echo.py"))["app"]
    done = asyncio.Event()
    server = asyncio.create_task(serve(app, config, shutdown_trigger=done.wait))
    relay = _Relay(listener.getsockname()[1])
    try:
        async with await asyncio.start_server(relay.connected, "127.0.0.1", 0) as between:
            port = between.sockets[0].getsockname()[1]
            client = await asyncio.create_subprocess_exec(
                "node",
                str(FOLDER / "connect.mjs"),
                f"http://127.0.0.1:{port}",
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment(),
            )
            async with asyncio.timeout(LIMIT):
                out, err = await client.communicate()
        assert client.returncode == 0, err.decode()
    finally:
        done.set()
        await server
        listener.detach()  # the server has closed it
    return relay.frames, out.decode()


def main() -> None:
    """Write a new recording beside the page."""
    frames, out = asyncio.run(record())
    entries = [
        {"from": p.sender, "type": p.name, "stream": p.frame.stream_id, "hex": p.data.hex()}
        for p in frames
    ]
    RECORDING.write_text(json.dumps({"frames": entries}, indent=1) + "\n", "utf-8")
    sys.stdout.write(out)
    for passed in frames:
        sys.stdout.write(f"-- {passed.sender}\n{shown(passed)}\n")
    for sender in ("client", "server"):
        sys.stdout.write(f"{fields(frames, sender)}\n")


if __name__ == "__main__":
    main()
