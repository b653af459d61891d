"""What /languages/node/ says about `ws` is so: versions, defaults, and the messages of errors."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from pathlib import Path

import pytest

from tests.samples import peers, resilient
from tests.samples.conftest import Build
from tests.samples.contract import stopped
from tests.samples.manifest import DOCS, load
from tests.samples.programs import STOP_LIMIT, Running, environment, free_port, run_client
from tests.samples.wire import Peer

FOLDER = DOCS / "languages" / "node"
PAGE = FOLDER.with_suffix(".md").read_text("utf-8")

DEFAULTS = """
import { WebSocketServer } from "ws";
console.log(JSON.stringify(new WebSocketServer({ noServer: true }).options));
"""

# Each message that the page shows, in its order, as `ws` gives it.
ERRORS = """
import { once } from "node:events";
import { createServer as http } from "node:http";
import { createServer as tcp } from "node:net";
import WebSocket, { WebSocketServer } from "ws";

const messages = [];
const say = (error) => messages.push(`${error.name}: ${error.message}`);
const ended = (socket) => new Promise((resolve) => socket.once("error", resolve));
const failure = async (socket) => say(await ended(socket));
const url = (server) => `ws://127.0.0.1:${server.address().port}/`;
const thrown = (run) => {
  try {
    run();
  } catch (error) {
    say(error);
  }
};

async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function answering(text) {
  const server = await listening(tcp((socket) => socket.once("data", () => socket.end(text))));
  await failure(new WebSocket(url(server)));
}

const gone = await listening(tcp());
const nothing = url(gone);
gone.close();
await failure(new WebSocket(nothing));
messages[0] = messages[0].replace(/\\d+$/, "8765");
await answering("HTTP/1.1 403 X\\r\\nContent-Length: 0\\r\\n\\r\\n");
await answering("HTTP/1.1 200 X\\r\\nContent-Length: 0\\r\\n\\r\\n");
await answering("");
const mute = url(await listening(tcp(() => {})));
await failure(new WebSocket(mute, { handshakeTimeout: 50 }));
const upgraded = "HTTP/1.1 101 X\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n";
await answering(`${upgraded}Sec-WebSocket-Accept: x\\r\\n\\r\\n`);
const early = new WebSocket(mute);
thrown(() => early.send("x"));
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, maxPayload: 10 });
await once(server, "listening");
const received = new Promise((resolve) =>
  server.on("connection", (socket) => socket.once("error", resolve)),
);
const socket = new WebSocket(url(server));
await once(socket, "open");
socket.send("x".repeat(11));
const tooBig = await received;
const [code] = await once(socket, "close");
if (code !== 1009) throw new Error(`closed with ${code}`);
socket.send("x"); // says nothing
await new Promise((resolve) => socket.send("x", (error) => resolve(say(error))));
const aborted = failure(early);
early.close();
await aborted;
say(tooBig);
thrown(() => new WebSocket("htp://127.0.0.1"));
console.log(JSON.stringify(messages));
process.exit();
"""


@pytest.fixture(scope="module")
def folder(programs: Build) -> Path:
    return programs(load(FOLDER / "samples.toml"))["echo_client.mjs"].folder


def node(code: str, folder: Path) -> str:
    command = ["node", "--input-type=module", "--eval", code]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def section(anchor: str) -> str:
    return PAGE.split(f"{{ #{anchor} }}", 1)[1].split("\n## ", 1)[0]


def test_the_messages_on_the_page_are_the_ones_seen(folder: Path) -> None:
    shown = re.findall(r"^`([^`]+)`\n:   ", section("errors"), re.MULTILINE)
    assert shown == json.loads(node(ERRORS, folder))


def test_the_defaults_on_the_page_are_those_of_the_installed_version(folder: Path) -> None:
    options = json.loads(node(DEFAULTS, folder))
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", section("defaults"), re.MULTILINE)
    assert len(rows) == 8
    for name, shown in rows:
        value = options[name]
        assert shown == (f"{value:,}" if type(value) is int else f"`{json.dumps(value)}`"), name


def test_the_pinned_version_is_the_one_on_the_page(folder: Path) -> None:
    pinned = json.loads((folder / "package.json").read_text("utf-8"))["dependencies"]["ws"]
    assert f"npm install ws@{pinned}" in PAGE
    assert f"| `ws` {pinned} |" in PAGE
    assert f"produced by `ws` {pinned} in a test" in PAGE


TWO_ADDRESSES = """
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
dns.lookup = (_host, _options, found) =>
  found(null, ["::1", "127.0.0.1"].map((address, i) => ({ address, family: i ? 4 : 6 })));
syncBuiltinESMExports();
"""


def test_a_host_with_two_addresses_that_both_refuse_is_no_failure_without_a_reason(
    programs: Build, tmp_path: Path
) -> None:
    (tmp_path / "two.mjs").write_text(TWO_ADDRESSES)
    options = f"--import {(tmp_path / 'two.mjs').as_uri()}"
    url = f"ws://localhost:{free_port()}/"
    built = programs(load(FOLDER / "samples.toml"))
    said = run_client(built["echo_client.mjs"], url, NODE_OPTIONS=options)
    assert said.err == "echo_client.mjs: ECONNREFUSED\n"
    client = built["resilient_client.mjs"]
    running = Running(client.command(url), client.folder, NODE_OPTIONS=options, UNIT_MS="20")
    try:
        assert resilient.losses(running, 1)[0].reason == "ECONNREFUSED"
    finally:
        running.end()


def never_closing(sock: socket.socket, record: peers.Record) -> None:
    peer = Peer.accept(sock)
    sock.settimeout(2 * STOP_LIMIT)
    peer.wait_for_end()


def test_the_resilient_client_stops_though_its_close_is_not_answered(programs: Build) -> None:
    client = programs(load(FOLDER / "samples.toml"))["resilient_client.mjs"]
    # In shorter seconds the heartbeat would end it.
    with (
        peers.server(never_closing) as record,
        resilient.listening(client, record.url, 1000) as running,
    ):
        running.errors_with("connected", 1, within=resilient.PATIENCE)
        stopped(running)


def test_an_error_without_a_listener_ends_the_process(folder: Path) -> None:
    code = 'import WebSocket from "ws"; new WebSocket("ws://127.0.0.1:1/");'
    with pytest.raises(AssertionError, match="Unhandled 'error' event"):
        node(code, folder)
