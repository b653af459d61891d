// The echo of ws on Node, with the settings of the echo server or, asked for, its own for compression.
import { WebSocketServer } from "ws";

const ours = {
  serverNoContextTakeover: true,
  serverMaxWindowBits: 12,
  clientMaxWindowBits: 11,
  zlibDeflateOptions: { level: 1, memLevel: 5 },
  threshold: 256,
};

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  maxPayload: 1048576,
  perMessageDeflate: process.argv[2] === "defaults" ? true : ours,
});
server.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on("listening", () => console.log(`ws://127.0.0.1:${server.address().port}`));
