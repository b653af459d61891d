"""Whose address counts, when a client writes forwarding headers of its own."""

from __future__ import annotations

import pytest
from websockets.datastructures import Headers

from echo_demo.proxies import Proxies, group
from echo_demo.settings import Settings

TRUSTED = "127.0.0.1,10.0.0.0/8,2001:db8:1::/48"


def client(name: str, *values: str, peer: str = "127.0.0.1", trusted: str = TRUSTED) -> str:
    settings = Settings(trusted_proxies=trusted, forwarded_header=name.lower())
    return Proxies(settings).client(peer, Headers([(name, value) for value in values]))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "127.0.0.1"),
        (["192.0.2.1"], "192.0.2.1"),
        (["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
        (["203.0.113.9, 192.0.2.1, 10.1.2.3"], "192.0.2.1"),
        (["203.0.113.9", "192.0.2.1"], "192.0.2.1"),
        (["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        (["192.0.2.1:4711"], "192.0.2.1"),
        (["[2001:db8::1]:443"], "2001:db8::1"),
        (["2001:DB8:0::1"], "2001:db8::1"),
        (["::ffff:192.0.2.1"], "192.0.2.1"),
        (["192.0.2.1, unknown"], "127.0.0.1"),
        (["192.0.2.1, "], "127.0.0.1"),
        (["192.0.2.1, <script>, 10.0.0.1"], "10.0.0.1"),
    ],
)
def test_x_forwarded_for(values: list[str], expected: str) -> None:
    assert client("X-Forwarded-For", *values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["for=192.0.2.1"], "192.0.2.1"),
        (['For="[2001:db8:cafe::17]:4711"'], "2001:db8:cafe::17"),
        (["for=192.0.2.60;proto=http;by=203.0.113.43"], "192.0.2.60"),
        (["proto=http;for=203.0.113.9, for=192.0.2.1"], "192.0.2.1"),
        (["for=203.0.113.9", "for=192.0.2.1, for=10.0.0.3"], "192.0.2.1"),
        (['for="192.0.2.1:80"'], "192.0.2.1"),
        (['for="\\192.0.2.1"'], "192.0.2.1"),
        (['for=192.0.2.1;host="a, for=203.0.113.9"'], "192.0.2.1"),
        (["for=_hidden"], "_hidden"),
        (["for=192.0.2.1, for=unknown"], "127.0.0.1"),
        (["for=192.0.2.1, proto=https"], "127.0.0.1"),
        (["for=192.0.2.1, for=203.0.113.9;for=203.0.113.8"], "127.0.0.1"),
        (['for=192.0.2.1, for="203.0.113.9'], "127.0.0.1"),
    ],
)
def test_forwarded(values: list[str], expected: str) -> None:
    assert client("Forwarded", *values) == expected


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded"])
def test_a_peer_that_is_not_trusted_is_not_believed(name: str) -> None:
    assert client(name, "for=192.0.2.1", peer="198.51.100.7") == "198.51.100.7"
    assert client(name, "192.0.2.1", trusted="") == "127.0.0.1"


def test_the_other_header_is_not_looked_at() -> None:
    headers = Headers([("Forwarded", "for=203.0.113.9"), ("X-Forwarded-For", "192.0.2.1")])
    for chosen, expected in (("forwarded", "203.0.113.9"), ("x-forwarded-for", "192.0.2.1")):
        settings = Settings(trusted_proxies=TRUSTED, forwarded_header=chosen)
        assert Proxies(settings).client("127.0.0.1", headers) == expected


def test_a_hostile_header_takes_no_time() -> None:
    # The longest line that the library accepts; a pattern that tries again and again takes years.
    for value in ('"' * 8000, "for=" + "\\" * 8000, 'for="a' * 1300, "," * 8000, ";" * 8000):
        assert client("Forwarded", value) == "127.0.0.1"


def test_one_ipv6_customer_is_one_client() -> None:
    assert group("2001:db8:1:2:3::4") == group("2001:db8:1:2::9") != group("2001:db8:1:3::4")
    assert group("192.0.2.1") == "192.0.2.1"
