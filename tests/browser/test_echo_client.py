"""Chromium's own WebSocket against the echo, without a page of the site around it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from echo_demo.background import BackgroundServer

# Sizes around which a frame's header or the server's way with it changes.
TALK = """
async (address) => {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const next = (kind) =>
    new Promise((resolve) => socket.addEventListener(kind, resolve, { once: true }));
  await next("open");
  const wrong = [];
  for (const size of [0, 1, 125, 126, 255, 256, 65535, 65536, 300000]) {
    const text = "abc\\u20ac\\u{1f50c}".repeat(size / 5);
    let came = next("message");
    socket.send(text);
    if ((await came).data !== text) wrong.push(`text ${size}`);
    const bytes = new Uint8Array(size).map((_, index) => (index * index) >> 3);
    came = next("message");
    socket.send(bytes);
    const echo = new Uint8Array((await came).data);
    if (echo.length !== size || echo.some((byte, index) => byte !== bytes[index]))
      wrong.push(`binary ${size}`);
  }
  const closed = next("close");
  socket.close(4000, "done");
  const { code, reason, wasClean } = await closed;
  return { wrong, extensions: socket.extensions, code, reason, wasClean };
}
"""


@pytest.mark.parametrize("path", ["/", "/demo"])
def test_chromium_gets_back_what_it_sent(
    page: Page, echo_server: BackgroundServer, path: str
) -> None:
    seen = page.evaluate(TALK, f"{echo_server.url}{path}")
    assert seen["wrong"] == []
    assert seen["extensions"].startswith("permessage-deflate")
    assert (seen["code"], seen["reason"], seen["wasClean"]) == (4000, "done", True)
