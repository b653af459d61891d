// Send one text and one binary message to an echo server and check what comes back.

// --8<-- [start:connect]
import { once } from "node:events";
import WebSocket from "ws";

const MESSAGES = ["Hello, WebSocket! ✓", Buffer.from([0x00, 0x7f, 0x80, 0xff])];

async function run(url) {
  const socket = new WebSocket(url, { handshakeTimeout: 4000, maxPayload: 64 * 1024 });
  const deadline = AbortSignal.timeout(6000);
  const life = new AbortController();
  socket.on("error", (error) => life.abort(error)); // also where nobody waits: else we die
  socket.once("close", (code) => life.abort(new Error(`closed with ${code}`)));
  const signal = AbortSignal.any([deadline, life.signal]);
  try {
    await once(socket, "open", { signal });
    for (const message of MESSAGES) {
      await exchange(socket, message, signal);
    }
    socket.close(1000);
    await once(socket, "close", { signal: deadline });
  } finally {
    socket.terminate(); // does nothing after the close
  }
}
// --8<-- [end:connect]

// --8<-- [start:exchange]
async function exchange(socket, message, signal) {
  const isText = typeof message === "string";
  const received = once(socket, "message", { signal }); // before the sending
  socket.send(message);
  const [data, isBinary] = await received; // data is a Buffer, for text too
  const echo = isBinary ? data : data.toString();
  if (isBinary === isText || Buffer.compare(data, Buffer.from(message)) !== 0) {
    throw new Error(`sent ${message}, received ${echo}`);
  }
  console.log(isText ? `text: ${echo}` : `binary: ${echo.toString("hex")}`);
}
// --8<-- [end:exchange]

// --8<-- [start:main]
const [url, ...more] = process.argv.slice(2);
if (url === undefined || more.length > 0) {
  console.error("usage: node echo_client.mjs ws://HOST:PORT/PATH");
  process.exit(2);
}
try {
  await run(url);
} catch (error) {
  const { message, code } = error.cause ?? error; // an AbortError's cause tells which wait ended
  console.error(`echo_client.mjs: ${message || code}`); // no message where two addresses failed
  process.exitCode = 1;
}
// --8<-- [end:main]
