/**
 * Four clients for the same events, each as one would write it without a library.
 * @module
 */

import { eventBytes, frameBytes } from "../../lib/race-bytes.js";

/** @typedef {import("../../lib/race.js").RaceEvent} RaceEvent */
/** @typedef {(event: RaceEvent) => void} Emit */
/** @typedef {{url: string, race: string, from: number}} Server where the race is and begins */

const now = () => performance.now();
/** Milliseconds before a request that failed is sent again. */
const PAUSE = 500;

/**
 * @param {Server} server
 * @param {string} path
 * @param {number} from
 */
function address({ url, race }, path, from) {
  return `${url}${path}?${new URLSearchParams({ race, from: String(from) })}`;
}

/** Asks again: after a time, or, with an interval of 0, after each answer. */
export class Asking {
  #life = new AbortController();

  /**
   * @param {"poll" | "wait"} way
   * @param {Server} server
   * @param {() => number} interval milliseconds
   * @param {Emit} emit
   */
  constructor(way, server, interval, emit) {
    this.#ask(way, server, interval, emit);
  }

  /**
   * @param {"poll" | "wait"} way
   * @param {Server} server
   * @param {() => number} interval
   * @param {Emit} emit
   */
  async #ask(way, server, interval, emit) {
    const { signal } = this.#life;
    let next = server.from;
    emit({ type: "opening", way, at: now() });
    while (!signal.aborted) {
      const asked = now();
      emit({ type: "request", way, at: asked });
      let rest = interval();
      try {
        const response = await fetch(address(server, way, next), { signal, cache: "no-store" });
        const text = await response.text();
        if (!response.ok) throw new Error(`status ${response.status}`);
        emit({ type: "open", way, at: now() });
        emit({ type: "read", way, at: now(), bytes: text.length });
        for (const line of text.split("\n").filter(Boolean)) {
          const { id, made } = JSON.parse(line);
          next = id + 1;
          emit({ type: "event", way, at: now(), id, made });
        }
      } catch {
        if (signal.aborted) return;
        emit({ type: "failed", way, at: now() });
        rest = Math.max(rest, PAUSE);
      }
      const wait = rest - (now() - asked);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  close() {
    this.#life.abort();
  }
}

/** The browser reconnects it, and says which event was its last. */
export class Events {
  /**
   * @param {Server} server
   * @param {Emit} emit
   */
  constructor(server, emit) {
    const way = "events";
    emit({ type: "opening", way, at: now() });
    this.source = new EventSource(address(server, way, server.from));
    this.source.addEventListener("open", () => {
      emit({ type: "request", way, at: now() });
      emit({ type: "open", way, at: now() });
    });
    this.source.addEventListener("message", ({ data, lastEventId }) => {
      const { id, made } = JSON.parse(data);
      emit({ type: "read", way, at: now(), bytes: eventBytes(lastEventId, data.length) });
      emit({ type: "event", way, at: now(), id, made });
    });
    this.source.addEventListener("error", () => {
      const again = this.source.readyState !== EventSource.CLOSED;
      emit({ type: "down", way, at: now(), again });
    });
  }

  close() {
    this.source.close();
  }
}

/** Nobody reconnects it. */
export class Socket {
  /**
   * @param {Server} server
   * @param {Emit} emit
   */
  constructor(server, emit) {
    const way = "socket";
    emit({ type: "opening", way, at: now() });
    this.socket = new WebSocket(address(server, way, server.from).replace(/^http/, "ws"));
    this.socket.addEventListener("open", () => {
      emit({ type: "request", way, at: now() });
      emit({ type: "open", way, at: now() });
    });
    this.socket.addEventListener("message", ({ data }) => {
      const { id, made } = JSON.parse(data);
      emit({ type: "read", way, at: now(), bytes: frameBytes(data.length) });
      emit({ type: "event", way, at: now(), id, made });
    });
    this.socket.addEventListener("close", () => {
      emit({ type: "down", way, at: now(), again: false });
    });
  }

  close() {
    this.socket.close();
  }
}
