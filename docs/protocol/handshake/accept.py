"""Print the Sec-WebSocket-Accept value for the Sec-WebSocket-Key given as the only argument."""

# --8<-- [start:accept]
import base64
import hashlib

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept(key: str) -> str:
    text = (key + GUID).encode("ascii")
    digest = hashlib.sha1(text, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")
    # --8<-- [end:accept]


if __name__ == "__main__":
    import sys

    if len(sys.argv) != 2:
        sys.exit("usage: python accept.py KEY")
    print(accept(sys.argv[1]))
