// A WebSocket that comes back, for pages that live through sleep, tunnels and deployments.

// --8<-- [start:pause]
const HEARTBEAT = 20; // seconds of silence before we ask
const PATIENCE = 10; // seconds to wait for an answer
const LONGEST = 60; // seconds of the longest pause that grows
const STABLE = 60; // seconds after which a connection counts as good

/** Seconds to wait before an attempt, counted from the last good connection. */
function pause(attempt, code) {
  if (code === 1012) return 5 + 25 * Math.random(); // all lost the server at once: spread out
  if (code === 1013) return 30 + 30 * Math.random(); // it is overloaded: leave it alone
  return Math.random() * Math.min(2 ** (attempt - 1), LONGEST); // full jitter: anything from 0
}
// --8<-- [end:pause]

// --8<-- [start:class]
/**
 * Fires `open`, `message` with `data`, `lost` with `detail` { code, attempt, wait } for each loss,
 * and `stopped` with `detail` { code } when it gives up.
 */
export class ResilientSocket extends EventTarget {
  #url;
  #second; // in milliseconds; our tests make it short
  #socket = null;
  #attempt = 0;
  #timer = 0;
  #page = new AbortController();

  constructor(url, { second = 1000 } = {}) {
    super();
    this.#url = url;
    this.#second = second;
    const { signal } = this.#page;
    addEventListener("online", () => this.#hurry(), { signal });
    // A page that comes out of the back-forward cache has lost its connection in there.
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.#connect(), { signal });
    this.#connect();
  }

  /** Whether the message was handed to the browser. What is not sent is yours to keep. */
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
    socket?.close(1000);
  }

  #hurry() {
    if (this.#socket === null && !this.#page.signal.aborted) this.#connect();
  }
  // --8<-- [end:class]

  // --8<-- [start:connect]
  #connect() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url);
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
      // To the server this page is new: subscribe here, and ask for what was missed.
      this.dispatchEvent(new Event("open"));
    });
    socket.onmessage = mine(({ data }) => {
      listen();
      if (data !== "ping") this.dispatchEvent(new MessageEvent("message", { data }));
    });
    socket.onclose = mine(({ code }) => lost(code));
  }
  // --8<-- [end:connect]

  // --8<-- [start:lost]
  #lost(code, lasted) {
    this.#leave(); // a dead line would take its time to close
    if (code === 1000 || code === 1008) {
      this.#page.abort();
      this.dispatchEvent(new CustomEvent("stopped", { detail: { code } }));
      return;
    }
    this.#attempt = lasted > STABLE * this.#second ? 1 : this.#attempt + 1;
    const wait = pause(this.#attempt, code) * this.#second;
    this.#timer = setTimeout(() => this.#connect(), wait);
    const detail = { code, attempt: this.#attempt, wait };
    this.dispatchEvent(new CustomEvent("lost", { detail }));
  }
}
// --8<-- [end:lost]
