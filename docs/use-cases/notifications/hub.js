// The one connection of a browser, and what all its tabs see. It runs in a shared worker, or in the
// tab that leads. To the tabs it speaks over a BroadcastChannel, wherever it runs.

import { ResilientSocket } from "../../build/reconnection/resilient_socket.js";

const SHOWN = 50; // notifications that tabs see

// --8<-- [start:lead]
/**
 * Take a lock as soon as nobody has it, and hold it until the signal. It goes back, too, when the
 * tab or worker ends, however it ends.
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {() => void} act what to do once it is held
 */
export function hold(name, signal, act) {
  const held = navigator.locks.request(name, { signal }, () => {
    act();
    return new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  held.catch((error) => signal.aborted || reportError(error));
}

/**
 * Be the hub as soon as there is no other, until the signal.
 * @param {string} name the settings as JSON: tabs with the same ones share a hub
 * @param {AbortSignal} signal
 */
export function lead(name, signal) {
  hold(`hub ${name}`, signal, () => new Hub(name, signal));
}
// --8<-- [end:lead]

class Hub {
  #signal;
  #channel;
  #socket;
  #tabs = new Map(); // whether each can be seen
  #notes = new Map(); // by number, the oldest first
  #epoch = "";
  #last = 0; // the newest entry that we have
  #history = 0; // entries up to here were there before us
  #line = { online: false }; // and `ended`, a close code, where the server has ended it

  constructor(name, signal) {
    const { url, user, ...options } = JSON.parse(name);
    this.#signal = signal;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#channel.postMessage({ type: "hub" }); // the tabs answer
    this.#socket = new ResilientSocket(url, options);
    const on = (type, act) => this.#socket.addEventListener(type, act);
    on("open", () => this.#send({ type: "hello", user, epoch: this.#epoch, after: this.#last }));
    on("message", ({ data }) => this.#take(JSON.parse(data)));
    on("lost", () => this.#tell({ online: false }));
    on("stopped", ({ detail }) => this.#tell({ online: false, ended: detail.code }));
    signal.addEventListener("abort", () => {
      this.#socket.close();
      this.#channel.close();
    });
  }

  #send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  // --8<-- [start:hear]
  /** A tab says that it is there and whether it can be seen, or what its user did. */
  #hear({ type, tab, visible, note, text }) {
    if (type === "here") {
      if (!this.#tabs.has(tab)) this.#watch(tab);
      this.#tabs.set(tab, visible);
      this.#tell();
    } else if (this.#line.online) {
      this.#send({ type, note, text });
    }
  }

  /** Each tab holds a lock of its own. The hub gets it when the tab is gone, however it went. */
  #watch(tab) {
    const request = navigator.locks.request(tab, { signal: this.#signal }, () => {
      this.#tabs.delete(tab);
      this.#tell();
    });
    request.catch(() => {}); // the hub ended first
  }
  // --8<-- [end:hear]

  // --8<-- [start:take]
  #take({ type, epoch, after, last, n, text, note }) {
    if (type === "welcome") {
      if (epoch !== this.#epoch) {
        this.#notes.clear();
        this.#history = last;
      }
      this.#epoch = epoch;
      this.#last = after;
    } else if (n > this.#last) {
      this.#last = n;
      if (type === "note") this.#add(n, text);
      else if (this.#notes.has(note)) this.#notes.get(note).read = true;
    }
    this.#tell({ online: true });
  }

  #add(n, text) {
    this.#notes.set(n, { n, text, read: false });
    if (this.#notes.size > SHOWN) this.#notes.delete(Math.min(...this.#notes.keys()));
    if (n <= this.#history) return;
    // One tab says it aloud: one that can be seen, if there is any.
    const tabs = [...this.#tabs];
    const [tab] = tabs.findLast(([, visible]) => visible) ?? tabs.at(-1) ?? [];
    this.#channel.postMessage({ type: "announce", tab, text });
  }

  /** Everything, to every tab: two of them cannot differ for longer than this takes. */
  #tell(line = this.#line) {
    this.#line = line;
    const notes = [...this.#notes.values()].reverse();
    const unread = notes.filter(({ read }) => !read).length;
    const how = globalThis.document ? "the tab that leads" : "a shared worker";
    // No Web Push for what a tab can show. A worker may outlive all tabs, or have frozen ones alone.
    if (line.online && this.#tabs.size) this.#send({ type: "got", n: this.#last });
    this.#channel.postMessage({ type: "state", ...line, how, tabs: this.#tabs.size, notes, unread });
  }
  // --8<-- [end:take]
}
