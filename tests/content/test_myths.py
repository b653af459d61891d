"""Claims about WebSocket that circulate and are wrong: none is repeated, each is corrected where
readers expect it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.content.tree import Tree


@dataclass(frozen=True)
class Myth:
    """A false claim: what would repeat it, and the sentence that corrects it, on its page."""

    repeated: str
    page: str
    corrected: str


# Where a pattern could meet the correction itself, it excludes the words that make it one.
MYTHS = [
    Myth(r"\bSTD ?34\b|full Internet Standard", "reference/standards.md", "a Proposed Standard of"),
    Myth(
        r"(?:defined|specified) in the HTML Standard",
        "reference/standards.md",
        r"WHATWG WebSockets Standard",
    ),
    Myth(
        r"(?<!throws )close\(1001\)`? (?:works|is allowed|tells)",
        "reference/close-codes.md",
        r"close\(1001\)` throws `InvalidAccessError`",
    ),
    Myth(
        r"(?<![Nn]obody )(?<!never )(?:sends?|sending) (?:code )?`?10(?:05|06|15)`?(?! \()",
        "protocol/ping-pong-close.md",
        "Codes that are never on the wire",
    ),
    Myth(
        r"CORS (?:protects (?!both\.)|governs|applies to)|(?:set|add|send) (?:the )?CORS headers",
        "protocol/handshake.md",
        r"CORS headers neither help nor",
    ),
    Myth(
        r"[Mm]asking (?:encrypts|hides (?!nothing)|protects the (?:data|payload))",
        "protocol/framing.md",
        r"Masking is not encryption",
    ),
    Myth(
        r"browsers? (?:can|may|will) send (?:a )?pings?|ws\.ping\(\) in (?:a|the) browser",
        "build/index.md",
        r"cannot ping",
    ),
    Myth(
        r"browsers? can set (?:request )?headers|(?<!no )custom headers to `?new WebSocket",
        "troubleshoot/index.md",
        r"The browser API has no headers",
    ),
    Myth(
        r"WebTransport.{0,40}\b7\d ?%|\b7\d ?%.{0,40}WebTransport",
        "compare/index.md",
        r"since 24 March 2026",
    ),
    Myth(
        r"9220[^.]{0,80}(?:removes|ends|solves|avoids) (?:the )?head-of-line",
        "compare/index.md",
        r"does not remove the waiting",
    ),
    Myth(
        r"Firefox (?:lacks|does not (?:support|have)|has no) WebSockets? over HTTP/2",
        "protocol/http2-http3.md",
        r"Firefox \| on by default",
    ),
    Myth(
        r"tcp_no(?:delay|push)`? (?:enables|is|turns on) (?:TCP )?keep-?alive",
        "deploy/nginx.md",
        r"Neither\s+`tcp_nodelay` nor `tcp_nopush` is",
    ),
    Myth(
        r"(?:always|must) (?:set|need|write) `?proxy_http_version",
        "deploy/nginx.md",
        r"1\.1 by default since 1\.29\.7",
    ),
    Myth(
        r"timeout tunnel`? (?:defaults to|is) (?:60|1 ?h)",
        "deploy/index.md",
        r"timeout tunnel",
    ),
    Myth(
        r"350 s(?:econds)?,? (?:fixed|always|not configurable)(?! \|)",
        "deploy/index.md",
        r"350 s, settable from 60 to 6000 s",
    ),
    Myth(
        r"Cloudflare (?:documents|closes|cuts)[^.|]{0,60}\b100 ?s",
        "deploy/index.md",
        r"Cloudflare proxy</span> \| not published",
    ),
    Myth(
        r"nginx\.ingress\.kubernetes\.io/[a-z-]+:",
        "deploy/index.md",
        r"Do not start with ingress-nginx",
    ),
    Myth(
        r"Vercel (?:cannot|does not|can't) (?:host|serve|support) WebSocket",
        "compare/decision-guide.md",
        r"in public\s+beta",
    ),
    Myth(
        r"gorilla/websocket`? (?:is|was|has been) archived", "languages/go.md", "gorilla/websocket"
    ),
    Myth(
        r"\b(?:MCP|Model Context Protocol) (?:uses|runs over|speaks) WebSocket",
        "whats-new/index.md",
        r"standard transports\]\(\S+\) are stdio and",
    ),
    Myth(
        r"(?:\b600 bytes|\b[5-9]00 ?B)[^.|]{0,40}headers? (?:for|with|per) (?:each|every)",
        "compare/index.md",
        r"Your own headers and cookies change that",
    ),
]


def _repeated(text: str) -> list[str]:
    text = " ".join(text.split())
    return [found[0] for myth in MYTHS for found in [re.search(myth.repeated, text)] if found]


def test_no_page_repeats_one() -> None:
    tree = Tree()
    told = {page: found for page in tree.pages if (found := _repeated(tree.source(page)))}
    assert not told


@pytest.mark.parametrize("myth", MYTHS, ids=lambda myth: myth.page + ":" + myth.corrected[:20])
def test_each_is_corrected_where_readers_expect_it(myth: Myth) -> None:
    assert re.search(myth.corrected, Tree().source(myth.page))


@pytest.mark.parametrize(
    "claim",
    [
        "RFC 6455, Internet Standard (STD 34)",
        "the API is defined in the HTML Standard",
        "then `ws.close(1001)` tells the server",
        "the proxy sends 1006",
        "CORS protects you",
        "Masking encrypts the payload",
        "A browser can send a ping",
        "browsers can set headers",
        "WebTransport works in 75 % of browsers",
        "RFC 9220 removes\nhead-of-line blocking",
        "Firefox lacks WebSocket over HTTP/2",
        "`tcp_nodelay` enables keepalive",
        "you must set `proxy_http_version 1.1`",
        "`timeout tunnel` defaults to 60 s",
        "an NLB cuts at 350 seconds, always",
        "Cloudflare closes idle connections after 100 s",
        'nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"',
        "Vercel cannot host WebSocket servers",
        "`gorilla/websocket` is archived",
        "MCP uses WebSocket",
        "HTTP sends 600 bytes of headers for each message",
    ],
)
def test_a_page_that_repeats_one_is_found(claim: str) -> None:
    assert len(_repeated(claim)) == 1
