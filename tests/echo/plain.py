"""What the server says over plain HTTP, and the numbers in it."""

from __future__ import annotations

import re
import urllib.request

from echo_demo.background import BackgroundServer


def get(server: BackgroundServer, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
        text: str = answer.read().decode()
        return text


def number(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
    assert found, f"no {name} in {text}"
    return float(found[1])
