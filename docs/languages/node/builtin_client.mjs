// The echo client without a library: Node.js 22 or newer, Deno and Bun have the browser's WebSocket.

const MESSAGES = ["Hello, WebSocket! ✓", new Uint8Array([0x00, 0x7f, 0x80, 0xff])];

// --8<-- [start:connect]
/** A promise of the next event; rejects where the connection ends or the time is over. */
function next(socket, type, deadline) {
  return new Promise((resolve, reject) => {
    const options = { once: true };
    socket.addEventListener(type, resolve, options);
    socket.addEventListener(
      "close",
      ({ code }) => reject(new Error(`closed with ${code}`)),
      options,
    );
    deadline.addEventListener("abort", () => reject(deadline.reason), options);
  });
}

async function run(url) {
  const socket = new WebSocket(url);
  const deadline = AbortSignal.timeout(6000);
  socket.binaryType = "arraybuffer"; // the default is "blob"
  await next(socket, "open", deadline);
  for (const message of MESSAGES) {
    const received = next(socket, "message", deadline);
    socket.send(message);
    const { data } = await received;
    check(message, data);
  }
  socket.close(1000);
  await next(socket, "close", deadline);
}
// --8<-- [end:connect]

// --8<-- [start:check]
function check(message, data) {
  if (typeof message === "string") {
    if (data !== message) throw new Error(`sent ${message}, received ${data}`);
    console.log(`text: ${data}`);
  } else {
    if (typeof data === "string") throw new Error(`sent bytes, received ${data}`);
    const bytes = [...new Uint8Array(data)];
    if (String(bytes) !== String(message)) throw new Error(`sent ${message}, received ${bytes}`);
    console.log(`binary: ${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
  }
}
// --8<-- [end:check]

const [url, ...more] = process.argv.slice(2);
if (url === undefined || more.length > 0) {
  console.error("usage: node builtin_client.mjs ws://HOST:PORT/PATH");
  process.exit(2);
}
try {
  await run(url);
} catch (error) {
  console.error(`builtin_client.mjs: ${error.message}`);
  process.exit(1); // there is no way to drop a connection that does not close
}
