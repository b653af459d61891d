"""What can be tested without a server: admission, messages, and who gets them."""

from collections.abc import Iterator

import pytest
import server
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

SESSION = {"Cookie": "session=secret"}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(server, "TOKEN", "secret")
    monkeypatch.setattr(server, "ORIGINS", ["https://app.example.com"])
    with TestClient(server.app) as client:  # one event loop for all connections
        yield client


def test_everyone_in_the_room_gets_a_message(client: TestClient) -> None:
    with (
        client.websocket_connect("/room", headers=SESSION) as first,
        client.websocket_connect("/room", headers=SESSION) as second,
    ):
        first.send_text("hello")
        assert (first.receive_text(), second.receive_text()) == ("hello", "hello")


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({**SESSION, "Origin": "https://evil.example"}, 403)],
)
def test_strangers_are_refused(client: TestClient, headers: dict[str, str], status: int) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        client.websocket_connect("/room", headers=headers),
    ):
        pass
    assert refused.value.status_code == status
