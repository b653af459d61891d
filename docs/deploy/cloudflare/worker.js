// Rooms in which everybody hears everybody: wss://…/rooms/NAME, one Durable Object for each room.
// --8<-- [start:worker]
import { DurableObject } from "cloudflare:workers";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const room = /^\/rooms\/([a-z0-9-]{1,64})$/.exec(pathname)?.[1];
    if (!room) {
      return new Response("No such path\n", { status: 404 });
    }
    if (request.headers.get("Upgrade")?.toLowerCase() !== "websocket") {
      return new Response("This path speaks WebSocket\n", { status: 426 });
    }
    // A page of another site must not connect with this user's cookies.
    const origin = request.headers.get("Origin");
    if (origin !== null && !env.ORIGINS.split(" ").includes(origin)) {
      return new Response("Not from this origin\n", { status: 403 });
    }
    return env.ROOMS.getByName(room).fetch(request);
  },
};
// --8<-- [end:worker]

// --8<-- [start:room]
const MAX_CLIENTS = 500;
const MAX_CHARACTERS = 4096;
// Bytes that may wait for one client that reads too slowly.
const MAX_WAITING = 1_048_576;

export class Room extends DurableObject {
  // Forgotten when the object hibernates.
  messages = 0;

  constructor(ctx, env) {
    super(ctx, env);
    // Answered by the runtime, without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  fetch() {
    if (this.ctx.getWebSockets().length >= MAX_CLIENTS) {
      return new Response("The room is full\n", { status: 503 });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    // server.accept() would keep the object awake, and billed.
    this.ctx.acceptWebSocket(server);
    // Kept for each connection while the object hibernates.
    server.serializeAttachment({ name: crypto.randomUUID().slice(0, 8) });
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, message) {
    if (typeof message !== "string") {
      socket.close(1003, "Text only");
      return;
    }
    if (message.length > MAX_CHARACTERS) {
      socket.close(1009, `At most ${MAX_CHARACTERS} characters`);
      return;
    }
    this.messages += 1;
    const { name } = socket.deserializeAttachment();
    const { messages } = this;
    const heard = JSON.stringify({ from: name, text: message, messages });
    for (const client of this.ctx.getWebSockets()) {
      if (client.readyState !== WebSocket.OPEN) {
        continue;
      }
      if (client.bufferedAmount > MAX_WAITING) {
        client.close(1013, "Too slow");
      } else {
        client.send(heard);
      }
    }
  }

  webSocketClose(socket, code, reason, wasClean) {
    // 1005 says that the client sent no code, 1006 no close frame; neither can be sent.
    if (wasClean) {
      socket.close(code === 1005 ? 1000 : code, reason);
    }
  }

  webSocketError(socket, error) {
    const { name } = socket.deserializeAttachment();
    console.warn(`${name} was lost: ${error}`);
  }
}
// --8<-- [end:room]
