"""The table of header fields against real handshakes with the echo server."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from echo_demo.background import BackgroundServer
from tests.reference.tables import rows

TABLE = [[cell.strip("`") for cell in row] for row in rows("reference/headers.md", "Field")]
REQUEST = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


def fields(sent_in: str, *, required: bool) -> list[str]:
    return [
        row[0] for row in TABLE if row[1] == sent_in and (row[2].split(",")[0] == "yes") == required
    ]


def answer(server: BackgroundServer, request: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return the status and the header fields of the server's answer."""
    address = urlsplit(server.url)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.items())
    with socket.create_connection((str(address.hostname), address.port), timeout=10) as raw:
        raw.sendall(f"GET /demo HTTP/1.1\r\n{head}\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += raw.recv(4096)
    status, *lines = received.split(b"\r\n\r\n")[0].decode().split("\r\n")
    return status.split()[1], dict(line.split(": ", 1) for line in lines)


def test_required_fields_of_the_request_are_enough(echo_server: BackgroundServer) -> None:
    assert set(fields("request", required=True)) == REQUEST.keys()
    status, found = answer(echo_server, REQUEST)
    assert status == "101"
    assert set(fields("response, 101", required=True)) <= found.keys()
    assert found.keys().isdisjoint(fields("response, 101", required=False))
    assert found["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize("missing", REQUEST)
def test_without_a_required_field_there_is_no_connection(
    echo_server: BackgroundServer, missing: str
) -> None:
    request = {name: value for name, value in REQUEST.items() if name != missing}
    status, _ = answer(echo_server, request)
    assert status != "101"


def test_optional_fields_are_answered_in_kind(echo_server: BackgroundServer) -> None:
    offered = {
        "Sec-WebSocket-Protocol": "chat, v1.report.websocket.org",
        "Sec-WebSocket-Extensions": "x-none, permessage-deflate",
        "Origin": "https://example.com",
    }
    assert offered.keys() <= {*fields("request", required=False)}
    status, found = answer(echo_server, REQUEST | offered)
    assert status == "101"
    assert found["Sec-WebSocket-Protocol"] == "v1.report.websocket.org"
    assert found["Sec-WebSocket-Extensions"].startswith("permessage-deflate")
