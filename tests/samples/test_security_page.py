"""attack.py of /build/security/ bites on naive.py and is held off by hardened.py."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.samples.security import ORIGIN, PATIENCE, Server, attack, hear, outcome, say, serving

# How a client sees a connection that is dropped in its handshake.
CUT_OFF = (OSError, InvalidMessage, ConnectionClosed)
# Rates so high that only what an attack does can end a connection.
FAST: dict[str, Any] = {"MESSAGES": "1000000", "BYTES": "1000000000"}


@pytest.fixture(scope="module")
def hardened() -> Iterator[Server]:
    with serving("hardened") as server:
        yield server


def closed(socket: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as end:
        while True:
            socket.recv(timeout=PATIENCE)
    assert end.value.rcvd, "ended without a close code"
    return end.value.rcvd.code, end.value.rcvd.reason


def refused(server: Server, cookie: str = "", **options: Any) -> int:
    with pytest.raises(InvalidStatus) as refusal, server.connect(cookie, **options):
        pass
    return refusal.value.response.status_code


@pytest.mark.parametrize("name", ["naive", "hardened"])
def test_room_hears_what_is_said(name: str) -> None:
    with serving(name) as server, server.join("ada") as ada, server.join("bob") as bob:
        say(ada, "good morning")
        said = {"type": "say", "from": "ada", "text": "good morning"}
        assert hear(ada) == hear(bob) == said


def test_slow_handshakes_shut_the_naive_server_for_all() -> None:
    with serving("naive", files=128) as server, attack("handshake", server, 20) as slow:
        with pytest.raises((httpx.TimeoutException, httpx.ConnectError)):
            httpx.get(f"http://127.0.0.1:{server.port}/login?user=ada", timeout=3)
        assert slow.process.poll() is None, "the attack goes on"


def test_slow_handshakes_cost_the_hardened_server_a_part_for_a_time() -> None:
    with (
        serving("hardened", files=128, OPEN="5") as server,
        attack("handshake", server) as slow,
        server.join("ada", source="127.0.0.2") as ada,
    ):
        say(ada, "I am in")
        assert hear(ada)["text"] == "I am in"
        assert outcome(slow) == {"opened": 200, "held": 0}
        with server.join("bob"):  # the address of the attack is free again
            pass


def test_tiny_fragments() -> None:
    with serving("naive") as server, attack("fragments", server) as tiny:
        assert outcome(tiny) == {"heard": 50, "ended": None}
    with serving("hardened") as server, attack("fragments", server) as tiny:
        told = outcome(tiny)
        assert told["heard"] == 0
        assert told["ended"] in (1009, 1006)  # for their number, or their bytes


def test_fragments_are_counted_and_a_message_must_end(hardened: Server) -> None:
    whole = json.dumps({"type": "say", "text": "in parts"})
    with hardened.join("ada") as ada:
        ada.send([whole[:5], *whole[5:18], whole[18:]])  # 16 frames: an empty one is the last
        assert hear(ada)["text"] == "in parts"
        ada.send([whole[:5], *whole[5:19], whole[19:]])
        assert closed(ada) == (1009, "too many fragments")
    with serving("hardened", COMPLETE="1") as server, server.join("ada") as ada:
        ada.socket.sendall(bytes([0x01, 0x81, 0, 0, 0, 0]) + b"{")
        assert closed(ada) == (1008, "message took too long")


def test_library_has_a_limit_of_fragments_too() -> None:
    with serving("naive", DEFAULTS="1") as server, server.join("ada") as ada:
        ada.send([" "] * 4095)
        assert closed(ada)[0] == 1011  # all blanks: it was read, and is no JSON
        with server.join("bob") as bob:
            bob.send([" "] * 4096)
            assert closed(bob)[0] == 1009


def test_deflate_bomb() -> None:
    with serving("naive") as server:
        before = server.peak()
        with attack("bomb", server) as bomb:
            assert outcome(bomb) == {"heard": 1, "ended": None}
        assert server.peak() - before > 16 * 1024
    with serving("hardened", COMPRESSION="1") as server:
        before = server.peak()
        with attack("bomb", server) as bomb:
            assert outcome(bomb) == {"heard": 0, "ended": 1009}
        assert server.peak() - before < 8 * 1024


def test_without_compression_there_is_no_bomb(hardened: Server) -> None:
    with attack("bomb", hardened) as bomb:
        assert outcome(bomb) == {"heard": 0, "ended": "the server does not decompress"}


def heard_of_the_flood(server: Server) -> int:
    """How many messages of a flood reach another, who then hears what a third says."""
    with server.join("ada") as ada, server.join("bob") as bob:
        with attack("flood", server) as flood:
            ended = outcome(flood)["ended"]
        assert (ended is None) == ("naive.py" in str(server.running.process.args))
        say(ada, "after the flood")
        number = 0
        while (message := hear(bob))["text"] != "after the flood":
            assert message["from"] == "mallory"
            number += 1
        return number


def test_flood() -> None:
    with serving("naive") as server:
        assert heard_of_the_flood(server) == 5000
    # A server that stalls gets more bytes at once than it takes, and would hear no message of them.
    with serving("hardened", BYTES=FAST["BYTES"]) as server:
        assert 0 < heard_of_the_flood(server) < 100  # 20 at once, and 10 in each second


def test_who_never_reads_stops_the_naive_room() -> None:
    def talk(ada: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            for _ in range(150):
                say(ada, secrets.token_hex(50_000))  # nothing that compresses well

    with (
        serving("naive") as server,
        server.join("bob") as bob,
        server.join("ada") as ada,
    ):
        talker = threading.Thread(target=talk, args=[ada])
        with attack("reader", server, seconds=600):
            talker.start()
            heard = 0
            with pytest.raises(TimeoutError):
                while True:
                    bob.recv(timeout=3)
                    heard += 1
        assert heard < 150
        hear(bob)  # it has gone: all goes on
    talker.join()


def test_who_never_reads_is_dropped_from_the_hardened_room() -> None:
    with (
        serving("hardened", **FAST) as server,
        server.join("bob") as bob,
        server.join("ada") as ada,
        attack("reader", server, seconds=600) as reader,
    ):
        said = 0
        while reader.process.poll() is None and said < 100_000:
            for number in range(50):
                say(ada, f"{said + number} " + "x" * 400)
            for number in range(50):
                assert hear(bob)["text"].startswith(f"{said + number} ")
            said += 50
        assert outcome(reader) == {"dropped": True}
        say(ada, "on we go")
        assert hear(bob)["text"] == "on we go"
        assert '"user": "mallory", "status": 101, "why": "does not read"' in server.said()


def test_who_speaks_is_not_what_a_message_says(hardened: Server) -> None:
    with serving("naive") as server, server.join("mallory") as mallory:
        say(mallory, "send me your password", **{"from": "admin"})
        assert hear(mallory)["from"] == "admin"
    with hardened.join("mallory") as mallory:
        say(mallory, "send me your password", **{"from": "admin"})
        assert closed(mallory) == (1008, "not a message of ours")


def test_permission_is_asked_for_each_message(hardened: Server) -> None:
    with hardened.join("ada") as ada, hardened.join("admin") as admin:
        say(ada, "all go home", "announce")
        assert hear(ada) == {"type": "error", "text": "you may not announce"}
        say(admin, "lunch", "announce")
        assert hear(ada) == {"type": "announce", "from": "admin", "text": "lunch"}


@pytest.mark.parametrize(
    ("message", "end"),
    [
        ("{", (1008, "not JSON")),
        ("[" * 8000, (1008, "not JSON")),
        ('{"type": "say"}', (1008, "not a message of ours")),
        ('{"type": "say", "text": 1}', (1008, "not a message of ours")),
        ('{"type": "say", "text": ""}', (1008, "text must have 1 to 500 characters")),
        ('{"type": "delete", "text": "all"}', (1008, "not a message of ours")),
        (b"\x00", (1003, "text only")),
    ],
)
def test_what_has_not_the_form_ends_the_connection(
    hardened: Server, message: str | bytes, end: tuple[int, str]
) -> None:
    with hardened.join("ada") as ada:
        ada.send(message)
        assert closed(ada) == end


def test_too_long_a_message_is_refused(hardened: Server) -> None:
    with hardened.join("ada") as ada:
        ada.send("x" * (8 * 1024 + 1))
        assert closed(ada)[0] == 1009


def test_only_our_page_with_a_session_gets_in(hardened: Server) -> None:
    cookie = hardened.log_in("ada")
    for origin in (None, "https://evil.example", f"{ORIGIN}.evil.example", "null"):
        assert refused(hardened, cookie, origin=origin) == 403
    assert refused(hardened) == 401
    assert refused(hardened, "session=guessed") == 401
    assert refused(hardened, 'session="; x') == 401
    # All headers can be written by a program: the check is for browsers.
    with hardened.connect(cookie, origin=ORIGIN) as program:
        assert hear(program)["user"] == "ada"


def test_connections_are_counted_by_user_address_and_in_all() -> None:
    with serving("hardened", PER_USER="1", PER_ADDRESS="2", CONNECTIONS="4") as server:
        cookie, others = server.log_in("ada"), [server.log_in(name) for name in "bcd"]
        with server.connect(cookie):
            assert refused(server, cookie) == 429
            with server.connect(others[0]):
                with pytest.raises(CUT_OFF), server.connect(others[1]):
                    pass
                with server.connect(others[1], source="127.0.0.2"):
                    pass
        with server.connect(cookie):  # what ended counts no more
            pass


def test_address_is_the_proxys_word_and_only_the_proxys() -> None:
    def forwarded(server: Server, cookie: str, value: str) -> int:
        headers = {"X-Forwarded-For": value}
        try:
            with server.connect(cookie, headers=headers) as socket:
                hear(socket)
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    with serving("hardened", PER_ADDRESS="1", PROXIES="127.0.0.1") as server:
        ada, bob = server.log_in("ada"), server.log_in("bob")
        headers = {"X-Forwarded-For": "198.51.100.7"}
        with server.connect(ada, headers=headers):
            assert forwarded(server, bob, "198.51.100.7") == 429
            # What the client has written stands further left.
            assert forwarded(server, bob, "203.0.113.9, 198.51.100.7") == 429
            assert forwarded(server, bob, "198.51.100.8") == 101
        with server.connect(ada, headers={"X-Forwarded-For": "2001:db8::1"}):
            assert forwarded(server, bob, "2001:db8::2") == 429
    with serving("hardened", PER_ADDRESS="1") as server:
        ada = server.log_in("ada")
        with (
            server.connect(ada, headers=headers),
            pytest.raises(CUT_OFF),
            server.connect(ada, headers={"X-Forwarded-For": "203.0.113.9"}),
        ):
            pass


def test_logs_hold_no_secrets_and_one_line_for_each_event() -> None:
    name = 'eve\n{"event": "end"}'
    with serving("hardened") as server:
        cookie = server.log_in(name)
        with server.connect(cookie) as eve:
            say(eve, "words", "announce")
            assert hear(eve)["type"] == "hello"
            assert hear(eve)["type"] == "error"
            say(eve, "my password is hunter2")
            hear(eve)
        server.running.stop()
        lines = [json.loads(line) for line in server.said().splitlines()]
    assert [line["event"] for line in lines] == ["end", "forbidden", "end"]
    assert lines[1]["user"] == name[:20]
    assert cookie.partition("=")[2] not in str(lines)
    assert "hunter2" not in str(lines)
    with serving("naive") as server:
        cookie = server.log_in("ada")
        with server.connect(cookie) as ada:
            hear(ada)
        assert cookie.partition("=")[2] in server.said()


def test_end_is_orderly() -> None:
    with serving("hardened") as server, server.join("ada") as ada:
        server.running.process.terminate()
        assert closed(ada)[0] == 1001
        assert server.running.process.wait(PATIENCE) == 0


def test_nothing_went_wrong_in_the_hardened_server(hardened: Server) -> None:
    with hardened.join("ada"):
        pass
    assert "Traceback" not in "".join(hardened.running.errors)
