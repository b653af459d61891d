"""The Worker of /deploy/cloudflare/, run in workerd, the runtime that Cloudflare publishes."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.content.front_matter import read
from tests.deploy.stack import PATIENCE
from tests.echo.node_packages import node_packages
from tests.site import ROOT

PAGE = ROOT / "docs" / "deploy" / "cloudflare.md"
FOLDER = PAGE.with_suffix("")
WORKERD = Path(__file__).with_name("workerd")
ALLOWED = "https://example.org"
# As many as a room of the tests holds.
FEW = 4
# Messages of 12 KiB, more than the operating system and the Worker let wait.
MANY = 1200
# A close frame without a code.
NO_CODE = bytes([0x88, 0x80, 0, 0, 0, 0])
HANDSHAKE = (
    b"GET /rooms/slow HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
# The runtime lets an object hibernate after 10 s of silence: that and more, and for a slow machine.
SILENCES = (11.5, 25)


def settings() -> dict[str, Any]:
    """What wrangler.jsonc says; its comments are lines of their own."""
    text = FOLDER.joinpath("wrangler.jsonc").read_text("utf-8")
    found: dict[str, Any] = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    return found


@contextmanager
def running(folder: Path, *changes: tuple[str, str]) -> Iterator[str]:
    """Run the Worker with some of its text changed; its address."""
    program = node_packages(WORKERD) / "node_modules" / ".bin" / "workerd"
    text = FOLDER.joinpath("worker.js").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    folder.joinpath("worker.js").write_text(text, "utf-8")
    shutil.copy(WORKERD / "config.capnp", folder)
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [str(program), "serve", "config.capnp", f"--control-fd={writing}"],
        cwd=folder,
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as control:
            yield f"127.0.0.1:{json.loads(control.readline())['port']}"
    finally:
        process.kill()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Worker's address; its rooms are small."""
    small = ("MAX_CLIENTS = 500;", f"MAX_CLIENTS = {FEW};")
    with running(tmp_path_factory.mktemp("workerd"), small) as address:
        yield address


def enter(rooms: str, room: str, **options: Any) -> ClientConnection:
    client: ClientConnection = connect(f"ws://{rooms}/rooms/{room}", proxy=None, **options)
    return client


def heard(client: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.recv(PATIENCE))
    return found


def closed_with(client: ClientConnection) -> int:
    """The code of the close frame, without waiting for the server to end TCP."""
    while client.protocol.close_rcvd is None:
        with suppress(ConnectionClosed, TimeoutError):
            client.recv(0.2)
    with suppress(OSError):
        client.socket.shutdown(socket.SHUT_RDWR)
    return client.protocol.close_rcvd.code


def test_everybody_in_a_room_hears_everybody(rooms: str) -> None:
    with (
        enter(rooms, "one") as ann,
        enter(rooms, "one", origin=ALLOWED) as ben,
        enter(rooms, "two") as eve,
    ):
        ann.send("Hello")
        said = heard(ann)
        assert (said["text"], said["messages"]) == ("Hello", 1)
        assert heard(ben) == said
        ben.send("Hello, Ann")
        assert heard(ann)["from"] != said["from"]
        eve.send("Alone")
        assert heard(eve)["text"] == "Alone"


def test_the_runtime_answers_pings_of_both_kinds(rooms: str) -> None:
    with enter(rooms, "pings") as client, enter(rooms, "pings") as other:
        assert client.ping().wait(PATIENCE)
        client.send("ping")
        assert client.recv(PATIENCE) == "pong"
        client.send("Now a message")
        assert heard(other)["messages"] == 1, "no ping reached the room"


def test_a_room_hibernates_between_messages_and_pings_do_not_wake_it(rooms: str) -> None:
    with enter(rooms, "sleep", ping_interval=None) as client:
        client.send("one")
        before = heard(client)
        for silence in SILENCES:
            client.send("two")
            assert heard(client)["messages"] > 1
            for _ in range(4):
                client.send("ping")
                assert client.recv(PATIENCE) == "pong"
                with pytest.raises(TimeoutError):
                    client.recv(silence / 4)
            client.send("three")
            after = heard(client)
            if after["messages"] == 1:
                break
    assert after["messages"] == 1, "the object was built anew"
    assert after["from"] == before["from"], "its attachment was kept"


@pytest.mark.parametrize(
    ("path", "origin", "status"),
    [
        ("/", None, 404),
        ("/rooms/No!", None, 404),
        ("/rooms/one", "https://example.net", 403),
        ("/rooms/one", "null", 403),
    ],
)
def test_it_refuses(rooms: str, path: str, origin: Any, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{rooms}{path}", origin=origin, proxy=None).close()
    assert refused.value.response.status_code == status


def test_a_request_without_upgrade_is_told_what_to_do(rooms: str) -> None:
    answer = httpx.get(f"http://{rooms}/rooms/one", trust_env=False)
    assert (answer.status_code, answer.text) == (426, "This path speaks WebSocket\n")


def test_a_room_has_room_for_so_many(rooms: str) -> None:
    with ExitStack() as clients:
        for _ in range(FEW):
            clients.enter_context(enter(rooms, "full"))
        with pytest.raises(InvalidStatus) as refused:
            enter(rooms, "full").close()
        assert refused.value.response.status_code == 503


@pytest.mark.parametrize(("message", "code"), [(b"\x00", 1003), ("x" * 4097, 1009)])
def test_it_closes_with_a_code(rooms: str, message: str | bytes, code: int) -> None:
    with enter(rooms, "codes") as client:
        client.send(message)
        assert closed_with(client) == code


def test_the_runtime_takes_no_message_over_32_mib(rooms: str) -> None:
    announced = (32 * 2**20 + 1).to_bytes(8, "big")
    with enter(rooms, "large", ping_interval=None) as client:
        client.socket.sendall(b"\x81\xff" + announced + bytes(4))
        assert closed_with(client) == 1009


def test_a_client_that_does_not_read_is_let_go(rooms: str) -> None:
    host, _, port = rooms.partition(":")
    with (
        socket.create_connection((host, int(port)), PATIENCE) as slow,
        enter(rooms, "slow", compression=None, ping_interval=None) as quick,
    ):
        slow.sendall(HANDSHAKE)
        assert slow.recv(12) == b"HTTP/1.1 101"
        for _ in range(MANY):
            quick.send("\u20ac" * 4096)
            quick.recv(PATIENCE)
        end = b"\x88\x0a" + (1013).to_bytes(2, "big") + b"Too slow"
        data = b""
        while not data.endswith(end):
            more = slow.recv(65536)
            assert more, "the connection ended without this close frame"
            data = data[-64:] + more


@pytest.mark.parametrize("code", [1000, 1001, 4001])
def test_it_answers_a_close_frame_with_the_same_code(rooms: str, code: int) -> None:
    with enter(rooms, "close") as client:
        client.close(code, "bye")
        assert client.protocol.close_rcvd is not None
        assert (client.protocol.close_rcvd.code, client.protocol.close_rcvd.reason) == (code, "bye")


def test_it_answers_a_close_frame_without_a_code(rooms: str) -> None:
    with enter(rooms, "close", ping_interval=None) as client:
        client.socket.sendall(NO_CODE)
        assert closed_with(client) == 1000


@pytest.mark.parametrize(
    ("changes", "frame"),
    [
        pytest.param(
            [("webSocketClose(", "unused(")], b"\x88\x82\0\0\0\0\x03\xe8", id="no handler"
        ),
        pytest.param([("code === 1005 ? 1000 : code", "code")], NO_CODE, id="close(1005)"),
    ],
)
def test_without_its_handler_no_close_frame_is_answered(
    tmp_path: Path, changes: list[tuple[str, str]], frame: bytes
) -> None:
    with running(tmp_path, *changes) as address, enter(address, "close") as client:
        client.socket.sendall(frame)
        with pytest.raises(TimeoutError):
            client.recv(2)
        assert client.protocol.close_rcvd is None
        client.socket.shutdown(socket.SHUT_RDWR)


def test_workerd_is_told_what_wrangler_would_tell_cloudflare() -> None:
    config = (WORKERD / "config.capnp").read_text("utf-8")
    said = settings()
    assert f'compatibilityDate = "{said["compatibility_date"]}"' in config
    assert f'text = "{said["vars"]["ORIGINS"]}"' in config
    (binding,) = said["durable_objects"]["bindings"]
    assert f'(name = "{binding["name"]}", durableObjectNamespace' in config
    assert said["migrations"][0]["new_sqlite_classes"] == [binding["class_name"]]
    assert "enableSql = true" in config
    assert FOLDER.joinpath(said["main"]).is_file()


def test_the_page_lists_its_files_and_the_version_that_ran() -> None:
    page = PAGE.read_text("utf-8")
    files = sorted(path.relative_to(ROOT / "docs").as_posix() for path in FOLDER.iterdir())
    assert read(page)["samples"] == files
    lock = json.loads((WORKERD / "package-lock.json").read_text("utf-8"))
    assert f"workerd {lock['packages']['node_modules/workerd']['version']}" in page
