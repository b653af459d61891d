"""What the server refuses and how it says so; how it starts and ends."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.race.running import PATIENCE, Running, command, running
from tests.site import ROOT


def start(server: Running, **headers: str) -> httpx.Response:
    return httpx.post(f"{server.url}start", headers=headers, timeout=PATIENCE, trust_env=False)


def get(server: Running, path: str, **headers: str) -> httpx.Response:
    return httpx.get(server.url + path, headers=headers, timeout=PATIENCE, trust_env=False)


def refusal(server: Running, path: str, origin: str | None = None) -> int:
    address = server.url.replace("http", "ws") + path
    with pytest.raises(InvalidStatus) as refused:
        connect(address, proxy=None, origin=Origin(origin) if origin else None)
    return refused.value.response.status_code


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("poll", 400, "?race="),
        ("poll?race=unknown", 404, "start another"),
        ("events?race=unknown", 404, "start another"),
        ("state?race=", 404, "start another"),
        ("poll?race={race}&from=abc", 400, "'abc'; it must be a whole number"),
        ("wait?race={race}&from=-1", 400, "whole number"),
        ("wait?race={race}&from=%D9%A1", 400, "whole number"),
        ("events?race={race}&from=" + "9" * 400, 400, "whole number"),
        ("start", 405, ""),
        ("publish", 404, ""),
    ],
)
def test_bad_requests_are_refused_in_words(path: str, status: int, words: str) -> None:
    with running() as server:
        answer = get(server, path.replace("{race}", start(server).json()["race"]))
        assert (answer.status_code, words in answer.text) == (status, True)
        assert len(answer.text) < 200
        assert refusal(server, "socket?race=unknown") == 403
        assert server.stop() == (0, "")


def test_a_last_id_that_is_none_is_refused() -> None:
    with running() as server:
        race = start(server).json()["race"]
        answer = get(server, f"events?race={race}", **{"Last-Event-ID": "abc"})
        assert answer.status_code == 400


def test_pages_of_other_origins_are_refused_and_named_ones_may_read() -> None:
    named, other = "https://named.example", "https://other.example"
    with running("--origins", f"{named},https://second.example") as server:
        assert start(server, Origin=other).status_code == 403
        assert start(server, Origin=server.url.rstrip("/")).status_code == 200
        answer = start(server, Origin=named)
        assert answer.headers["Access-Control-Allow-Origin"] == named
        path = f"socket?race={answer.json()['race']}"
        assert refusal(server, path, other) == 403
        with connect(
            server.url.replace("http", "ws") + path, origin=Origin(named), proxy=None
        ) as client:
            assert client.recv(PATIENCE)


def test_races_are_limited_for_an_address_and_in_all() -> None:
    with running(
        *("--max-races", "3", "--max-races-per-client", "2", "--trusted-proxies", "127.0.0.1")
    ) as server:
        tokens = [start(server, **{"X-Forwarded-For": "192.0.2.1"}).json()["race"] for _ in "ab"]
        third = start(server, **{"X-Forwarded-For": "192.0.2.1"})
        assert (third.status_code, "Your address" in third.text) == (429, True)
        assert start(server, **{"X-Forwarded-For": "2001:db8::1"}).status_code == 200
        full = start(server, **{"X-Forwarded-For": "192.0.2.2"})
        assert (full.status_code, full.headers["Retry-After"]) == (503, "60")
        assert httpx.post(f"{server.url}stop?race={tokens[0]}", trust_env=False).status_code == 204
        assert start(server, **{"X-Forwarded-For": "192.0.2.1"}).status_code == 200


def test_the_word_of_an_unknown_proxy_is_not_taken() -> None:
    with running("--max-races-per-client", "1") as server:
        assert start(server, **{"X-Forwarded-For": "192.0.2.1"}).status_code == 200
        assert start(server, **{"X-Forwarded-For": "192.0.2.2"}).status_code == 429


def test_a_client_that_asks_too_often_is_told() -> None:
    with running() as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        race = client.post("/start").json()["race"]
        until, taken = time.monotonic() + PATIENCE, 0
        # A slow machine asks less often than it may, for a while.
        while client.get("/poll", params={"race": race}).status_code != 429:
            assert time.monotonic() < until
            taken += 1
        assert taken >= 20
        assert server.get(f"state?race={race}")["ways"]["poll"]["requests"] == taken


def test_a_race_holds_few_connections_open() -> None:
    with running() as server, ExitStack() as clients:
        race = start(server).json()["race"]
        path = f"socket?race={race}"
        address = server.url.replace("http", "ws") + path
        for _ in range(3):
            assert clients.enter_context(connect(address, proxy=None)).recv(PATIENCE)
        assert refusal(server, path) == 403


def test_a_client_that_talks_is_closed() -> None:
    with running() as server:
        race = start(server).json()["race"]
        address = server.url.replace("http", "ws")
        with connect(f"{address}socket?race={race}", proxy=None) as client:
            client.send("hello")
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    client.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


def test_a_race_is_ended_after_its_lifetime() -> None:
    with running("--lifetime", "1", "--rate", "20") as server:
        address = server.url.replace("http", "ws")
        while True:
            race = start(server).json()["race"]
            # On a machine that stands still for a second the race is over by now.
            with suppress(InvalidStatus):
                client = connect(f"{address}socket?race={race}", proxy=None)
                break
        with client, pytest.raises(ConnectionClosed):
            while True:
                client.recv(PATIENCE)
        assert get(server, f"state?race={race}").status_code == 404
        assert server.get("healthz") == {"races": 0, "open": 0}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_all_ways_are_open(number: int) -> None:
    with running("--rate", "0.1") as server:
        race = start(server).json()["race"]
        address = server.url.replace("http", "ws")
        host, port = server.url.split("/")[2].split(":")

        def asked(path: str) -> socket.socket:
            one = socket.create_connection((host, int(port)), PATIENCE)
            one.sendall(f"GET /{path}?race={race} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            return one

        wait, events = asked("wait"), asked("events")
        with connect(f"{address}socket?race={race}", proxy=None) as client:
            while server.get("healthz")["open"] < 3:
                if select.select([wait], [], [], 0)[0]:  # an event was made before all were open
                    wait.close()
                    wait = asked("wait")
            # Nor does it say that it had to end what was open.
            assert server.stop(number) == (0, "")
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    client.recv(PATIENCE)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in (1001, 1012)
        wait.close()
        events.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "eight"], "'eight' must be a whole number from 0 to 65535"),
        (["--port", "65536"], "'65536' must be a whole number"),
        (["--rate", "nan"], "'nan' must be a number from 0.1 to 20"),
        (["--max-races", "1_0"], "'1_0' must be a whole number"),
        (["--origins", "example.com"], "'example.com' must be an origin such as"),
        (["--origins", "https://example.com/"], "must be an origin such as"),
        (["--trusted-proxies", "proxy"], "name proxies such as 127.0.0.1"),
        (["--host", " "], "must be a host name"),
        (["--max-race", "3"], "unrecognized arguments"),
    ],
)
def test_a_bad_option_is_one_line(options: list[str], words: str) -> None:
    result = subprocess.run(command(*options), cwd=ROOT, capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr


def test_a_bad_variable_is_one_line() -> None:
    environment = {**os.environ, "RACE_PORT": "eight"}
    result = subprocess.run(command(), cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "--port: 'eight' must be a whole number" in result.stderr


def test_a_busy_port_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        result = subprocess.run(command("--port", port), cwd=ROOT, capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert f"cannot listen on 127.0.0.1:{port}: it is in use" in result.stderr


def test_help_names_the_settings() -> None:
    result = subprocess.run(command("--help"), cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0
    assert "--max-races-per-client" in result.stdout


def test_state_says_what_it_holds() -> None:
    with running() as server:
        race = start(server).json()["race"]
        text = get(server, f"state?race={race}").text
        assert set(json.loads(text)) == {"now", "ways"}


def test_its_page_lists_its_files() -> None:
    page = (ROOT / "docs/compare/index.md").read_text("utf-8")
    listed = set(re.findall(r"^  - (compare/race/\S+)$", page, re.MULTILINE))
    files = (ROOT / "docs/compare/race").glob("*.py")
    assert listed == {f"compare/race/{file.name}" for file in files}
