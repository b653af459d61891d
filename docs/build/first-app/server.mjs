// --8<-- [start:http]
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const port = Number(process.argv[2] ?? 8000);
const page = readFileSync(new URL("index.html", import.meta.url));
const http = createServer((request, response) => {
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page);
});

const room = new WebSocketServer({ noServer: true, maxPayload: 4096 });
http.on("upgrade", (request, socket, head) => {
  if (request.headers.origin !== `http://${request.headers.host}`) {
    socket.on("error", () => {}); // who is gone already must not end the process
    socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"); // a foreign page
    return;
  }
  room.handleUpgrade(request, socket, head, (client) => room.emit("connection", client));
});
// --8<-- [end:http]

// --8<-- [start:room]
let history = [];

function tell(message) {
  for (const client of room.clients) client.send(JSON.stringify(message));
}

room.on("connection", (client) => {
  client.on("error", (error) => console.error(error.message)); // "close" follows
  client.on("message", (data) => {
    let text;
    try {
      ({ text } = JSON.parse(data));
    } catch {} // not JSON: then there is no text
    if (typeof text !== "string" || text.length > 200) return client.close(1008, "not a message");
    history = [...history, text].slice(-50);
    tell({ texts: [text] });
  });
  client.on("close", () => tell({ people: room.clients.size }));
  client.send(JSON.stringify({ texts: history }));
  tell({ people: room.clients.size });
});
http.listen(port, "127.0.0.1", () => console.log(`open http://127.0.0.1:${port}/ twice`));
// --8<-- [end:room]
