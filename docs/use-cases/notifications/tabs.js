// A tab's way to the one connection of its browser.

import { Hub } from "./hub.js";

// --8<-- [start:open]
/** Calls `take(message)` for what the hub says; returns { send(message), close(), how }. */
export function open({ url, user, shared = "SharedWorker" in globalThis, ...options }, take) {
  const name = JSON.stringify({ url, user, ...options });
  const way = shared ? throughWorker(name, take) : throughLeader(name, take);
  // While a tab is there it holds a lock. The hub gets that lock when the tab is gone, however it went.
  let lock = "";
  let release = () => {};
  const here = () => way.send({ type: "here", visible: !document.hidden, lock });
  const hold = () => {
    lock = crypto.randomUUID();
    navigator.locks.request(lock, () => {
      here();
      return new Promise((resolve) => (release = resolve));
    });
  };
  const page = new AbortController();
  const { signal } = page;
  document.addEventListener("visibilitychange", here, { signal });
  // Into the back-forward cache, and out of it, as if closed and opened.
  addEventListener("pagehide", () => release(), { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && hold(), { signal });
  hold();
  const close = () => {
    release();
    page.abort();
    way.close();
  };
  return { send: way.send, close, how: shared ? "a shared worker" : "the tab that leads" };
}

function throughWorker(name, take) {
  const address = new URL("worker.js", import.meta.url);
  const { port } = new SharedWorker(address, { type: "module", name });
  port.onmessage = ({ data }) => take(data);
  return { send: (message) => port.postMessage(message), close: () => port.close() };
}
// --8<-- [end:open]

// --8<-- [start:leader]
/** Without shared workers: the tab that gets the lock runs the hub for all. */
function throughLeader(name, take) {
  const { url, user, ...options } = JSON.parse(name);
  const channel = new BroadcastChannel(name);
  const me = crypto.randomUUID();
  const others = new Map(); // their ports, for the leader
  const unheard = new Map(); // what no leader has confirmed
  const own = { postMessage: take };
  let hub = null;
  let here = null;
  let term = new AbortController();
  const ended = new AbortController();

  const post = (id, message) => channel.postMessage({ to: "leader", from: me, id, message });
  const send = (message) => {
    if (message.type === "here") here = message;
    if (hub) return hub.hear(own, message);
    const id = crypto.randomUUID();
    if (message.type !== "here") unheard.set(id, message);
    return post(id, message);
  };
  channel.onmessage = ({ data: { to, from, id, message } }) => {
    if (to === me) message ? take(message) : unheard.delete(id);
    if (to === "all" && !hub) {
      if (here) send(here); // there is a new leader
      for (const [key, kept] of unheard) post(key, kept);
    }
    if (to !== "leader" || !hub) return;
    if (!others.has(from))
      others.set(from, { postMessage: (answer) => channel.postMessage({ to: from, message: answer }) });
    hub.hear(others.get(from), message);
    channel.postMessage({ to: from, id });
  };

  const campaign = () => {
    term = new AbortController();
    const { signal } = term;
    const lead = () => {
      hub = new Hub(url, user, options);
      if (here) hub.hear(own, here);
      for (const message of unheard.values()) hub.hear(own, message);
      unheard.clear();
      channel.postMessage({ to: "all" });
      return new Promise((resolve) => signal.addEventListener("abort", resolve));
    };
    navigator.locks.request(name, { signal }, lead).catch(() => {}); // aborted before its turn
  };
  const resign = () => {
    hub?.close();
    hub = null;
    others.clear();
    term.abort();
  };
  const { signal: page } = ended;
  addEventListener("pagehide", resign, { signal: page });
  addEventListener("pageshow", ({ persisted }) => persisted && campaign(), { signal: page });
  campaign();
  return { send, close: () => (resign(), ended.abort(), channel.close()) };
}
// --8<-- [end:leader]
