// A chat without a document: where it stands, and what waits to get a number.

import { ResilientSocket } from "../../build/reconnection/resilient_socket.js";

const TYPING = 3000; // milliseconds between signs of typing

// --8<-- [start:chat]
/**
 * What happens is told to the functions of `show`: those with the name of a server's message get that
 * message; `reset` is called where everything shown is to be forgotten, `waiting` with a text that has no
 * number yet, `lost` and `stopped` with the detail of the socket's event.
 * @param {string} url
 * @param {{ room: string, name: string, second?: number }} who with options of the socket
 * @param {Record<string, (detail: any) => void>} show
 */
export function chat(url, { room, name, ...options }, show) {
  const waiting = new Map(); // texts by key, in order, until they come back with a number
  let epoch = "";
  let last = 0; // the number of the newest message that we have
  let typed = -TYPING;
  let socket;

  const send = (message) => socket.send(JSON.stringify(message)); // if there is a connection

  // --8<-- [end:chat]

  // --8<-- [start:connect]
  function connect() {
    socket = new ResilientSocket(url, options);
    socket.addEventListener("open", () => {
      send({ type: "join", room, name, epoch, after: last });
      for (const [key, text] of waiting) send({ type: "say", key, text });
    });
    socket.addEventListener("message", ({ data }) => take(JSON.parse(data)));
    socket.addEventListener("lost", ({ detail }) => show.lost(detail));
    socket.addEventListener("stopped", ({ detail }) => show.stopped(detail));
  }
  // --8<-- [end:connect]

  // --8<-- [start:say]
  /** Show a text as waiting, and send it until it has a number. */
  function say(text) {
    const key = crypto.randomUUID();
    waiting.set(key, text);
    show.waiting({ key, text });
    send({ type: "say", key, text });
    typed = -TYPING; // whoever types on now has begun anew
  }

  function typing() {
    if (performance.now() - typed < TYPING) return;
    typed = performance.now();
    send({ type: "typing" });
  }
  // --8<-- [end:say]

  // --8<-- [start:take]
  function take(message) {
    if (message.type === "joined") {
      if (message.epoch !== epoch) show.reset();
      epoch = message.epoch;
      last = message.after;
    }
    if (message.type === "gap") last += message.missed;
    if (message.type === "message") last = message.id;
    waiting.delete(message.key); // it has its number, or was refused
    show[message.type]?.(message);
  }
  // --8<-- [end:take]

  return { connect, disconnect: () => socket.close(), say, typing };
}
