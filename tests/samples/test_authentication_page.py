"""The four ways into server.py of /build/authentication/, used rightly, and attacked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.samples.authentication import Server, serving

METHODS = ("by-cookie", "by-ticket", "by-first-message", "by-subprotocol")
EACH = pytest.mark.parametrize("method", METHODS)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as shared:
        yield shared


def closed(socket: ClientConnection) -> tuple[int, str]:
    """Wait for the end of a connection; return the close code and the reason."""
    with pytest.raises(ConnectionClosed) as end:
        while True:
            socket.recv(timeout=30)
    assert end.value.rcvd
    return end.value.rcvd.code, end.value.rcvd.reason


def refused(server: Server, path: str, **options: object) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        server.connect(path, **options)
    return refusal.value.response.status_code


@EACH
def test_who_has_a_session_gets_in(server: Server, method: str) -> None:
    with server.enter(method, server.log_in("grace")) as socket:
        assert socket.recv() == "hello grace"
        socket.send("ping")
        assert socket.recv() == "ping"


@EACH
def test_who_has_none_learns_nothing(server: Server, method: str) -> None:
    if method == "by-first-message":
        with server.enter(method, "guessed") as socket:
            assert closed(socket) == (1008, "the first message must be a token")
    elif method == "by-ticket":
        assert refused(server, "/by-ticket?ticket=guessed") == 403
        assert refused(server, "/by-ticket") == 403
    else:
        with pytest.raises(InvalidStatus) as refusal, server.enter(method, "guessed"):
            pass
        assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("origin", [None, "https://evil.example", "https://app.example.com.evil"])
def test_a_cookie_from_another_page_is_worth_nothing(server: Server, origin: str | None) -> None:
    headers = {"Cookie": f"session={server.log_in()}"}
    assert refused(server, "/by-cookie", origin=origin, additional_headers=headers) == 403
    sent = {**headers, **({"Origin": origin} if origin else {})}
    assert server.post("/ticket", headers=sent).status_code == 401
    assert server.post("/logout", headers=sent).status_code == 401


def test_a_ticket_is_good_once_however_many_come_at_once(server: Server) -> None:
    path = f"/by-ticket?ticket={server.ticket(server.log_in())}"
    start = threading.Barrier(8)
    ends: list[int] = []

    def enter() -> None:
        start.wait()
        try:
            with server.connect(path) as socket:
                socket.recv()
                ends.append(101)
        except InvalidStatus as refusal:
            ends.append(refusal.response.status_code)

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == [101] + [403] * 7
    assert refused(server, path) == 403


def test_a_ticket_that_was_kept_too_long_is_refused() -> None:
    with serving(TICKET="0") as server:
        assert refused(server, f"/by-ticket?ticket={server.ticket(server.log_in())}") == 403


def test_an_open_connection_ends_with_its_session() -> None:
    # All at once: the sessions can be so long that a machine which stalls gets in before their end.
    with serving(SESSION="8") as server, ExitStack() as stack:
        sockets = [stack.enter_context(server.enter(one, server.log_in())) for one in METHODS]
        for socket in sockets:
            assert socket.recv() == "hello ada"
            socket.send("I am active, and that does not help")
        assert [closed(socket) for socket in sockets] == [(1008, "session expired")] * len(METHODS)


def test_a_renewed_connection_goes_on_and_only_for_the_same_user() -> None:
    with serving(SESSION="6") as server, server.enter("by-ticket", server.log_in()) as socket:
        first = server.log_in()
        assert socket.recv() == "hello ada"
        socket.send(f"renew {first}")
        assert socket.recv() == "renewed"
        # By now the session that opened the connection is over.
        while server.post("/ticket", first).status_code == 200:
            second = server.log_in()
            socket.send(f"renew {second}")
            assert socket.recv() == "renewed"
        socket.send("still here")
        assert socket.recv() == "still here"
        socket.send(f"renew {server.log_in('mallory')}")
        assert closed(socket) == (1008, "not renewed")


@EACH
def test_logging_out_ends_every_open_connection_of_the_session(server: Server, method: str) -> None:
    token, other = server.log_in(), server.log_in()
    with server.enter(method, token) as socket, server.enter(method, other) as stays:
        assert socket.recv() == stays.recv() == "hello ada"
        assert server.post("/logout", token).status_code == 204
        assert closed(socket) == (1008, "logged out")
        stays.send("on")
        assert stays.recv() == "on"
    assert server.post("/ticket", token).status_code == 401


def test_a_ticket_dies_with_its_session(server: Server) -> None:
    token = server.log_in()
    ticket = server.ticket(token)
    assert server.post("/logout", token).status_code == 204
    assert refused(server, f"/by-ticket?ticket={ticket}") == 403


def test_who_says_nothing_is_not_waited_for() -> None:
    with serving(HELLO="0.2") as server, server.connect("/by-first-message") as socket:
        assert closed(socket) == (1008, "the first message must be a token")


def test_binary_and_too_long_first_messages_are_no_tokens(server: Server) -> None:
    with server.connect("/by-first-message") as socket:
        socket.send(b"\x00")
        assert closed(socket)[0] == 1008
    with server.connect("/by-first-message") as socket:
        socket.send("x" * 70_000)
        assert closed(socket)[0] == 1009


def test_the_answer_never_names_the_subprotocol_with_the_token(server: Server) -> None:
    token = server.log_in()
    with server.enter("by-subprotocol", token) as socket:
        assert socket.subprotocol == "app.v1"
        assert token not in str(socket.response)
    for offered in ([f"token.{token}"], ["app.v1", f"token.{token}", "token.guessed"]):
        assert refused(server, "/by-subprotocol", subprotocols=offered) == 403


def test_only_the_address_is_in_the_log_so_only_what_is_spent_may_stand_there() -> None:
    with serving() as server:
        token = server.log_in()
        ticket = server.ticket(token)
        with server.connect(f"/by-ticket?ticket={ticket}") as socket:
            socket.recv()
        for method in METHODS:
            with server.enter(method, token) as socket:
                socket.recv()
        log = server.stop()
    # The server's own log has the query string, as those of proxies do.
    assert f"/by-ticket?ticket={ticket}" in log
    assert token not in log


def test_text_only_and_a_wrong_login_say_so(server: Server) -> None:
    with server.enter("by-ticket", server.log_in()) as socket:
        socket.send(b"\x00")
        assert closed(socket) == (1003, "text only")
    wrong = server.post("/login", json={"user": "ada", "password": "guess"})
    assert (wrong.status_code, wrong.text) == (403, "wrong user, password or page\n")
    assert server.post("/login", content=b"{").status_code == 400


def test_nothing_went_wrong_in_the_server(server: Server) -> None:
    with server.enter("by-ticket", server.log_in()) as socket:
        socket.recv()
    assert "Traceback" not in "".join(server.running.errors)
