// A WebSocket that comes back, for pages that live through sleep, tunnels and deployments.

// --8<-- [start:class]
import { final, next, pause } from "./backoff.js";

const HEARTBEAT = 20; // seconds of silence before we ask
const PATIENCE = 10; // seconds to wait for an answer

/**
 * Fires `open`, `message` with `data`, `lost` for each loss with `detail` { code, attempt,
 * wait, error }, where `error` says why there was no address, and `stopped` with `detail`
 * { code } when it gives up.
 */
export class ResilientSocket extends EventTarget {
  #url;
  #second; // in milliseconds; our tests make it short
  #socket = null; // or what stands for it while we wait for the address
  #attempt = 0;
  #timer = 0;
  #page = new AbortController();

  /**
   * @param {string | URL | (() => string | Promise<string>)} url the address, or a
   *   function that gives one for each attempt; if it fails, so has the attempt
   * @param {{ second?: number }} options
   */
  constructor(url, { second = 1000 } = {}) {
    super();
    this.#url = url;
    this.#second = second;
    const { signal } = this.#page;
    // Only a page has these events; Node.js has no such function.
    const listen = (name, act) => globalThis.addEventListener?.(name, act, { signal });
    listen("online", () => this.#hurry());
    listen("visibilitychange", () => document.hidden || this.#hurry());
    // Out of the back-forward cache a page comes without its connection, and
    // in Chromium after "visibilitychange", which has then begun a new one.
    listen("pagehide", () => this.#leave());
    listen("pageshow", ({ persisted }) => persisted && this.#hurry());
    this.#connect();
  }

  /** Whether the message was handed to the browser. If not, it is yours to keep. */
  send(data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  close() {
    this.#page.abort();
    this.#leave();
  }

  #leave() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null; // what it still fires is not ours anymore
    socket?.close?.(1000);
  }

  #hurry() {
    if (this.#socket === null && !this.#page.signal.aborted) this.#connect();
  }
  // --8<-- [end:class]

  // --8<-- [start:connect]
  #connect() {
    clearTimeout(this.#timer);
    if (typeof this.#url !== "function") return this.#open(this.#url);
    const asked = (this.#socket = {});
    const mine = (act) => (value) => this.#socket === asked && act(value);
    Promise.resolve()
      .then(() => this.#url())
      .then(mine((url) => this.#open(url)))
      .catch(mine((error) => this.#lost(1006, -Infinity, error)));
  }

  #open(url) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    let opened = Infinity;
    const mine = (act) => (event) => this.#socket === socket && act(event);
    const lost = (code) => this.#lost(code, performance.now() - opened);

    // There is no ping() here: a message that the server answers does instead.
    const listen = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        socket.send("ping");
        this.#timer = setTimeout(() => lost(1006), PATIENCE * this.#second);
      }, HEARTBEAT * this.#second);
    };
    socket.onopen = mine(() => {
      opened = performance.now();
      listen();
      // To the server this is new: subscribe, and ask for what was missed.
      this.dispatchEvent(new Event("open"));
    });
    socket.onmessage = mine(({ data }) => {
      listen();
      if (data === "ping") return;
      this.dispatchEvent(new MessageEvent("message", { data }));
    });
    socket.onclose = mine(({ code }) => lost(code));
  }
  // --8<-- [end:connect]

  // --8<-- [start:lost]
  #lost(code, lasted, error) {
    this.#leave(); // a dead line would take its time to close
    if (final(code)) {
      this.#page.abort();
      this.dispatchEvent(new CustomEvent("stopped", { detail: { code } }));
      return;
    }
    this.#attempt = next(this.#attempt, lasted / this.#second);
    const wait = pause(this.#attempt, code) * this.#second;
    this.#timer = setTimeout(() => this.#connect(), wait);
    const detail = { code, attempt: this.#attempt, wait, error };
    this.dispatchEvent(new CustomEvent("lost", { detail }));
  }
}
// --8<-- [end:lost]
