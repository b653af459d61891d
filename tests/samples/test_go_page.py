"""What /languages/go/ shows beside its samples: the messages of errors are the ones seen."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable

import pytest

from tests.samples import peers
from tests.samples.conftest import Build
from tests.samples.manifest import DOCS, load
from tests.samples.programs import Program, free_port, run_client
from tests.samples.wire import TEXT, Peer

FOLDER = DOCS / "languages" / "go"
PAGE = FOLDER.with_suffix(".md").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(not shutil.which("go"), reason="there is no Go toolchain here")


@pytest.fixture
def client(programs: Build) -> Program:
    return programs(load(FOLDER / "samples.toml"))["echo_client.go"]


def nothing_there(client: Program) -> str:
    port = free_port()
    said = run_client(client, f"ws://127.0.0.1:{port}/").err
    return said.removeprefix("echo_client: ").strip().replace(str(port), "8765")


def says(script: peers.Script) -> Callable[[Program], str]:
    def run(client: Program) -> str:
        with peers.server(script) as record:
            return run_client(client, record.url).err.removeprefix("echo_client: ").strip()

    return run


def page(sock: socket.socket, record: peers.Record) -> None:
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    Peer.accept(sock, answer).wait_for_end()


def restarting(sock: socket.socket, record: peers.Record) -> None:
    peer = Peer.accept(sock)
    peer.receive_message()
    peer.close(1012)
    peer.receive_message()


def too_long(sock: socket.socket, record: peers.Record) -> None:
    peer = Peer.accept(sock)
    peer.receive_message()
    peer.send(TEXT, b"x" * 65_537)
    assert peer.receive_message().close_code == 1009
    peer.wait_for_end()


MESSAGES = [
    nothing_there,
    says(peers.refusing),
    says(page),
    says(restarting),
    says(peers.vanishing),
    says(too_long),
    says(peers.silent),
]


def test_the_messages_on_the_page_are_the_ones_seen(client: Program) -> None:
    section = PAGE.split("{ #errors }", 1)[1]
    *shown, of_gorilla = re.findall(r"^`([^`]+)`\n:   ", section, re.MULTILINE)
    assert shown == [produce(client) for produce in MESSAGES]
    assert of_gorilla == "panic: concurrent write to websocket connection"
