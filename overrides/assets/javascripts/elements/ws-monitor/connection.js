/**
 * A live WebSocket as a source of session events.
 * @module
 */

import { SUBPROTOCOL } from "../../lib/report.js";

/** Milliseconds after which an opening handshake without an answer is given up. */
const PATIENCE = 10_000;

/** @typedef {import("../../lib/session.js").SessionEvent} SessionEvent */

export class Connection {
  /** @type {WebSocket | null} */
  #socket = null;
  #timer = 0;

  /**
   * @param {string} url
   * @param {(event: SessionEvent) => void} dispatch called with each event, as it happens
   */
  constructor(url, dispatch) {
    this.url = url;
    this.dispatch = dispatch;
  }

  now() {
    return performance.now();
  }

  start() {
    // Not performance.timeOrigin: that clock stands still while the machine sleeps.
    const epoch = Date.now() - performance.now();
    this.#say({ type: "connecting", url: this.url, epoch });
    try {
      this.#socket = new WebSocket(this.url, SUBPROTOCOL);
    } catch (error) {
      // A page over TLS may not connect without it, and a policy may forbid the address.
      this.#say({ type: "closed", code: 1006, reason: /** @type {Error} */ (error).message, clean: false });
      return;
    }
    const socket = this.#socket;
    socket.binaryType = "arraybuffer";
    this.#timer = setTimeout(() => socket.close(), PATIENCE);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#say({ type: "open", protocol: socket.protocol });
    };
    socket.onmessage = ({ data }) => {
      this.#say({ type: "message-in", data: typeof data === "string" ? data : new Uint8Array(data) });
    };
    socket.onclose = ({ code, reason, wasClean }) => {
      clearTimeout(this.#timer);
      this.#say({ type: "closed", code, reason, clean: wasClean });
    };
  }

  /** @param {string | Uint8Array<ArrayBuffer>} data */
  send(data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    // Counted before it is sent, so that no answer can come first.
    this.#say({ type: "message-out", data });
    this.#socket.send(data);
  }

  close() {
    if (!this.#socket || this.#socket.readyState > WebSocket.OPEN) return;
    this.#say({ type: "closing" });
    this.#socket.close(1000);
  }

  /** Closes without another event: whoever listened is gone. */
  abandon() {
    this.dispatch = () => {};
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  /** @param {any} event */
  #say(event) {
    this.dispatch({ at: this.now(), ...event });
  }
}
