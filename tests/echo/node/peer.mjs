// Sends messages with `ws` or undici and prints, as JSON, what came back.
// Arguments: the library, the server's address. Standard input: a list of [kind, base64].
import { readFileSync } from "node:fs";

const [library, address] = process.argv.slice(2);
const messages = JSON.parse(readFileSync(0, "utf8")).map(([kind, base64]) => {
  const bytes = Buffer.from(base64, "base64");
  return kind === "text" ? bytes.toString("utf8") : bytes;
});

const { WebSocket } = await import(library);
const socket = new WebSocket(address);
socket.binaryType = "arraybuffer";

/** @returns {Promise<Event>} the next event of a kind; an error rejects. */
function next(kind) {
  return new Promise((resolve, reject) => {
    socket.addEventListener(kind, resolve, { once: true });
    socket.addEventListener("error", (event) => reject(event.error ?? event), { once: true });
  });
}

await next("open");
const seen = { extensions: socket.extensions, echoes: [] };
for (const message of messages) {
  const echo = next("message");
  socket.send(message);
  const { data } = await echo;
  const text = typeof data === "string";
  seen.echoes.push([text ? "text" : "binary", Buffer.from(data).toString("base64")]);
}
if (library === "ws") {
  // A browser's interface, which undici has, knows no pings.
  const pong = new Promise((resolve) => socket.once("pong", resolve));
  socket.ping("are you there");
  seen.pong = (await pong).toString();
}
const closed = next("close");
socket.close(4000, "done");
const { code, reason, wasClean } = await closed;
process.stdout.write(JSON.stringify({ ...seen, code, reason, wasClean }));
