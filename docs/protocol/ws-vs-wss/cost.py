"""Counts what TLS 1.3 adds, in memory: the bytes of a handshake, and of a frame."""

from __future__ import annotations

import ssl


# --8<-- [start:cost]
def main() -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain("server.pem", "server.key")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = theirs.wrap_bio(to_server, to_client, server_side=True)
    ours = ssl.create_default_context(cafile="ca.pem")
    client = ours.wrap_bio(to_client, to_server, server_hostname="localhost")

    sent = {"client": 0, "server": 0}
    done: set[str] = set()
    while len(done) < 2:
        for name, side, out in (("client", client, to_server), ("server", server, to_client)):
            before = out.pending
            try:
                side.do_handshake()
                done.add(name)
            except ssl.SSLWantReadError:
                pass
            sent[name] += out.pending - before
    print("handshake, from the client:", sent["client"], "bytes")
    print("handshake, from the server:", sent["server"], "bytes")

    before = to_server.pending
    frame = bytes.fromhex("818537fa213d7f9f4d5158")  # RFC 6455, section 5.7: text, "Hello"
    client.write(frame)
    print("a frame of", len(frame), "bytes becomes", to_server.pending - before, "bytes")


# --8<-- [end:cost]


if __name__ == "__main__":
    main()
