"""Servers that a client is tried against: an honest one, and ones that do wrong on purpose."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.samples.wire import BINARY, CLOSE, TEXT, Frame, Peer


@dataclass
class Record:
    """What one scripted server saw. ``errors`` holds what a client did against the protocol."""

    port: int
    frames: list[Frame] = field(default_factory=list)
    close_code: int | None = None
    connections: int = 0
    errors: list[BaseException] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"


SILENCE = 30.0  # seconds, longer than a client may wait: it must be the one that ends
Script = Callable[[socket.socket, Record], None]


@contextlib.contextmanager
def server(script: Script) -> Iterator[Record]:
    """Run ``script`` for each connection, one after the other, on a free loopback port.

    On leaving, waits until the script of the connection at hand has ended.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        record = Record(listener.getsockname()[1])
        leaving = threading.Event()

        def run() -> None:
            while True:
                sock, _ = listener.accept()
                with sock:
                    if leaving.is_set():
                        return
                    record.connections += 1
                    try:
                        script(sock, record)
                    except (AssertionError, OSError) as error:
                        record.errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield record
        finally:
            leaving.set()
            socket.create_connection(("127.0.0.1", record.port), timeout=10).close()
            thread.join(timeout=20)
            assert not thread.is_alive(), "the scripted server still waits for the client"


def echoing(change: Callable[[Frame], Frame] = lambda frame: frame) -> Script:
    """Echo each message as ``change`` returns it, and complete the closing handshake."""

    def script(sock: socket.socket, record: Record) -> None:
        peer = Peer.accept(sock)
        while True:
            frame = peer.receive_message()
            if frame.opcode == CLOSE:
                record.close_code = frame.close_code
                peer.send(CLOSE, frame.payload)
                return
            record.frames.append(frame)
            answer = change(frame)
            peer.send(answer.opcode, answer.payload)

    return script


def wrong_text(frame: Frame) -> Frame:
    """Return the text with another last character."""
    return Frame(TEXT, frame.payload[:-1] + b"?") if frame.opcode == TEXT else frame


def wrong_binary(frame: Frame) -> Frame:
    """Return one bit of the binary message flipped."""
    if frame.opcode != BINARY:
        return frame
    return Frame(BINARY, frame.payload[:-1] + bytes([frame.payload[-1] ^ 1]))


def text_as_binary(frame: Frame) -> Frame:
    """Return the right bytes of a text message in a message of the other kind."""
    return Frame(BINARY, frame.payload) if frame.opcode == TEXT else frame


def silent(sock: socket.socket, record: Record) -> None:
    """Complete the opening handshake, then never send anything."""
    peer = Peer.accept(sock)
    sock.settimeout(SILENCE)
    peer.wait_for_end()


def mute(sock: socket.socket, record: Record) -> None:
    """Accept the TCP connection and never answer."""
    Peer(sock, client=False, timeout=SILENCE).wait_for_end()


def refusing(sock: socket.socket, record: Record) -> None:
    """Refuse the opening handshake."""
    answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    Peer.accept(sock, answer).wait_for_end()


def breaking(sock: socket.socket, record: Record) -> None:
    """Echo the first message, and in the same write send a frame of no kind: nobody waits then."""
    peer = Peer.accept(sock)
    frame = peer.receive_message()
    assert len(frame.payload) < 126
    echo = bytes([0x80 | frame.opcode, len(frame.payload)]) + frame.payload
    sock.sendall(echo + b"\x83\x00")
    peer.wait_for_end()


def vanishing(sock: socket.socket, record: Record) -> None:
    """Drop the line after the first message, without a close frame."""
    Peer.accept(sock).receive_message()
