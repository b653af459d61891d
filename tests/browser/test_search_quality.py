"""Whether the search puts first what a reader wants: real queries, judged in the real engine.

The queries are messages, names and questions that recur in public issue trackers, and ways in which
people type them. One is judged as soon as one of its pages exists.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.site import Site

# What is typed, and the pages of which one should come first.
QUERIES: dict[str, tuple[str, ...]] = {
    # Close codes and drops.
    "1006": ("troubleshoot/1006/", "reference/close-codes/"),
    "1006 abnormal closure": ("reference/close-codes/", "troubleshoot/1006/"),
    "close codes": ("reference/close-codes/",),
    # The table of messages has a row for it.
    "1009 message too big": (
        "reference/close-codes/",
        "troubleshoot/frame-errors/",
        "troubleshoot/",
    ),
    "1011": ("reference/close-codes/", "troubleshoot/frame-errors/"),
    "4000": ("reference/close-codes/",),
    "drops after 60 seconds": (
        "troubleshoot/timeout/",
        "deploy/",
        "deploy/nginx/",
        "deploy/self-host/",
    ),
    "proxy_read_timeout": (
        "deploy/nginx/",
        "troubleshoot/timeout/",
        "deploy/self-host/",
        "deploy/",
    ),
    "keepalive ping timeout": (
        "troubleshoot/frame-errors/",
        "languages/python/",
        "build/heartbeat/",
        "troubleshoot/",
        "troubleshoot/timeout/",
    ),
    "abnormal closure": ("troubleshoot/1006/", "reference/close-codes/"),
    "no close frame": ("troubleshoot/1006/", "protocol/ping-pong-close/", "reference/close-codes/"),
    "killed peer": ("protocol/ping-pong-close/",),
    # Handshake.
    "Sec-WebSocket-Accept": ("protocol/handshake/", "reference/headers/"),
    "Sec-WebSocket-Key": ("protocol/handshake/", "reference/headers/"),
    "Sec-WebSocket-Extensions": ("reference/headers/", "protocol/handshake/"),
    "handshake": ("protocol/handshake/",),
    "unexpected response code 400": (
        "troubleshoot/handshake-status-codes/",
        "languages/node/",
        "troubleshoot/",
        "protocol/handshake/",
    ),
    "426 upgrade required": ("protocol/handshake/", "troubleshoot/handshake-status-codes/"),
    "websocket authentication": ("build/authentication/",),
    "mcp websocket": ("whats-new/websockets-and-ai/", "whats-new/"),
    "openai websocket": ("whats-new/websockets-and-ai/", "use-cases/ai-streaming/"),
    "SharedWorker": ("use-cases/notifications/",),
    "one connection for all tabs": ("use-cases/notifications/",),
    "web push fallback": ("use-cases/notifications/", "compare/"),
    "cancel llm stream": ("use-cases/ai-streaming/",),
    "token streaming": ("use-cases/ai-streaming/", "whats-new/websockets-and-ai/"),
    "websocket chat": ("use-cases/chat/",),
    "chat message ids and order": ("use-cases/chat/",),
    "presence and typing indicator": ("use-cases/chat/",),
    "cross-site websocket hijacking": ("build/authentication/", "build/security/"),
    "websocket security": ("build/security/",),
    "hardening": ("build/security/",),
    "slowloris": ("build/security/",),
    "deflate bomb": ("build/security/",),
    "rate limit messages": ("build/security/",),
    "logout": ("build/authentication/",),
    "authorization header browser": ("build/authentication/", "reference/headers/"),
    "CORS": ("troubleshoot/cors/", "protocol/handshake/", "troubleshoot/", "reference/headers/"),
    "subprotocol": ("build/subprotocols/", "reference/websocket-api/", "protocol/handshake/"),
    "unexpected server response 502": ("troubleshoot/handshake-status-codes/", "troubleshoot/"),
    "403 forbidden": ("troubleshoot/handshake-status-codes/",),
    "503 service unavailable": ("troubleshoot/handshake-status-codes/", "deploy/"),
    "timeout": ("troubleshoot/timeout/", "deploy/"),
    "connection drops": ("troubleshoot/timeout/", "troubleshoot/1006/"),
    "350 seconds": (
        "troubleshoot/timeout/",
        "deploy/",
        "deploy/aws-alb/",
        "troubleshoot/1006/",
    ),
    "ECONNREFUSED": ("troubleshoot/",),
    "Max payload size exceeded": ("troubleshoot/",),
    "Still in CONNECTING state": ("troubleshoot/", "reference/websocket-api/"),
    "error message": ("troubleshoot/",),
    "closed before the connection is established": ("troubleshoot/", "frameworks/react/"),
    "react": ("frameworks/react/",),
    "testing": ("build/testing/",),
    "autobahn": ("build/conformance/", "languages/", "tools/echo/"),
    "conformance": ("build/conformance/", "languages/", "tools/echo/"),
    "unit test websocket": ("build/testing/",),
    "playwright": ("build/testing/",),
    "mock websocket": ("build/testing/",),
    "useSyncExternalStore": ("frameworks/react/",),
    "StrictMode two connections": ("frameworks/react/",),
    # Frames.
    "RSV1 must be clear": ("troubleshoot/frame-errors/", "protocol/framing/", "troubleshoot/"),
    "frames": ("protocol/framing/",),
    "framing": ("protocol/framing/",),
    "masking": ("protocol/framing/",),
    "opcode": ("protocol/framing/",),
    "fragmentation": ("protocol/framing/",),
    "permessage-deflate": (
        "protocol/compression/",
        "protocol/handshake/",
        "protocol/framing/",
        "reference/headers/",
        "reference/standards/",
    ),
    "ping pong": ("protocol/ping-pong-close/", "build/heartbeat/"),
    "first app": ("build/first-app/",),
    "heartbeat": ("build/heartbeat/",),
    "ping interval": ("build/heartbeat/", "languages/python/", "protocol/ping-pong-close/"),
    "keepalive": ("build/heartbeat/", "languages/python/"),
    "can a browser send a ping": ("build/heartbeat/", "protocol/ping-pong-close/"),
    # Interfaces.
    "bufferedAmount": ("reference/websocket-api/", "build/backpressure/"),
    "binaryType": ("reference/websocket-api/",),
    "readyState": ("reference/websocket-api/",),
    "WebSocketStream": (
        "reference/websocket-api/",
        "reference/browser-support/",
        "compare/webtransport/",
    ),
    "browser support": ("reference/browser-support/",),
    "Safari": ("reference/browser-support/", "troubleshoot/safari-ios/"),
    # Code, choice and operation.
    "python": ("languages/python/",),
    "golang": ("languages/go/",),
    "node": ("languages/node/",),
    "nodejs": ("languages/node/",),
    "node ws": ("languages/node/",),
    # The message itself stands in the table of messages.
    "Unexpected server response: 403": (
        "troubleshoot/",
        "languages/node/",
        "troubleshoot/handshake-status-codes/",
    ),
    "bun": ("languages/node/",),
    "broadcast server": (
        "languages/python/",
        "languages/go/",
        "languages/node/",
        "languages/rust/",
        "languages/java/",
        "languages/php/",
        "languages/csharp/",
    ),
    "rust websocket server": ("languages/rust/",),
    "tungstenite": ("languages/rust/",),
    "java websocket client": ("languages/java/",),
    "jetty": ("languages/java/",),
    "c# websocket client": ("languages/csharp/",),
    "clientwebsocket": ("languages/csharp/",),
    "asp.net core": ("languages/csharp/",),
    "php websocket": ("languages/php/",),
    "ratchet": ("languages/php/",),
    "laravel reverb": ("languages/php/",),
    "javascript reconnect": ("languages/javascript/", "build/reconnection/"),
    "exponential backoff": ("build/reconnection/",),
    "jitter": ("build/reconnection/",),
    "thundering herd": ("build/reconnection/",),
    "reconnect": ("build/reconnection/", "languages/javascript/"),
    "javascript client": ("languages/javascript/",),
    "asyncio client": ("languages/python/",),
    "fastapi": ("frameworks/fastapi/",),
    "uvicorn": ("frameworks/fastapi/", "languages/python/", "frameworks/"),
    "Unsupported upgrade request": ("frameworks/fastapi/", "troubleshoot/"),
    "WebSocketDisconnect": ("frameworks/fastapi/",),
    "wscat": ("languages/command-line/",),
    "command line": ("languages/command-line/",),
    "terminal": ("languages/command-line/", "tools/"),
    "openssl s_client": ("languages/command-line/", "protocol/ws-vs-wss/"),
    "which protocol": ("compare/decision-guide/", "tools/choose/", "compare/"),
    "find your protocol": ("tools/choose/",),
    "protocol chooser": ("tools/choose/",),
    "do I need a websocket": ("compare/decision-guide/", "tools/choose/", "compare/"),
    "polling or websocket": (
        "compare/decision-guide/",
        "tools/choose/",
        "compare/",
        "compare/long-polling/",
    ),
    "web push": ("tools/choose/", "compare/decision-guide/"),
    "WebRTC": ("tools/choose/", "compare/decision-guide/", "compare/webrtc/"),
    "websocket vs long polling": ("compare/long-polling/",),
    "long polling": ("compare/long-polling/",),
    "websocket vs http": ("compare/http/",),
    "http vs websocket": ("compare/http/",),
    "websocket vs sse": ("compare/sse/",),
    "sse vs websocket": ("compare/sse/",),
    "server-sent events": ("compare/sse/",),
    "EventSource": ("compare/sse/",),
    "Last-Event-ID": ("compare/sse/",),
    "websocket vs webtransport": ("compare/webtransport/",),
    "webtransport fallback": ("compare/webtransport/",),
    "head-of-line blocking": ("compare/webtransport/", "protocol/http2-http3/"),
    "WebTransport": ("compare/", "compare/webtransport/", "reference/standards/"),
    "http/2": ("protocol/http2-http3/",),
    "websocket over http/3": ("protocol/http2-http3/",),
    "RFC 6455": ("reference/standards/", "reference/"),
    "echo server": ("tools/echo/",),
    "self host": ("deploy/self-host/",),
    "nginx": ("deploy/nginx/",),
    "nginx websocket proxy": ("deploy/nginx/",),
    "haproxy": ("deploy/",),
    "timeout tunnel": ("deploy/",),
    "caddy": ("deploy/", "deploy/self-host/"),
    "load balancer idle timeout": ("deploy/", "troubleshoot/timeout/"),
    "envoy": ("deploy/",),
    "worker_shutdown_timeout": ("deploy/nginx/", "deploy/"),
    "aws alb": ("deploy/aws-alb/",),
    "nlb tls listener": ("deploy/aws-alb/",),
    "deregistration delay": ("deploy/aws-alb/",),
    "cloudfront": ("deploy/aws-alb/", "deploy/"),
    "cloudflare websocket": ("deploy/cloudflare/",),
    "durable objects": ("deploy/cloudflare/",),
    "hibernation": ("deploy/cloudflare/",),
    "kubernetes": ("deploy/kubernetes/",),
    "HTTPRoute": ("deploy/kubernetes/",),
    "ingress-nginx": ("deploy/kubernetes/", "deploy/"),
    "terminationGracePeriodSeconds": ("deploy/kubernetes/",),
    "content security policy": ("deploy/self-host/", "build/security/"),
    "report protocol": ("tools/report-protocol/",),
    # Titles of questions and issues, and messages as they are pasted.
    "how to keep alive the connection": ("protocol/ping-pong-close/", "build/heartbeat/"),
    "websocket: close 1006 (abnormal closure): unexpected EOF": (
        "troubleshoot/1006/",
        "reference/close-codes/",
    ),
    "http headers in websockets client api": ("reference/headers/", "reference/websocket-api/"),
    "nginx 400 bad request missing upgrade header": (
        "deploy/nginx/",
        "troubleshoot/handshake-status-codes/",
    ),
    "unexpected exception in keepalive ping task": (
        "languages/python/",
        "protocol/ping-pong-close/",
        "build/heartbeat/",
    ),
    "mixed content https page": ("protocol/ws-vs-wss/", "troubleshoot/mixed-content/"),
    "difference between ws and wss": ("protocol/ws-vs-wss/",),
    "what is Sec-WebSocket-Key for": ("protocol/handshake/", "reference/headers/"),
    "are server frames masked": ("protocol/framing/",),
    "1005 vs 1006": ("reference/close-codes/", "troubleshoot/1006/"),
    "proxy_set_header Upgrade": ("deploy/nginx/",),
    "RFC 8441 extended CONNECT": ("protocol/http2-http3/",),
    "gorilla websocket": ("languages/go/",),
    "python websocket server example": ("languages/python/",),
    "message exceeds max_size": ("languages/python/", "troubleshoot/"),
    "test websocket connection online": ("tools/echo/", "tools/"),
    "decode websocket frame hex": ("tools/inspector/",),
    "long polling vs websocket vs server sent events": (
        "compare/",
        "compare/long-polling/",
        "compare/sse/",
        "compare/decision-guide/",
    ),
    "respond to ping with pong": ("protocol/ping-pong-close/", "build/heartbeat/"),
    "onclose wasClean": (
        "reference/websocket-api/",
        "reference/close-codes/",
        "troubleshoot/1006/",
    ),
    "self signed certificate localhost": ("protocol/ws-vs-wss/",),
    "hixie-76": ("protocol/history/", "reference/standards/"),
    "error event no details javascript": (
        "reference/websocket-api/",
        "troubleshoot/1006/",
        "troubleshoot/",
    ),
    # As people type.
    "handshakes": ("protocol/handshake/",),
    "handshak": ("protocol/handshake/",),
    "fragmented": ("protocol/framing/",),
    "mask key": ("protocol/framing/",),
}
FIND = """async ([queries, module]) => {
  const { find } = await import(module);
  const found = {};
  for (const query of queries) {
    found[query] = (await find(query)).pages.slice(0, 3).map((page) => page.url);
  }
  return found;
}"""


@pytest.fixture
def found(page: Page, site: Site) -> dict[str, list[str]]:
    """The first three pages for each query, without what cannot be judged yet."""
    page.goto(site.url())
    judged = [
        query
        for query, pages in QUERIES.items()
        if any((site.folder / path / "index.html").is_file() for path in pages)
    ]
    assert len(judged) >= 40
    answer: dict[str, list[str]] = page.evaluate(
        FIND, [judged, site.url("assets/javascripts/elements/site-search/results.js")]
    )
    return answer


def test_the_wanted_page_comes_first(found: dict[str, list[str]], site: Site) -> None:
    def wanted(query: str, urls: list[str]) -> bool:
        return any(url.removeprefix(site.base) in QUERIES[query] for url in urls)

    missing = {query: urls for query, urls in found.items() if not wanted(query, urls)}
    assert missing == {}
    first = {query: urls for query, urls in found.items() if wanted(query, urls[:1])}
    later = {query: urls for query, urls in found.items() if query not in first}
    assert len(first) >= 0.9 * len(found), later
