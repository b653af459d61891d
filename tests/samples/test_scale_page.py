"""server.py and broker.py of /build/scale/: two processes with a real Redis and a real NATS."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from redis import Redis
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from tests.samples.programs import environment, free_port
from tests.samples.scale import (
    BROKERS,
    FOLDER,
    PATIENCE,
    BrokerProgram,
    broker,
    hear,
    member,
    process,
)

SAID = 100  # messages of each sender


@pytest.fixture(scope="module", params=BROKERS)
def between(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrokerProgram]:
    with broker(request.param, tmp_path_factory.mktemp(request.param)) as program:
        yield program


@pytest.fixture(scope="module")
def ports(between: BrokerProgram) -> Iterator[tuple[int, int]]:
    with process(between.url) as (_, one), process(between.url) as (_, other):
        yield one, other


def texts(client: ClientConnection, number: int) -> list[str]:
    said = [hear(client) for _ in range(number)]
    assert {message["type"] for message in said} == {"said"}
    return [message["text"] for message in said]


def failures(message: str | bytes) -> set[str]:
    told = json.loads(message)
    assert told["type"] == "failed"
    return {told["text"]}


def closed(client: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as end:
        while True:
            client.recv(timeout=PATIENCE)
    assert end.value.rcvd
    return end.value.rcvd.code, end.value.rcvd.reason


def test_what_one_process_is_told_the_clients_of_both_hear_once_and_in_order(
    between: BrokerProgram, ports: tuple[int, int]
) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(member(port)) for port in (*ports, *ports)]
        for number in range(SAID):
            for name, client in zip("ab", clients, strict=False):
                client.send(f"{name}{number}")
        heard = [texts(client, 2 * SAID) for client in clients]
        for one in heard:
            for name in "ab":
                assert [text for text in one if text[0] == name] == [
                    f"{name}{number}" for number in range(SAID)
                ]
        if between.url.startswith("redis:"):  # NATS promises the order of each sender alone
            assert heard.count(heard[0]) == len(heard)


def test_rooms_are_apart(ports: tuple[int, int]) -> None:
    with member(ports[0], "red") as red, member(ports[1], "blue") as blue:
        red.send("for red")
        blue.send("for blue")
        assert texts(red, 1) == ["for red"]
        assert texts(blue, 1) == ["for blue"]


@pytest.mark.parametrize("sent", [b"\xff\xfe", b"bytes that are text"])
def test_binary_is_refused_and_the_others_hear_each_other(
    ports: tuple[int, int], sent: bytes
) -> None:
    with member(ports[0]) as ada, member(ports[1]) as bob, member(ports[1]) as mallory:
        mallory.send(sent)
        assert closed(mallory) == (1003, "text only")
        ada.send("still here")
        assert texts(bob, 1) == ["still here"]


def test_no_room_is_the_processes_own(ports: tuple[int, int]) -> None:
    with member(ports[0]) as ada, member(ports[0], "-") as bob, member(ports[1], "-") as carol:
        carol.send("in a room of this name")
        assert texts(bob, 1) == ["in a room of this name"]
        ada.send("no gap was told")
        assert texts(ada, 1) == ["no gap was told"]


def test_a_process_follows_the_rooms_of_its_clients_alone(tmp_path: Path) -> None:
    with broker("redis", tmp_path) as between, process(between.url) as (_, port):
        with Redis(port=between.port) as redis:
            with member(port, "red"), member(port, "red"):
                assert redis.pubsub_numsub("red") == [(b"red", 1)]
            until = time.monotonic() + PATIENCE
            while redis.pubsub_numsub("red") != [(b"red", 0)]:
                assert time.monotonic() < until
        with member(port, "red") as again:  # and again when one comes back
            again.send("hello?")
            assert texts(again, 1) == ["hello?"]


@pytest.mark.parametrize("name", BROKERS)
def test_when_the_broker_restarts_senders_are_told_and_all_learn_of_the_gap(
    name: str, tmp_path: Path
) -> None:
    with (
        broker(name, tmp_path) as between,
        process(between.url) as (_, one),
        process(between.url) as (_, other),
        member(one) as ada,
        member(other) as bob,
    ):
        ada.send("before")
        assert texts(ada, 1) == texts(bob, 1) == ["before"]
        between.kill()
        # A connection may not know yet: what is sent in that moment may get no answer at all.
        failed: set[str] = set()
        number = 0
        while not failed:
            number += 1
            ada.send(f"away {number}")
            with suppress(TimeoutError):
                failed |= failures(ada.recv(timeout=1))
        between.start()
        for client in (ada, bob):
            while (told := client.recv(timeout=PATIENCE)) != '{"type": "gap"}':
                failed |= failures(told)
        # The first one may fail yet, on a connection that was lost; then she says it again.
        heard, number = "", 0
        while not heard and number < 5:
            number += 1
            ada.send(text := f"after {number}")
            while (message := hear(ada))["text"] != text:
                if message["type"] == "failed":  # one more of those that were sent too early
                    failed.add(message["text"])
                else:
                    assert message["text"] not in failed
            if message["type"] != "failed":
                heard = text
        assert heard, "the way to the broker stays closed"
        while (text := hear(bob)["text"]) != heard:
            assert text not in failed
        with member(one, "new") as carol, member(other, "new") as dan:
            carol.send("rooms can be opened")
            assert texts(dan, 1) == ["rooms can be opened"]


@pytest.mark.parametrize("name", BROKERS)
def test_who_joins_while_the_broker_is_away_is_asked_to_come_later(
    name: str, tmp_path: Path
) -> None:
    with broker(name, tmp_path) as between, process(between.url) as (running, port):
        between.kill()
        with pytest.raises(ConnectionClosed) as end, member(port):
            pass
        assert end.value.rcvd
        assert (end.value.rcvd.code, end.value.rcvd.reason) == (1013, "the broker is away")
        assert "Traceback" not in "".join(running.errors)


def test_who_reads_too_slowly_is_sent_away_and_the_others_hear_all(ports: tuple[int, int]) -> None:
    tcp = socket.socket()
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    tcp.connect(("127.0.0.1", ports[1]))
    with (
        member(ports[0], "loud") as ada,
        member(ports[1], "loud") as bob,
        member(ports[1], "loud", sock=tcp, max_queue=1, ping_interval=None) as slow,
    ):
        for number in range(500):
            ada.send(f"{number} " + "x" * 15_000)
            for client in (ada, bob):
                assert texts(client, 1)[0].startswith(f"{number} ")
        heard = 0
        with pytest.raises(ConnectionClosed):
            while True:
                slow.recv(timeout=PATIENCE)
                heard += 1
        assert heard < 500
        bob.send("on we go")
        assert texts(ada, 1) == ["on we go"]


def test_a_process_that_is_stopped_sends_its_clients_away_one_by_one(
    between: BrokerProgram,
) -> None:
    with process(between.url, DRAIN="1") as (leaving, port), process(between.url) as (_, stays):
        with member(stays) as bob, ExitStack() as stack:
            members = [stack.enter_context(member(port)) for _ in range(20)]
            leaving.process.terminate()
            assert {closed(one) for one in members} == {(1012, "restarting")}
            assert leaving.process.wait(PATIENCE) == 0
            bob.send("still here")
            assert texts(bob, 1) == ["still here"]
            with pytest.raises(ConnectionRefusedError), member(port):
                pass
        assert leaving.errors == []


def test_one_process_needs_no_broker() -> None:
    with process("") as (_, port), member(port) as ada, member(port) as bob:
        ada.send("alone")
        assert texts(ada, 1) == texts(bob, 1) == ["alone"]
        with pytest.raises(InvalidStatus) as refusal, member(port, "No*such>room"):
            pass
        assert refusal.value.response.status_code == 404


@pytest.mark.parametrize("name", BROKERS)
def test_without_its_broker_it_does_not_start(name: str) -> None:
    url = f"{name}://127.0.0.1:{free_port()}"
    ended = subprocess.run(
        [sys.executable, "server.py", str(free_port())],
        cwd=FOLDER,
        env={**environment(), "BROKER": url},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"server.py: no broker at {url}: ")
