"""Names and terms that are written in one way in all prose: what stands instead is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator

# The term, and the ways it is miswritten. Code, addresses and paths are no prose.
_MISWRITTEN = {
    "GitHub": r"Github|github(?!\.)",
    "HAProxy": r"HAproxy|Haproxy|haproxy",
    "JavaScript": r"Javascript|javascript|Java Script",
    "JSON": r"Json",
    "Kubernetes": r"kubernetes|K8s|k8s",
    "macOS": r"MacOS|Mac OS|OS X",
    "nginx": r"Nginx|NGINX|NginX",
    "Node.js": r"Node ?JS|Nodejs|node\.js|NodeJS",
    "PHP": r"Php",
    "RFC 6455, with a space": r"RFC-?\d{3,}|[Rr]fc ?\d{3,}",
    "Socket.IO": r"Socket\.io|SocketIO|socket\.io",
    "SignalR": r"Signalr|signalR",
    "subprotocol": r"[Ss]ub-protocol",
    "TypeScript": r"Typescript|typescript",
    "UTF-8": r"[Uu]tf-?8|UTF8",
    "WebRTC": r"WebRtc|Webrtc",
    "WebTransport": r"Webtransport|Web Transport",
}
_ALL = re.compile(
    "|".join(rf"(?<![\w./@:#=-])(?:{bad})(?![\w/@:=-])" for bad in _MISWRITTEN.values())
)


def check(prose: str) -> Iterator[tuple[int, str]]:
    """Yield where a term is miswritten in text without code, and what to write."""
    for found in _ALL.finditer(prose):
        term = next(term for term, bad in _MISWRITTEN.items() if re.fullmatch(bad, found[0]))
        yield found.start(), f"`{found[0]}` in prose; write {term}"
