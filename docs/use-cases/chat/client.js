// A chat without a document: what has been received, and what waits to be.

import { ResilientSocket } from "../../build/reconnection/resilient_socket.js";

const MOST = 50; // messages that may wait for the server
const TYPING = 3000; // milliseconds between signs of typing

// --8<-- [start:chat]
/**
 * Fires `joined`, `reset` where everything shown is to be forgotten, `waiting`, `message`, `refused`,
 * `people`, `gap`, `lost` and `stopped`, each with its `detail`.
 */
export class Chat extends EventTarget {
  #url;
  #who;
  #options;
  #socket = null;
  #joined = false;
  #epoch = "";
  #last = 0; // the number of the newest message that we have
  #waiting = new Map(); // texts by key, in order, until they come back with a number
  #typed = -TYPING;

  constructor(url, { room, name, ...options }) {
    super();
    this.#url = url;
    this.#who = { room, name };
    this.#options = options;
  }

  connect() {
    this.disconnect();
    this.#socket = new ResilientSocket(this.#url, this.#options);
    this.#socket.addEventListener("open", () =>
      this.#send({ type: "join", ...this.#who, epoch: this.#epoch, after: this.#last }),
    );
    this.#socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(data)));
    for (const type of ["lost", "stopped"])
      this.#socket.addEventListener(type, ({ detail }) => {
        this.#joined = false;
        this.#fire(type, detail);
      });
  }

  disconnect() {
    this.#socket?.close();
    this.#socket = null;
    this.#joined = false;
  }

  /** Whether the text was taken: it is then shown as waiting, and sent until it has a number. */
  say(text) {
    if (this.#waiting.size >= MOST) return false;
    const key = crypto.randomUUID();
    this.#waiting.set(key, text);
    this.#fire("waiting", { key, text });
    this.#typed = -TYPING; // whoever types on now has begun anew
    if (this.#joined) this.#send({ type: "say", key, text });
    return true;
  }

  typing() {
    if (!this.#joined || performance.now() - this.#typed < TYPING) return;
    this.#typed = performance.now();
    this.#send({ type: "typing" });
  }
  // --8<-- [end:chat]

  // --8<-- [start:take]
  #take(message) {
    if (message.type === "joined") {
      if (message.epoch !== this.#epoch) this.#fire("reset");
      this.#epoch = message.epoch;
      this.#last = message.after;
      this.#joined = true;
      this.#fire("joined");
      for (const [key, text] of this.#waiting) this.#send({ type: "say", key, text });
      return;
    }
    if (message.type === "gap") this.#last += message.missed;
    if (message.type === "message") {
      if (message.id <= this.#last) return; // we have it
      this.#last = message.id;
      message.mine = this.#waiting.delete(message.key);
    }
    if (message.type === "refused") this.#waiting.delete(message.key);
    this.#fire(message.type, message);
  }
  // --8<-- [end:take]

  #send(message) {
    this.#socket?.send(JSON.stringify(message));
  }

  #fire(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
