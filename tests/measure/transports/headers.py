"""What Chromium sends with a page's requests: recorded once, kept as chromium.json.

``python -m tests.measure.transports.headers`` records it again: headers of `fetch` (GET and POST of
text), of `EventSource` and of `WebSocket`, to the page's own server, which has set one cookie.
"""

from __future__ import annotations

import json
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import chromium

FILE = Path(__file__).with_name("chromium.json")
# A session's name and 256 random bits in base64url, as a login sets it.
COOKIE = "session=2vEXPSqGmBW1oJbKf0Rk7nDYQzL5hTgC8uAi9sMwZ3o"

Headers = list[tuple[str, str]]

_PAGE = (
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: {cookie}; Path=/; HttpOnly\r\n"
    "Content-Length: 15\r\nConnection: close\r\n\r\n<!doctype html>"
)
_EMPTY = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
_SCRIPT = """async () => {
  await fetch("/poll");
  await fetch("/send", { method: "POST", body: "text" });
  for (const Kind of [EventSource, WebSocket])
    await new Promise(done => { new Kind("/" + Kind.name).onerror = done; });
}"""


def load(name: str) -> Headers:
    """The headers of one of the requests: poll, send, EventSource or WebSocket."""
    return [(key, value) for key, value in json.loads(FILE.read_text("utf-8"))[name]]


def request(name: str, path: str, *, compression: bool = False) -> bytes:
    """A GET request with the headers of one of them, offering compression of messages or not."""
    offer = "Sec-WebSocket-Extensions"
    lines = [f"{key}: {value}" for key, value in load(name) if compression or key != offer]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


def version() -> str:
    """The version of the browser that sent them."""
    return str(json.loads(FILE.read_text("utf-8"))["chromium"])


def record() -> dict[str, object]:
    """Have Chromium make the requests, and return what came."""
    seen: dict[str, Headers] = {}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answer, args=(listening, seen), daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.find(whole=True), args=chromium.arguments()
            )
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{listening.getsockname()[1]}/")
            page.evaluate(_SCRIPT)
            version = browser.version
            browser.close()
    return {"chromium": version, "recorded": f"{datetime.now(UTC):%Y-%m-%d}", **seen}


def _answer(listening: socket.socket, seen: dict[str, Headers]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            head = b""
            while b"\r\n\r\n" not in head and (more := connection.recv(65_536)):
                head += more
            if not head:
                continue
            first, *lines = head.partition(b"\r\n\r\n")[0].decode().split("\r\n")
            path = first.split()[1]
            if path not in ("/", "/favicon.ico"):
                seen[path[1:]] = [(line.split(": ")[0], line.split(": ")[1]) for line in lines]
            connection.sendall((_EMPTY if path != "/" else _PAGE.format(cookie=COOKIE)).encode())


def main() -> None:
    """Record and keep."""
    text = json.dumps(record(), indent=2)
    # A header is a line.
    for _ in range(2):
        text = text.replace("[\n      ", "[").replace('",\n      "', '", "').replace("\n    ]", "]")
    FILE.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
