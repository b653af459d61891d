"""Records the session that `<ws-monitor>` plays where no server answers.

``python -m tests.browser.record`` lets Chromium hold a real conversation with a real echo server,
with the site's own modules, and writes every event of it with its time to
overrides/assets/recordings/demo.json. It takes as long as the recording is.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from echo_demo.background import BackgroundServer
from echo_demo.settings import Settings
from tests.browser import chromium
from tests.site import ROOT, serve

RECORDING = ROOT / "overrides" / "assets" / "recordings" / "demo.json"

CONVERSATION = """
async ([url, seconds]) => {
  const { Connection } = await import("/assets/javascripts/elements/ws-monitor/connection.js");
  const { INTERVAL, message } = await import("/assets/javascripts/elements/ws-monitor/traffic.js");
  const { printHex } = await import("/assets/javascripts/lib/bytes.js");
  const events = [];
  const begin = performance.now();
  const relative = (at) => Math.round((at - begin) * 1000) / 1000;
  await new Promise((resolve, reject) => {
    const connection = new Connection(url, (event) => {
      const { data } = event;
      const stored = data instanceof Uint8Array ? { hex: printHex(data, "") } : data;
      const epoch = event.epoch === undefined ? undefined : event.epoch + begin;
      events.push({ ...event, at: relative(event.at), data: stored, epoch });
      if (event.type === "closed") reject(new Error(`closed with ${event.code}`));
      if (event.type !== "open") return;
      let count = 0;
      const send = () => connection.send(message(count++));
      const timer = setInterval(send, INTERVAL * 1000);
      send();
      setTimeout(() => {
        clearInterval(timer);
        connection.abandon();
        resolve();
      }, seconds * 1000);
    });
    connection.start();
  });
  return events;
}
"""


def converse(seconds: float) -> tuple[list[dict[str, Any]], str]:
    """Return the events of a session of that many seconds, and the browser's version.

    Raises playwright.sync_api.Error where the connection ends early.
    """
    with (
        BackgroundServer(Settings(port=0)) as echo,
        serve(ROOT / "overrides") as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=chromium.arguments()
        )
        page = browser.new_page()
        # Any page of that origin: the modules are imported into it.
        page.goto(served.url("assets/javascripts/main.js"))
        events = page.evaluate(CONVERSATION, [f"{echo.url}/demo", seconds])
        version = browser.version
        browser.close()
    return [{k: v for k, v in event.items() if v is not None} for event in events], version


def write(path: Path, events: list[dict[str, Any]], about: dict[str, Any]) -> None:
    """Write a recording, an event to a line."""
    compact = {"ensure_ascii": False, "separators": (",", ":")}
    head = json.dumps(about, ensure_ascii=False)[:-1]
    lines = ",\n".join(json.dumps(event, **compact) for event in events)  # type: ignore[arg-type]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{head}, "events": [\n{lines}\n]}}\n', encoding="utf-8")


def main() -> None:
    """Record and write."""
    parser = argparse.ArgumentParser(description="Record the session for <ws-monitor>.")
    parser.add_argument("--seconds", type=float, default=45, help="how long (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=RECORDING, help="default: %(default)s")
    options = parser.parse_args()
    recorded = datetime.now(UTC).isoformat(timespec="seconds")
    events, version = converse(options.seconds)
    write(options.output, events, {"recorded": recorded, "browser": f"Chromium {version}"})
    print(f"{len(events)} events, {options.output.stat().st_size} bytes: {options.output}")


if __name__ == "__main__":
    main()
