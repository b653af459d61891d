// One WebSocket outside React: components subscribe to what it received, and never see the socket.

// --8<-- [start:snapshot]
export type Message = { readonly id: number; readonly text: string };

export type Snapshot = {
  readonly status: "connecting" | "open" | "waiting" | "stopped";
  readonly messages: readonly Message[];
};

const START: Snapshot = { status: "connecting", messages: [] };
const KEPT = 500; // the newest messages; older ones are forgotten
const LINGER = 1000; // ms without a subscriber after which the connection is closed
const LONGEST = 60_000; // ms of the longest pause before a reconnection
const STABLE = 60_000; // ms after which a connection counts as good
// --8<-- [end:snapshot]

export type SocketStore = ReturnType<typeof createSocketStore>;

// --8<-- [start:store]
export function createSocketStore(url: string) {
  const listeners = new Set<() => void>();
  let snapshot = START;

  /** Every change is a new object; between changes it stays the same one. */
  function publish(change: Partial<Snapshot>) {
    snapshot = { ...snapshot, ...change };
    for (const listener of listeners) listener();
  }

  function subscribe(listener: () => void) {
    listeners.add(listener);
    clearTimeout(idle);
    if (!wanted) {
      wanted = true;
      connect();
    }
    return () => {
      listeners.delete(listener);
      // StrictMode and a change of route subscribe again at once: do not hang up for that.
      if (listeners.size === 0) idle = setTimeout(disconnect, LINGER);
    };
  }
  // --8<-- [end:store]

  // --8<-- [start:batch]
  let arrived: Message[] = [];
  let frame = 0;
  let count = 0;

  function receive(text: string) {
    arrived.push({ id: ++count, text });
    if (arrived.length > KEPT) arrived.shift(); // a hidden page draws no frames
    frame ||= requestAnimationFrame(flush);
  }

  function flush() {
    cancelAnimationFrame(frame);
    frame = 0;
    if (arrived.length === 0) return;
    const messages = [...snapshot.messages, ...arrived].slice(-KEPT);
    arrived = [];
    publish({ messages });
  }
  // --8<-- [end:batch]

  // --8<-- [start:socket]
  let socket: WebSocket | null = null;
  let wanted = false;
  let attempt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  function connect() {
    const mine = new WebSocket(url);
    let opened = Infinity;
    socket = mine;
    if (snapshot.status !== "connecting") publish({ status: "connecting" });
    mine.onopen = () => {
      opened = performance.now();
      publish({ status: "open" });
    };
    mine.onmessage = ({ data }) => {
      if (typeof data === "string") receive(data);
    };
    mine.onclose = ({ code }) => {
      if (socket !== mine) return; // we left it ourselves
      socket = null;
      flush(); // what came before the close is shown before it
      if (code === 1000 || code === 1008) return publish({ status: "stopped" });
      attempt = performance.now() - opened > STABLE ? 1 : attempt + 1;
      const pause = Math.random() * Math.min(1000 * 2 ** (attempt - 1), LONGEST); // full jitter
      retry = setTimeout(connect, pause);
      publish({ status: "waiting" });
    };
  }

  function disconnect() {
    wanted = false;
    attempt = 0;
    clearTimeout(retry);
    const left = socket;
    socket = null;
    left?.close(1000);
    publish({ status: "connecting" }); // what a subscriber will find
  }

  /** Whether the message was handed to the browser; what was not sent is yours to keep. */
  function send(text: string) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(text);
    return true;
  }

  return { subscribe, getSnapshot: () => snapshot, getServerSnapshot: () => START, send };
}
// --8<-- [end:socket]
