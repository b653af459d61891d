"""Measures what a token costs on the wire, over WebSocket and as server-sent events.

``python -m tests.measure.tokens`` runs the server of /use-cases/ai-streaming/ and its client in
Chromium, with a proxy that counts bytes in between, and writes the page's numbers.
"""

from __future__ import annotations

import asyncio
import functools
import http.server
import threading
import time
from importlib.metadata import version
from typing import Any

from playwright.async_api import Page, async_playwright

from tests.browser import chromium
from tests.measure import machine, results
from tests.measure.transports.line import Count, Line
from tests.places import fill_one
from tests.site import ROOT
from tests.use_cases.apps import FOLDER, running

FILE = FOLDER / "ai-streaming" / "measured.json"
PAGE = FOLDER / "ai-streaming.md"
RUNS, SHORT, LONG = 3, 100, 1100
ROWS = {
    "websocket": "WebSocket",
    "websocket-compressed": "WebSocket, compressed",
    "sse": "SSE over HTTP/1.1",
}
# Asks for tokens over a line, and waits for the last.
ASK = """async ([module, line, url, count]) => {
  const lines = await import(module);
  const made = new lines[line](url);
  await new Promise((resolve) =>
    made.ask(`words: ${count}`, (event) => event.type === "end" && resolve()));
  made.close();
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


async def _cost(page: Page, module: str, name: str, app_port: int, count: int) -> Count:
    line = "SseLine" if name == "sse" else "WebSocketLine"
    async with Line(app_port) as counting:
        url = f"ws://127.0.0.1:{counting.port}"
        await page.evaluate(ASK, [module, line, url, count])
        return await counting.quiet()


async def _run() -> dict[str, Any]:
    found: dict[str, Any] = {}
    handler = functools.partial(_Quiet, directory=str(ROOT / "docs"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{files.server_port}"
        module = f"{origin}/use-cases/ai-streaming/lines.js"
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.find(whole=True), args=chromium.arguments()
            )
            found["browser"] = f"Chromium {browser.version}"
            page = await browser.new_page()
            await page.goto(f"{origin}/robots.txt")
            for name in ROWS:
                compress = "1" if name.endswith("compressed") else "0"
                runs = []
                with running(
                    "ai-streaming", ORIGINS=origin, COMPRESS=compress, PACE="0.002"
                ) as app:
                    for _ in range(RUNS):
                        short = await _cost(page, module, name, app.port, SHORT)
                        long = await _cost(page, module, name, app.port, LONG)
                        grown = long - short
                        runs.append(
                            {
                                "down_per_token": round(grown.down / (LONG - SHORT), 2),
                                "up_per_token": round(grown.up / (LONG - SHORT), 2),
                                # What is left without the tokens: opening, asking, ending.
                                "once_up": round(short.up - SHORT * grown.up / (LONG - SHORT)),
                                "once_down": round(
                                    short.down - SHORT * grown.down / (LONG - SHORT)
                                ),
                            }
                        )
                found[name] = runs
            await browser.close()
        files.shutdown()
    return found


def table(data: dict[str, Any]) -> str:
    """The part of the page that is made from the data."""

    def middle(name: str, key: str) -> float:
        return results.middle([run[key] for run in data[name]], 1)

    text = data["text_bytes"]
    lines = [
        f"| Bytes for a token of {text} B | on the wire | above its text | once for each answer |",
        "| --- | --: | --: | --: |",
    ]
    for name, shown in ROWS.items():
        down = middle(name, "down_per_token") + middle(name, "up_per_token")
        once = middle(name, "once_up") + middle(name, "once_down")
        lines.append(f"| {shown} | {down:.1f} B | {down - text:.1f} B | {once:,.0f} B |")
    about = data["machine"]
    lines += [
        "",
        f"`python -m tests.measure.tokens`, {about['date']}, {data['seconds']} s on a virtual "
        f"machine of {about['cores']} cores ({about['kernel']}); {data['browser']}, "
        + ", ".join(f"`{name}` {number}" for name, number in data["versions"].items())
        + f". Medians of {RUNS} runs; [all runs](ai-streaming/measured.json).",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, and write the data and the page."""
    about, began = machine.describe(), time.monotonic()
    found = asyncio.run(_run())
    data = {
        "command": "python -m tests.measure.tokens",
        "machine": about,
        "seconds": round(time.monotonic() - began),
        "versions": {
            name: version(name) for name in ("websockets", "uvicorn", "starlette", "sse-starlette")
        },
        "tokens": [SHORT, LONG],
        "text_bytes": len("token "),
        "event": '{"id":"0a1b2c3d","n":100,"type":"token","text":"token "}',
        **found,
    }
    results.save(FILE, data)
    PAGE.write_text(fill_one(PAGE.read_text("utf-8"), "measured", "tokens", table(data)), "utf-8")


if __name__ == "__main__":
    main()
