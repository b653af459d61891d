"""What /protocol/handshake/ prints as bytes and as output, against bytes and output."""

from __future__ import annotations

import re
import threading
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path

import pytest
import websockets.exceptions
import websockets.version
from websockets.sync.client import connect
from websockets.sync.server import serve

from echo_demo.background import BackgroundServer

PAGE = (Path(__file__).parents[2] / "docs" / "protocol" / "handshake.md").read_text("utf-8")
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def message(first_line: str) -> bytes:
    """Return the HTTP message that the page shows under a first line, with its CR LF."""
    match = re.search(rf"^```http[^\n]*\n({re.escape(first_line)}\n.*?\n\n)```", PAGE, re.M | re.S)
    assert match is not None, f"no message starts with {first_line}"
    return match[1].replace("\n", "\r\n").encode("ascii")


def ask(host: str, port: int, path: str, *, version: int) -> tuple[int, str, Message]:
    """Return the status, the reason phrase and the fields of the answer to a handshake."""
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request(
            "GET",
            path,
            headers={
                "Connection": "Upgrade",
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": str(version),
                "Sec-WebSocket-Key": KEY,
            },
        )
        response = connection.getresponse()
        response.read()
        return response.status, response.reason, response.headers
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("title", "first_line"),
    [
        ("Client to server", "GET /chat HTTP/1.1"),
        ("Server to client", "HTTP/1.1 101 Switching Protocols"),
    ],
)
def test_sizes_and_hexadecimal_are_those_of_the_message(title: str, first_line: str) -> None:
    expected = message(first_line)
    size = re.search(rf'title="{title}, (\d+) bytes"', PAGE)
    assert size is not None
    assert int(size[1]) == len(expected)
    dump = re.search(rf'```text title="{title}"\n(.*?)\n *```', PAGE, re.DOTALL)
    assert dump is not None
    rows = re.findall(r"^ +([0-9a-f]{4})  ([0-9a-f ]+?) +\|(.*)\|$", dump[1], re.MULTILINE)
    assert b"".join(bytes.fromhex(row[1]) for row in rows) == expected
    assert [int(row[0], 16) for row in rows] == list(range(0, len(expected), 16))
    readable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in expected)
    assert "".join(row[2] for row in rows) == readable


def test_the_refusal_is_what_the_echo_server_sends(echo_server: BackgroundServer) -> None:
    status, reason, fields = ask(echo_server.host, echo_server.port, "/missing", version=13)
    shown = message(f"HTTP/1.1 {status} {reason}").decode().split("\r\n")[1:-2]
    assert [line.partition(":")[0] for line in shown] == fields.keys()
    changing = {"Date", "Content-Length"}
    for name, value in fields.items():
        assert name in changing or f"{name}: {value}" in shown


def test_the_library_alone_answers_a_wrong_version_as_the_page_says() -> None:
    with serve(lambda _: None, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            host, port = server.socket.getsockname()
            status, _, fields = ask(host, port, "/", version=12)
        finally:
            server.shutdown()
            thread.join()
    assert (status, fields["Sec-WebSocket-Version"]) == (400, None)
    assert f"`websockets` {websockets.version.version} for Python answers 400 without" in PAGE


def test_the_library_raises_what_the_page_says(echo_server: BackgroundServer) -> None:
    with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
        connect(f"{echo_server.url}/missing")
    assert f"websockets.exceptions.InvalidStatus: {refused.value}" in PAGE
