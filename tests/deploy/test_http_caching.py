"""What /compare/http/ says of polling through a cache: the server sees one request a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.deploy.stack import PATIENCE, plain_nginx
from tests.samples.programs import Running, free_port
from tests.site import ROOT

SERVER = ROOT / "docs" / "compare" / "http"
STORE = "proxy_cache_path {folder}/cache keys_zone=articles:1m;"
CACHED = """
location / {{
  proxy_pass http://127.0.0.1:{server};
  proxy_cache articles;
  proxy_cache_lock on;
}}
"""


@contextmanager
def cached(folder: Path) -> Iterator[tuple[int, Running]]:
    """Run the page's server behind an nginx that caches; gives the port, and the server."""
    server = free_port()
    running = Running([sys.executable, "server.py", str(server)], SERVER)
    try:
        running.errors_with("INFO:     Uvicorn running", 1, PATIENCE)
        store = STORE.format(folder=folder)
        with plain_nginx(folder, CACHED.format(server=server), store) as port:
            yield port, running
    finally:
        running.end()


def test_a_cache_asks_once_a_second_however_many_poll(tmp_path: Path) -> None:
    with cached(tmp_path) as (port, running):
        address = f"http://127.0.0.1:{port}/articles/tea"
        start = time.monotonic()
        with (
            httpx.Client(trust_env=False, timeout=PATIENCE) as client,
            ThreadPoolExecutor(8) as all_,
        ):
            answers = list(all_.map(lambda _: client.get(address), range(200)))
        seconds = time.monotonic() - start
        assert {answer.json()["count"] for answer in answers} == {3}
        # nginx counts in whole seconds.
        running.stop()
        running.end()
        lines = [line for line in iter(running.lines.get, None) if "GET /articles/tea" in line]
        assert 1 <= len(lines) <= seconds + 2
