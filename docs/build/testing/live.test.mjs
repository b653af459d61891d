// Real sockets and fake time, by what Node.js brings: `node --test`.

// --8<-- [start:test]
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import WebSocket, { WebSocketServer } from "ws";
import { Live } from "./live.js";

test("it waits as long as it should, and then comes back", async (t) => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, "listening");
  t.mock.timers.enable({ apis: ["setTimeout"] });

  const url = `ws://127.0.0.1:${server.address().port}`;
  const live = new Live(url, { WebSocket, random: () => 1 });
  t.after(() => live.close());
  for (const pause of [2000, 4000, 8000]) {
    const [connection] = await once(server, "connection");
    const waiting = once(live, "waiting");
    connection.terminate(); // no close frame
    await waiting;
    t.mock.timers.tick(pause - 1);
    assert.equal(live.socket.readyState, WebSocket.CLOSED);
    t.mock.timers.tick(1);
    assert.equal(live.socket.readyState, WebSocket.CONNECTING);
  }

  const [connection] = await once(server, "connection");
  const message = once(live, "message");
  connection.send("hello");
  assert.equal((await message)[0].data, "hello");
  connection.close(1000);
});
// --8<-- [end:test]
