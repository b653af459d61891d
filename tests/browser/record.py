"""Records the sessions that pages show where no server answers.

``python -m tests.browser.record`` lets Chromium hold a real conversation with a real echo server,
with the site's own modules, and writes every event of it with its time to
overrides/assets/recordings/demo.json, which `<ws-monitor>` plays. It takes as long as the recording
is. ``python -m tests.browser.record trace`` does so for `<wire-trace>`: a message of each kind, and
a close by the server; of bytes it writes the first 256.
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

FOLDER = ROOT / "overrides" / "assets" / "recordings"
RECORDING = FOLDER / "demo.json"
TRACE = FOLDER / "trace.json"

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

EVERY_KIND = """
async ([url]) => {
  const { Connection } = await import("/assets/javascripts/elements/ws-monitor/connection.js");
  const { messages } = await import("/assets/javascripts/elements/wire-trace/messages.js");
  const { printHex } = await import("/assets/javascripts/lib/bytes.js");
  const events = [];
  const begin = performance.now();
  const relative = (at) => Math.round((at - begin) * 1000) / 1000;
  await new Promise((resolve) => {
    const kinds = Object.values(messages);
    let sent = 0;
    const connection = new Connection(url, (event) => {
      const { data } = event;
      const bytes = data instanceof Uint8Array;
      const part = bytes ? printHex(data.subarray(0, 256), "") : "";
      const first = bytes ? { hex: part, length: data.length } : data;
      const epoch = event.epoch === undefined ? undefined : event.epoch + begin;
      events.push({ ...event, at: relative(event.at), data: first, epoch });
      if (event.type === "closed") resolve();
      // The counts come last of what belongs to a message, or to the ping that comes first.
      const counted = typeof data === "string" && data.includes('"type":"totals"');
      const counts = counted && event.type === "message-in" ? JSON.parse(data) : null;
      const answered = counts?.in.messages === sent && counts.out.messages === sent;
      if (answered && counts.in.frames.pong > 0 && sent < kinds.length) {
        connection.send(kinds[sent]());
        sent += 1;
      }
    });
    connection.start();
  });
  return events;
}
"""


def converse(script: str, *arguments: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the events of the session that a script holds, and the browser's version.

    Raises playwright.sync_api.Error where the connection ends early.
    """
    with (
        BackgroundServer(Settings(port=0)) as echo,
        serve(ROOT / "overrides") as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium.find(whole=True), args=chromium.arguments()
        )
        page = browser.new_page()
        # Any page of that origin: the modules are imported into it.
        page.goto(served.url("assets/javascripts/main.js"))
        events = page.evaluate(script, [f"{echo.url}/demo", *arguments])
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
    parser = argparse.ArgumentParser(description="Record a session for pages without a server.")
    parser.add_argument("what", nargs="?", choices=("demo", "trace"), default="demo")
    parser.add_argument("--seconds", type=float, default=45, help="of demo (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="instead of the recording that the site has")
    options = parser.parse_args()
    recorded = datetime.now(UTC).isoformat(timespec="seconds")
    demo = options.what == "demo"
    events, version = converse(CONVERSATION, options.seconds) if demo else converse(EVERY_KIND)
    output = options.output or (RECORDING if demo else TRACE)
    write(output, events, {"recorded": recorded, "browser": f"Chromium {version}"})
    print(f"{len(events)} events, {output.stat().st_size} bytes: {output}")


if __name__ == "__main__":
    main()
