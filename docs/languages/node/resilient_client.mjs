// Print every message that a server sends; connect again whenever the connection is lost.

// --8<-- [start:pause]
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

const SECOND = Number(process.env.UNIT_MS ?? 1000); // in milliseconds; our tests make it short
const LONGEST = 60 * SECOND; // of all pauses that grow
const STABLE = 60 * SECOND; // a connection is good after this; a dead one is noticed in 40

/** How long to wait before an attempt, counted from the last good connection. */
function pause(attempt, code) {
  if (code === 1012) return (5 + 25 * Math.random()) * SECOND; // all lost the server: spread out
  if (code === 1013) return (30 + 30 * Math.random()) * SECOND; // it is overloaded
  return Math.random() * Math.min(2 ** (attempt - 1) * SECOND, LONGEST); // full jitter
}
// --8<-- [end:pause]

// --8<-- [start:connection]
/** Last from the handshake to the end, and tell how it ended. Rejects for a wrong address alone. */
function connection(url, stop) {
  return new Promise((resolve) => {
    const limits = { handshakeTimeout: 10_000, closeTimeout: 5 * SECOND, maxPayload: 64 * 1024 };
    const socket = new WebSocket(url, limits);
    const end = { opened: Infinity };
    let heartbeat;
    const leave = () => socket.close(1000);
    stop.addEventListener("abort", leave);

    socket.on("open", () => {
      // To the server this client is new: subscribe here, and ask for what was missed.
      console.error("connected");
      end.opened = performance.now();
      let pongs = true;
      heartbeat = setInterval(() => {
        if (!pongs) {
          end.reason = "no pong";
          socket.terminate();
        }
        pongs = false;
        socket.ping();
      }, 20 * SECOND);
      socket.on("pong", () => (pongs = true));
    });
    socket.on("message", (data, isBinary) => console.log(isBinary ? data : data.toString()));
    socket.on("unexpected-response", (_request, response) => {
      end.status = response.statusCode;
      end.reason = `refused with ${end.status}`;
      socket.terminate();
    });
    socket.on("error", (error) => (end.reason ??= error.message || error.code)); // "close" follows
    socket.on("close", (code) => {
      clearInterval(heartbeat);
      stop.removeEventListener("abort", leave);
      resolve({ ...end, code, reason: end.reason ?? `closed with ${code}` });
    });
  });
}
// --8<-- [end:connection]

// --8<-- [start:listen]
async function listen(url, stop) {
  for (let attempt = 1; ; attempt++) {
    const end = await connection(url, stop);
    if (stop.aborted || end.code === 1000) return;
    if (end.code === 1008 || (end.status >= 400 && end.status < 500)) throw new Error(end.reason);
    if (performance.now() - end.opened > STABLE) attempt = 1;
    const wait = pause(attempt, end.code);
    console.error(`lost: ${end.reason}; attempt ${attempt} in ${Math.round(wait)} ms`);
    await sleep(wait, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) return;
  }
}
// --8<-- [end:listen]

// --8<-- [start:main]
const [url, ...more] = process.argv.slice(2);
if (url === undefined || more.length > 0) {
  console.error("usage: node resilient_client.mjs ws://HOST:PORT/PATH");
  process.exit(2);
}
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => stopping.abort());
}
try {
  await listen(url, stopping.signal);
} catch (error) {
  console.error(`resilient_client.mjs: ${error.message}`); // a wrong address, too
  process.exitCode = 1;
}
// --8<-- [end:main]
