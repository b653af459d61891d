"""What /troubleshoot/handshake-status-codes/ says of curl, the echo server and two libraries."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from http import HTTPStatus

import pytest
from websockets.sync.server import serve
from websockets.typing import Origin

from tests.deploy.stack import PATIENCE, echo
from tests.echo.node_packages import node_packages
from tests.samples.test_accept import tool
from tests.site import ROOT

PAGE = ROOT / "docs" / "troubleshoot" / "handshake-status-codes.md"
SHOWN = "http://127.0.0.1:8765/reject/403"
UPGRADE = " --header 'Upgrade: websocket'"
# Two servers of ws, one that has a path and one that admits nobody; it prints their ports.
WS = """
import { WebSocketServer } from "ws";
const servers = [{ path: "/ws" }, { verifyClient: () => false }]
  .map((options) => new WebSocketServer({ port: 0, host: "127.0.0.1", ...options }));
await Promise.all(servers.map((one) => new Promise((done) => one.on("listening", done))));
console.log(servers.map((one) => one.address().port).join(" "));
"""


def first_line(address: str, *, without: str = "", extra: str = "") -> str:
    """Ask as the page does; return the first line of the answer."""
    tool("curl")
    found = re.search(r"```sh\n(curl .*?)```", PAGE.read_text("utf-8"), re.S)
    assert found
    command = found[1].replace(SHOWN, f"{extra} {address}")
    assert without in command
    command = command.replace(without, "") if without else command
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=PATIENCE)
    assert done.stdout, done.stderr
    # Frames may follow.
    return done.stdout.splitlines()[0].decode().strip()


def test_the_command_prints_what_the_page_shows() -> None:
    with echo() as server:
        line = first_line(f"http://127.0.0.1:{server.port}/reject/403")
    assert f"\n{line}\n```" in PAGE.read_text("utf-8")


def statuses() -> list[int]:
    """Those of the table that the echo server can refuse with."""
    text = PAGE.read_text("utf-8")
    found = [int(number) for number in re.findall(r'^\| <span id="(\d+)">', text, re.M)]
    assert len(found) >= 12
    return [number for number in found if number == 200 or number >= 400]


def test_each_status_can_be_had_from_the_echo_server() -> None:
    with echo() as server:
        for status in statuses():
            line = first_line(f"http://127.0.0.1:{server.port}/reject/{status}")
            assert line == f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"


def test_websockets_refuses_as_the_page_says() -> None:
    origins = [Origin("https://own.example")]
    with serve(lambda connection: None, "127.0.0.1", 0, origins=origins) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.socket.getsockname()[1]}/"
        try:
            assert " 426 " in first_line(address, without=UPGRADE)
            other = first_line(address, extra="--header 'Origin: https://other.example'")
            assert " 403 " in other
            assert " 101 " in first_line(address, extra="--header 'Origin: https://own.example'")
        finally:
            server.shutdown()
            thread.join()


def test_ws_refuses_as_the_page_says() -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not on this machine")
    with subprocess.Popen(
        ["node", "--input-type=module", "--eval", WS],
        cwd=node_packages(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            with_path, nobody = process.stdout.readline().split()
            assert " 400 " in first_line(f"http://127.0.0.1:{with_path}/other")
            assert " 426 " in first_line(f"http://127.0.0.1:{with_path}/ws", without=UPGRADE)
            assert " 401 " in first_line(f"http://127.0.0.1:{nobody}/")
        finally:
            process.kill()
