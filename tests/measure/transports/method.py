"""How it was measured, what was not, and how far the numbers carry."""

from __future__ import annotations

from tests.measure.transports.numbers import Data

_TEXT = """\
`{command}` took {seconds} s on {date}, on a virtual machine of {cores} cores ({cpu}, {kernel};
load average {load_average_before} before, {load_average_after} after).
Python {python}, {packages}.

- **One application** publishes the same events by polling, long polling, SSE and WebSocket:
  Starlette behind uvicorn with uvloop, SSE by sse-starlette; for HTTP/2 behind Hypercorn. Logs of
  requests are off. The clients are httpx and `websockets`.
- **Bytes** are counted by a TCP proxy between client and server, both ways, over {messages}
  messages on a connection that has carried some. The messages are JSON, cut to the size, with
  changing contents. *Bare* is no header but those that the request needs; *browser* has what
  headless Chromium {chromium} sent, with one cookie of 51 B. An event has no `id` line. Compressed
  WebSocket messages share one compressor's state. Headers of TCP and IP, acknowledgments and TLS
  are not counted.
- **Latency** is from the server's making of an event to the client's code that has it, on one
  clock. Events of some 90 B come at random, {latency_gap_ms:g} ms apart on average; connections are
  open before.
  The line is a {line} that holds each byte back for {delay_ms:g} ms each way, to a millisecond or
  two; the machine's kernel has no `netem`. It loses nothing and has no limit of bandwidth, so what
  a lost packet or a slow start costs is not in the numbers.
- **Memory** is the growth of the server's resident memory over {subscribers_idle:,} connections,
  divided by their number, in a fresh process for each run. All were asked for with a
  browser's headers, which this server keeps. The kernel's buffers are not in it, nor is what a
  proxy keeps.
- **The cost of freshness** has {subscribers_polling} subscribers on plain sockets with a browser's
  headers, without compression, and such an event every {event_gap_s:g} s; server and load have a
  core each.

The ratios carry further than the times: another server in another language changes milliseconds,
memory and processor time, but hardly a byte count. Your own headers and cookies change that: add
theirs to each HTTP/1.1 request. Not measured: HTTP/3 and WebTransport, loss, mobile radios,
proxies, thousands of active clients, and what a browser adds to the times."""


def text(data: Data) -> str:
    """The section on the method."""
    versions = dict(data["versions"])
    python, chromium = versions.pop("python"), versions.pop("chromium")
    return _TEXT.format(
        command=data["command"],
        seconds=data["seconds"],
        python=python,
        chromium=chromium,
        packages=", ".join(f"`{name}` {version}" for name, version in versions.items()),
        **data["machine"],
        **data["settings"],
    )
