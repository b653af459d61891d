// The one connection of a browser, and what all its tabs see. It runs in a shared worker, or in the
// tab that leads.

import { ResilientSocket } from "../../build/reconnection/resilient_socket.js";

// --8<-- [start:hub]
const SHOWN = 50; // notifications that tabs see

export class Hub {
  #socket;
  #tabs = new Map(); // each tab's port, and whether it can be seen
  #epoch = "";
  #last = 0;
  #notes = new Map();
  #early = new Set(); // read here, and not yet confirmed
  #unsent = [];
  #online = false;
  #said = 0; // the newest that was announced

  constructor(url, user, options) {
    this.#socket = new ResilientSocket(url, options);
    this.#socket.addEventListener("open", () =>
      this.#socket.send(JSON.stringify({ type: "hello", user, epoch: this.#epoch, after: this.#last })),
    );
    this.#socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(data)));
    for (const type of ["lost", "stopped"])
      this.#socket.addEventListener(type, () => {
        this.#online = false;
        this.#tell();
      });
  }

  close() {
    this.#socket.close();
    this.#tabs.clear();
  }

  /** A tab says something: that it is there, whether it can be seen, or what its user did. */
  hear(tab, { type, ...rest }) {
    if (type === "here") {
      if (!this.#tabs.has(tab)) navigator.locks.request(rest.lock, () => this.#gone(tab));
      this.#tabs.set(tab, rest.visible);
    }
    if (type === "send") this.#send({ type: "send", text: rest.text });
    if (type === "read" && this.#notes.get(rest.note)?.read === false) {
      this.#notes.get(rest.note).read = true; // at once, in all tabs
      this.#early.add(rest.note);
      this.#send({ type: "read", note: rest.note });
    }
    this.#tell();
  }

  #gone(tab) {
    this.#tabs.delete(tab);
    this.#tell();
  }
  // --8<-- [end:hub]

  // --8<-- [start:take]
  #take(entry) {
    if (entry.type === "welcome") {
      if (entry.epoch !== this.#epoch) {
        this.#notes.clear();
        this.#said = entry.last; // what was there before us is not news
      }
      this.#epoch = entry.epoch;
      this.#last = entry.after;
      this.#online = true;
      this.#send({ type: "got", n: this.#last }); // the word of that may have been lost
      const again = [...this.#early].map((note) => ({ type: "read", note }));
      for (const message of [...again, ...this.#unsent.splice(0)]) this.#send(message);
    } else if (entry.n > this.#last) {
      this.#last = entry.n;
      if (entry.type === "note") {
        this.#notes.set(entry.n, { ...entry, read: false });
        if (this.#notes.size > SHOWN) this.#notes.delete(this.#notes.keys().next().value);
        this.#send({ type: "got", n: entry.n });
        this.#announce(entry);
      } else {
        this.#early.delete(entry.note);
        const note = this.#notes.get(entry.note);
        if (note) note.read = true;
      }
    }
    this.#tell();
  }

  /** One tab says it aloud: one that can be seen, if there is any. */
  #announce(entry) {
    const tabs = [...this.#tabs];
    const [tab] = tabs.findLast(([, visible]) => visible) ?? tabs.at(-1) ?? [];
    if (!tab || entry.n <= this.#said) return;
    this.#said = entry.n;
    tab.postMessage({ type: "announce", text: entry.text });
  }

  /** Everything, to every tab: two of them cannot differ for longer than this takes. */
  #tell() {
    const notes = [...this.#notes.values()].reverse();
    const unread = notes.filter((note) => !note.read).length;
    for (const tab of this.#tabs.keys())
      tab.postMessage({ type: "state", notes, unread, online: this.#online, tabs: this.#tabs.size });
  }
  // --8<-- [end:take]

  #send(message) {
    if (this.#online && this.#socket.send(JSON.stringify(message))) return;
    if (message.type === "send") this.#unsent.push(message);
  }
}
