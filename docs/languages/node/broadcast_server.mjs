// Send every message that a client sends to all clients, and to none more than it can take.

// --8<-- [start:broadcast]
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { WebSocketServer, WebSocket } from "ws";

const MAX_SIZE = 16 * 1024; // bytes of one message
const MAX_UNSENT = 64 * MAX_SIZE; // bytes that wait for one client: 1 MiB
const { TOKEN, ORIGIN, MAX_CLIENTS = "1000" } = process.env;

const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_SIZE });

function end(socket, code, reason) {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), 5000).unref(); // it may read nothing, not even this
}

function broadcast(data, isBinary) {
  for (const socket of sockets.clients) {
    if (socket.readyState !== WebSocket.OPEN) continue;
    if (socket.bufferedAmount > MAX_UNSENT) {
      end(socket, 1013, "too slow");
    } else {
      socket.send(data, { binary: isBinary });
    }
  }
}

sockets.on("connection", (socket, request) => {
  const peer = request.socket.remoteAddress;
  socket.on("error", (error) => console.error(`${peer}: ${error.message}`));
  socket.on("message", broadcast);
});
// --8<-- [end:broadcast]

// --8<-- [start:admit]
function same(given, wanted) {
  const hash = (text) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted)); // takes as long for any input
}

/** The status to refuse a request with, or undefined. */
function refusal({ headers }) {
  const session = /(?:^|;\s*)session=([^;]*)/.exec(headers.cookie ?? "")?.[1] ?? "";
  if (!same(session, TOKEN)) return "401 Unauthorized";
  if (headers.origin !== undefined && headers.origin !== ORIGIN) return "403 Forbidden";
  if (sockets.clients.size >= Number(MAX_CLIENTS)) return "503 Service Unavailable";
  return undefined;
}

const server = createServer((_request, response) => response.writeHead(426).end());

server.on("upgrade", (request, stream, head) => {
  const status = refusal(request);
  if (status !== undefined) {
    stream.on("error", () => {}); // it may be gone already
    stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  sockets.handleUpgrade(request, stream, head, (socket) => {
    sockets.emit("connection", socket, request);
  });
});
// --8<-- [end:admit]

// --8<-- [start:main]
const port = Number(process.argv[2]);
if (process.argv.length !== 3 || !Number.isInteger(port) || !TOKEN || !ORIGIN) {
  console.error(
    "usage: TOKEN=secret ORIGIN=https://app.example.com node broadcast_server.mjs PORT",
  );
  process.exit(2);
}
server.on("error", (error) => {
  console.error(`broadcast_server.mjs: ${error.message}`);
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => console.log(`listening on ws://127.0.0.1:${port}`));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    server.close(); // takes no more; the process ends with its last connection
    sockets.close(); // an opening handshake that is under way gets 503
    for (const socket of sockets.clients) end(socket, 1001, "server stopping");
    setTimeout(() => process.exit(), 6000).unref(); // someone may have sent half a request
  });
}
// --8<-- [end:main]
