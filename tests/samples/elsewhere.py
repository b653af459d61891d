"""Pages whose samples no `samples.toml` runs: they keep a contract of their own, in a test."""

from __future__ import annotations

# The test's path is relative to this folder. It names the page's files.
TESTED_ELSEWHERE = {
    "protocol/handshake.md": "test_accept.py",
    "compare/index.md": "../race/test_limits.py",
    "deploy/index.md": "../deploy/test_haproxy.py",
    "deploy/aws-alb.md": "../deploy/test_aws.py",
    "deploy/cloudflare.md": "../deploy/test_cloudflare.py",
    "deploy/kubernetes.md": "../deploy/test_kubernetes.py",
    "deploy/nginx.md": "../deploy/test_nginx.py",
    "compare/http.md": "test_compare_http_page.py",
    "compare/sse.md": "../browser/test_compare_sse_page.py",
    "build/conformance.md": "test_conformance_page.py",
    "build/testing.md": "test_testing_page.py",
    "compare/webtransport.md": "test_webtransport_page.py",
    "frameworks/react.md": "../browser/test_react_page.py",
    "use-cases/chat.md": "../use_cases/test_chat.py",
    "use-cases/ai-streaming.md": "../use_cases/test_ai_streaming.py",
    "use-cases/notifications.md": "../use_cases/test_notifications.py",
}
