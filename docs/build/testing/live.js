// Follows a server and comes back after each loss. Fires `message` with `data`, `open` and `waiting`.

// --8<-- [start:live]
export class Live extends EventTarget {
  #options;
  #attempt = 0;
  #timer;

  constructor(url, { WebSocket = globalThis.WebSocket, random = Math.random } = {}) {
    super();
    this.#options = { url, WebSocket, random };
    this.#connect();
  }

  send(text) {
    this.socket.send(text);
  }

  close() {
    clearTimeout(this.#timer);
    this.socket.onclose = null;
    this.socket.close(1000);
  }

  #connect() {
    const { url, WebSocket, random } = this.#options;
    this.socket = new WebSocket(url);
    this.socket.onopen = () => this.dispatchEvent(new Event("open"));
    this.socket.onmessage = ({ data }) => {
      this.#attempt = 0;
      this.dispatchEvent(new MessageEvent("message", { data }));
    };
    this.socket.onerror = () => {}; // `close` follows
    this.socket.onclose = ({ code }) => {
      if (code === 1000) return;
      this.#attempt += 1;
      const pause = random() * Math.min(1000 * 2 ** this.#attempt, 60_000);
      this.#timer = setTimeout(() => this.#connect(), pause);
      this.dispatchEvent(new Event("waiting"));
    };
  }
}
// --8<-- [end:live]
