// Echo text and binary messages, limit what a client can make us keep, close with 1001 on SIGTERM.

// --8<-- [start:handler]
import { WebSocketServer } from "ws";

const MAX_SIZE = 64 * 1024; // bytes of one message
const MAX_UNSENT = 1024 * 1024; // bytes kept for a client that does not read

function echo(socket, request) {
  const peer = request.socket.remoteAddress;
  socket.on("error", (error) => console.error(`${peer}: ${error.message}`)); // without it we die
  socket.on("message", (data, isBinary) => {
    socket.send(data, { binary: isBinary }, () => {
      if (socket.bufferedAmount < MAX_UNSENT) {
        socket.resume();
      }
    });
    if (socket.bufferedAmount > MAX_UNSENT) {
      socket.pause(); // TCP makes the client wait
    }
  });
}
// --8<-- [end:handler]

// --8<-- [start:main]
const port = Number(process.argv[2]);
if (process.argv.length !== 3 || !Number.isInteger(port) || port < 0 || port > 65535) {
  console.error("usage: node echo_server.mjs PORT");
  process.exit(2);
}
const server = new WebSocketServer({
  host: "127.0.0.1",
  port,
  maxPayload: MAX_SIZE,
  closeTimeout: 5000,
});
server.on("connection", echo);
server.on("listening", () => console.log(`listening on ws://127.0.0.1:${port}`));
server.on("error", (error) => {
  console.error(`echo_server.mjs: ${error.message}`);
  process.exit(1);
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    server.close(); // takes no more; the process ends with its last connection
    setTimeout(() => process.exit(), 6000).unref(); // without who sent half a request
    for (const socket of server.clients) {
      socket.close(1001, "server stopping");
      socket.resume(); // the answer must be read
    }
  });
}
// --8<-- [end:main]
