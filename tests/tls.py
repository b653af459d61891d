"""TLS for the tests' WebSocket clients and servers that use threads."""

from __future__ import annotations

import ssl


def for_threads(context: ssl.SSLContext) -> ssl.SSLContext:
    """Keep TLS 1.3 out of a context whose connections have a thread that reads and one that writes.

    Those of ``websockets.sync`` have, and OpenSSL allows no such thing
    (https://github.com/openssl/openssl/issues/20446). After the handshake of TLS 1.3 a server sends
    session tickets; where they are read while the request is written, the request is lost. Of 2,000
    connections through HAProxy with Python 3.11 five got no answer, and none of 2,000 with TLS 1.2.
    """
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context
