"""The race behind the proxy configurations of /deploy/self-host/."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.deploy.stack import PATIENCE, SITE, Proxy, caddy, nginx
from tests.race.running import running

Stack = Callable[..., AbstractContextManager[Proxy]]


@pytest.fixture(params=[nginx, caddy])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    stack: Stack = request.param
    tmp_path.chmod(0o755)
    with (
        running(
            "--rate", "4", "--max-races-per-client", "1", "--trusted-proxies", "127.0.0.1"
        ) as race,
        stack(tmp_path, tmp_path, 9, race_port=int(race.url.split(":")[2].strip("/"))) as proxy,
    ):
        yield proxy


@contextmanager
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    """A client that knows where the site's host is, and sends what its pages do."""
    headers = {"Host": f"{SITE}:{proxy.port}", "Origin": f"https://{SITE}:{proxy.port}"}
    address = f"https://127.0.0.1:{proxy.port}/race/"
    with httpx.Client(
        base_url=address, verify=proxy.context, headers=headers, timeout=PATIENCE, trust_env=False
    ) as client:
        client.event_hooks["request"] = [
            lambda request: request.extensions.update(sni_hostname=SITE)
        ]
        yield client


def socket_of(proxy: Proxy, query: str) -> ClientConnection:
    line = socket.create_connection(("127.0.0.1", proxy.port), PATIENCE)
    address = f"wss://{SITE}:{proxy.port}/race/socket?{query}"
    origin = Origin(f"https://{SITE}:{proxy.port}")
    return connect(address, sock=line, ssl=proxy.context, origin=origin)


def test_all_four_pass_unbuffered_and_are_cut(proxy: Proxy) -> None:
    with client(proxy) as one, client(proxy) as other:
        started = one.post("start").json()
        query = f"race={started['race']}&from={started['from']}"
        first = started["from"]
        assert json.loads(one.get(f"wait?{query}").text.split("\n")[0])["id"] == first
        assert json.loads(one.get(f"poll?{query}").text.split("\n")[0])["id"] == first
        with socket_of(proxy, query) as heard, one.stream("GET", f"events?{query}") as stream:
            assert json.loads(heard.recv(PATIENCE))["id"] == first
            ids = (line for line in stream.iter_lines() if line.startswith("id: "))
            assert [next(ids), next(ids)] == [f"id: {first}", f"id: {first + 1}"]
            # A proxy that buffers would have waited for kilobytes: nginx for more than 80 of these.
            assert other.get(f"state?{query}").json()["ways"]["events"]["events"] < 30
            assert set(other.post(f"cut?{query}").json()["cut"]) == {"events", "socket"}
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    heard.recv(PATIENCE)
            assert closed.value.rcvd is None
            # Caddy 2.6.2 ends the response as if it were whole, nginx breaks it off.
            with suppress(httpx.NetworkError, httpx.RemoteProtocolError):
                for _ in ids:
                    pass


def test_the_limit_is_for_the_address_that_the_proxy_saw(proxy: Proxy) -> None:
    with client(proxy) as one:
        assert one.post("start").status_code == 200
        spoofed = one.post("start", headers={"X-Forwarded-For": "203.0.113.9"})
        assert spoofed.status_code == 429
        foreign = one.post("start", headers={"Origin": "https://other.example"})
        assert foreign.status_code == 403
