// A server that pings, notices who is gone, and answers the heartbeat of a page.

import { WebSocketServer } from "ws";

const SECOND = Number(process.env.UNIT_MS ?? 1000); // in milliseconds; our tests make it short

// --8<-- [start:watch]
function watch(socket) {
  let timer, number = 0, sent = 0;
  const ping = () => {
    socket.ping(String(++number));
    sent = performance.now();
    timer = setTimeout(() => {
      console.log("no pong");
      socket.terminate(); // not close(): a dead peer would be waited for
    }, 10 * SECOND);
  };
  socket.on("pong", (data) => {
    if (data.toString() !== String(number) || sent === 0) return; // not the answer
    console.log(`round trip ${(performance.now() - sent).toFixed(1)} ms`);
    sent = 0;
    clearTimeout(timer);
    timer = setTimeout(ping, 20 * SECOND);
  });
  socket.on("close", () => clearTimeout(timer));
  timer = setTimeout(ping, 20 * SECOND);
}
// --8<-- [end:watch]

const [port, ...more] = process.argv.slice(2);
if (!/^\d+$/.test(port ?? "") || more.length > 0) {
  console.error("usage: node server.mjs PORT");
  process.exit(2);
}
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(port), maxPayload: 65_536 });
server.on("listening", () => console.log(`listening on ws://127.0.0.1:${port}`));
server.on("connection", (socket) => {
  socket.on("error", (error) => console.error(error.message)); // "close" follows
  socket.on("message", (data, isBinary) => {
    if (!isBinary && data.toString() === "ping") socket.send("ping");
  });
  watch(socket);
});
process.on("SIGTERM", () => {
  for (const socket of server.clients) socket.close(1001);
  server.close();
  setTimeout(() => process.exit(), 6000).unref(); // without who is dead, or sent half a request
});
