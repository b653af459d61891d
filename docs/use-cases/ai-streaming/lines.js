// Two lines to the same answers, with one interface: over WebSocket, and over server-sent events.

import { pause } from "../../build/reconnection/backoff.js";
import { ResilientSocket } from "../../build/reconnection/resilient_socket.js";

/** @typedef {{ n: number, type: string, [field: string]: any }} AnswerEvent */
/** @typedef {{ type: "ask" | "result" | "cancel", id: string, [field: string]: any }} Message */

// --8<-- [start:line]
/** What both lines are. Each has its own `send`, which gets a message through, sooner or later. */
class Line {
  /** The answers that have not ended, by the beginning of their ids, which marks their events. */
  running = new Map();
  find = (id) => this.running.get(id.slice(0, 8));

  /**
   * @param {string} url of the server
   * @param {{ say?: (state: string) => void, second?: number }} options `say` is told when the
   *   line opens and when it is lost; `second` is in milliseconds, for tests
   */
  constructor(url, { say = () => {}, second = 1000 } = {}) {
    Object.assign(this, { url: url.replace(/^ws/, "http"), say, second });
  }

  /**
   * Begin an answer; returns its id.
   * @param {string} prompt
   * @param {(event: AnswerEvent) => void} take gets each event, in order, once
   */
  ask(prompt, take) {
    const id = crypto.randomUUID();
    this.running.set(id.slice(0, 8), { after: 0, take, said: [], tries: 0 });
    this.send({ type: "ask", id, prompt });
    return id;
  }

  /** Send what a tool gave; `call` is the number of the event that asked for it. */
  result = (id, call, value) => this.send({ type: "result", id, call, value });

  /** Stop the model. The answer still gets its last event. */
  cancel = (id) => this.send({ type: "cancel", id });

  /** Hand on an event if it is the next one. */
  add({ id, ...event }) {
    const answer = this.find(id);
    if (event.n !== answer?.after + 1) return; // we have it
    answer.after = event.n;
    if (event.type === "end") this.running.delete(id.slice(0, 8));
    answer.take(event);
  }
}
// --8<-- [end:line]

// --8<-- [start:websocket]
export class WebSocketLine extends Line {
  constructor(url, options) {
    super(url, options);
    this.socket = new ResilientSocket(url, options);
    for (const state of ["open", "lost", "stopped"])
      this.socket.addEventListener(state, () => this.say(state));
    this.socket.addEventListener("open", () => {
      for (const { after, said } of this.running.values())
        for (const message of said) this.socket.send(JSON.stringify({ ...message, after }));
    });
    this.socket.addEventListener("message", ({ data }) => this.add(JSON.parse(data)));
  }

  /** At once, if the line is open, and again whenever it opens: one may have been lost. */
  send(message) {
    this.find(message.id)?.said.push(message);
    this.socket.send(JSON.stringify(message));
  }

  close = () => this.socket.close();
}
// --8<-- [end:websocket]

// --8<-- [start:sse]
export class SseLine extends Line {
  sent = Promise.resolve();

  /** One request after the other, for they could overtake each other. */
  send(message) {
    this.sent = this.sent.then(() => this.post(message));
    if (message.type === "ask") this.sent.then(() => this.follow(message.id));
  }

  async post(message) {
    const request = { method: "POST", body: JSON.stringify(message) };
    for (let attempt = 1; this.find(message.id); attempt++) {
      const response = await fetch(this.url, request).catch(() => null);
      if (response?.status < 500) return;
      await new Promise((resolve) => setTimeout(resolve, pause(attempt) * this.second));
    }
  }

  follow(id) {
    const answer = this.find(id);
    if (!answer) return; // closed meanwhile
    const source = new EventSource(`${this.url}/${id}?after=${answer.after}`);
    answer.close = () => source.close();
    source.onopen = () => {
      answer.tries = 0;
      this.say("open");
    };
    source.onmessage = ({ data, lastEventId }) => {
      this.add({ id, n: Number(lastEventId), ...JSON.parse(data) });
      if (this.find(id)) return;
      source.close(); // or it would connect again
      this.say("closed");
    };
    source.onerror = () => {
      this.say("lost"); // the browser connects again by itself, except after an answer like 502
      if (source.readyState === EventSource.CLOSED)
        setTimeout(() => this.follow(id), pause(++answer.tries) * this.second);
    };
  }

  close() {
    for (const answer of this.running.values()) answer.close?.();
    this.running.clear();
  }
}
// --8<-- [end:sse]
