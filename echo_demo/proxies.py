"""Whose connection it is: the peer's address, or what trusted proxies say of it."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from websockets.datastructures import Headers

from .settings import FORWARDED, Settings

Address = IPv4Address | IPv6Address

# RFC 9110 section 5.6: a token, or a quoted string in which a backslash quotes one character.
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR = re.compile(rf'({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")')
_NODE = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<four>[^:\[\]]+))(?::[0-9A-Za-z._-]+)?")


def address(text: str) -> Address | None:
    """An address in its shortest form, IPv4 out of IPv6; None for what is none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped if mapped is not None else found


def group(client: str) -> str:
    """What limits count together: an IPv4 address, or the /64 that one IPv6 customer has."""
    found = address(client)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return client


class Proxies:
    """The proxies that are believed, and the one header in which they are.

    One header alone: a proxy that sets `X-Forwarded-For` hands on a client's own `Forwarded`.
    """

    def __init__(self, settings: Settings) -> None:
        self._networks = [ip_network(text) for text in settings.trusted_proxies.split(",") if text]
        self._forwarded = settings.forwarded_header == FORWARDED

    def trusts(self, found: Address | None) -> bool:
        """Whether an address is a trusted proxy's."""
        return found is not None and any(found in network for network in self._networks)

    def client(self, peer: str, headers: Headers) -> str:
        """The address nearest to the server that is not a trusted proxy's.

        Where a trusted proxy names nobody ("unknown", or nothing that can be read), the proxy
        itself is returned: what stands further left is the client's own claim.
        """
        here = address(peer)
        client = str(here) if here is not None else peer
        if not self.trusts(here):
            return client
        for hop in reversed(list(self._hops(headers))):
            found = address(hop)
            if found is None:
                # An obfuscated identifier (RFC 7239 section 6.3) is as good as an address.
                return hop if re.fullmatch(r"_[\w.-]{1,63}", hop, re.ASCII) else client
            client = str(found)
            if not self.trusts(found):
                break
        return client

    def _hops(self, headers: Headers) -> Iterator[str]:
        """The hops from the client's side to the server's, "" for one that can't be read."""
        if self._forwarded:
            for element in _split(", ".join(headers.get_all("Forwarded")), ","):
                yield _node(_for(_split(element, ";")))
        else:
            for element in ",".join(headers.get_all("X-Forwarded-For")).split(","):
                yield _node(element.strip())


def _split(text: str, separator: str) -> list[str]:
    """Split outside of quoted strings."""
    parts = re.findall(rf'(?:[^"{separator}]|"(?:[^"\\]|\\.)*"|")+', text)
    return [part.strip() for part in parts]


def _for(pairs: Sequence[str]) -> str:
    """The `for` parameter of one element of `Forwarded` (RFC 7239 section 4), "" without."""
    found = ""
    for pair in pairs:
        match = _PAIR.fullmatch(pair)
        if match is None:
            return ""
        if match[1].lower() == "for":
            if found:
                return ""
            found = match[2] or re.sub(r"\\(.)", r"\1", match[3] or "")
    return found


def _node(text: str) -> str:
    """An address without its port, which an IPv6 address has behind brackets."""
    if address(text) is not None:
        return text
    match = _NODE.fullmatch(text)
    return (match["six"] or match["four"] or "") if match is not None else ""
