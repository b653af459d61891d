// Two lines to the same answers, with one interface: over WebSocket, and over server-sent events.
//
// `line.ask(prompt, take)` begins an answer and calls `take(event)` for each event, in order, each
// once. It returns what `line.result(id, call, value)` and `line.cancel(id)` take.

import { ResilientSocket } from "../../build/reconnection/resilient_socket.js";

// --8<-- [start:asked]
/** An answer as the client has it: `take` gets what follows the last event, and nothing twice. */
class Asked {
  constructor(prompt, take) {
    this.id = crypto.randomUUID();
    this.prompt = prompt;
    this.take = take;
    this.after = 0;
    this.said = []; // results and cancellations: said again, they do nothing
  }

  /** Whether that was the last one. */
  add(event) {
    if (event.n !== this.after + 1) return false; // we have it
    this.after = event.n;
    this.take(event);
    return event.type === "end";
  }
}
// --8<-- [end:asked]

// --8<-- [start:websocket]
export class WebSocketLine {
  #socket;
  #open = false;
  #asked = new Map(); // by a short tag, which each event carries: an id would cost 36 bytes
  #tags = 0;

  constructor(url, { say = () => {}, ...options } = {}) {
    this.#socket = new ResilientSocket(url, options);
    this.#socket.addEventListener("open", () => {
      this.#open = true;
      say("Connected.");
      for (const [tag, one] of this.#asked) {
        this.#ask(tag, one);
        for (const message of one.said) this.#send(message); // one may have been lost
      }
    });
    this.#socket.addEventListener("message", ({ data }) => {
      const event = JSON.parse(data);
      if (this.#asked.get(event.tag)?.add(event)) this.#asked.delete(event.tag);
    });
    this.#socket.addEventListener("lost", ({ detail: { code, wait } }) => {
      this.#open = false;
      say(`Lost (${code}); next attempt in ${(wait / 1000).toFixed(1)} s.`);
    });
    this.#socket.addEventListener("stopped", ({ detail: { code } }) => say(`Ended by the server (${code}).`));
  }

  ask(prompt, take) {
    const one = new Asked(prompt, take);
    this.#asked.set(++this.#tags, one);
    if (this.#open) this.#ask(this.#tags, one);
    return one.id;
  }

  result = (id, call, value) => this.#say({ type: "result", id, call, value });
  cancel = (id) => this.#say({ type: "cancel", id });
  close = () => this.#socket.close();

  #say(message) {
    for (const one of this.#asked.values()) if (one.id === message.id) one.said.push(message);
    this.#send(message);
  }

  #ask(tag, { id, prompt, after }) {
    this.#send({ type: "ask", tag, id, prompt, after }); // asking again resumes
  }

  #send(message) {
    if (this.#open) this.#socket.send(JSON.stringify(message));
  }
}
// --8<-- [end:websocket]

// --8<-- [start:sse]
export class SseLine {
  #url;
  #say;
  #sources = new Map();
  #begun = new Map(); // what has to be answered before anything else is said of an answer
  #second;

  constructor(url, { say = () => {}, second = 1000 } = {}) {
    this.#url = url.replace(/^ws/, "http").replace(/\/*$/, "/");
    this.#say = say;
    this.#second = second;
    say("Ready: each answer has a connection of its own.");
  }

  ask(prompt, take) {
    const one = new Asked(prompt, take);
    this.#sources.set(one.id, null);
    const begun = this.#post({ type: "ask", id: one.id, prompt });
    this.#begun.set(one.id, begun);
    begun.then(() => this.#sources.has(one.id) && this.#follow(one));
    return one.id;
  }

  result = (id, call, value) => this.#post({ type: "result", id, call, value });
  cancel = (id) => this.#begun.get(id)?.then(() => this.#post({ type: "cancel", id }));

  close() {
    for (const source of this.#sources.values()) source?.close();
    this.#sources.clear();
  }

  #follow(one) {
    const source = new EventSource(this.#url + one.id); // comes back by itself, and says its last id
    this.#sources.set(one.id, source);
    source.onopen = () => this.#say("Connected.");
    source.onmessage = ({ data, lastEventId }) => {
      if (one.add({ n: Number(lastEventId), ...JSON.parse(data) })) this.#end(one.id); // or it would connect again
    };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return this.#say("Lost; the browser connects again.");
      one.add({ n: one.after + 1, type: "end", reason: "lost" }); // 404: nobody read it for a while
      return this.#end(one.id);
    };
  }

  #end(id) {
    this.#sources.get(id)?.close();
    this.#sources.delete(id);
    this.#begun.delete(id);
  }

  /** Every message may be sent again: it does nothing the second time. */
  async #post(message) {
    for (let attempt = 1; attempt <= 5; attempt++) {
      try {
        const response = await fetch(this.#url, { method: "POST", body: JSON.stringify(message) });
        if (response.status < 500) return;
      } catch {
        // no connection; again, after a pause
      }
      this.#say("A request failed; trying again.");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** attempt * this.#second));
    }
    this.#say("No server answers.");
  }
}
// --8<-- [end:sse]
