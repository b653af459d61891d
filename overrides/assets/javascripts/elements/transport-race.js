/**
 * `<transport-race>`: the same events by polling, long polling, SSE and WebSocket, side by side. What
 * it wraps, the measured results, stays where no race server answers.
 *
 * Attribute: `url`, the server instead of the page's `<meta name="race-url">`.
 * @module
 */

import { httpAddress } from "../lib/address.js";
import { newRace, reduce } from "../lib/race.js";
import { Asking, Events, Socket } from "./transport-race/clients.js";
import { View } from "./transport-race/view.js";

/** Milliseconds between questions for the server's clock and counts, and how many may fail in a row. */
const ASK = 1000;
const FAILURES = 3;
/** Questions before the race, so that the first events can be placed. */
const FIRST = 3;

/** @typedef {import("../lib/race.js").RaceEvent} RaceEvent */
/** @typedef {import("./transport-race/clients.js").Server} Server */

/**
 * Asks for the server's clock and counts.
 * @param {Server} server
 * @param {AbortSignal} signal
 * @returns {Promise<Extract<RaceEvent, {type: "clock"}> | null>} null where the race is over
 */
async function clock({ url, race }, signal) {
  const sent = performance.now();
  const response = await fetch(`${url}state?race=${race}`, { signal, cache: "no-store" });
  const at = performance.now();
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`status ${response.status}`);
  const { now, ways } = await response.json();
  return { type: "clock", sent, at, server: now, ways };
}

/** Tells the server, which would find out by itself later. @param {Server} server */
function leave({ url, race }) {
  fetch(`${url}stop?race=${race}`, { method: "POST", keepalive: true }).catch(() => {});
}

export default class TransportRace extends HTMLElement {
  #race = newRace();
  #url = "";
  /** @type {View | null} */ #view = null;
  /** @type {AbortController | null} */ #life = null;
  /** Ends what belongs to one race. @type {AbortController | null} */ #on = null;
  /** @type {Server | null} */ #server = null;
  /** @type {{close(): void}[]} */ #clients = [];
  #interval = 1000;
  #timers = { ask: 0, step: 0 };
  #frame = 0;
  #cost = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Race of the transports");
    const view = new View(this);
    this.#view = view;
    view.start.addEventListener("click", () => (this.#on ? this.#end("stopped") : this.#start()));
    view.cut.addEventListener("click", () => this.#cut());
    view.reconnect.addEventListener("click", () => this.#reconnect());
    view.select.addEventListener("change", () => {
      this.#interval = Number(view.select.value);
      this.#schedule();
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.#end("hidden"), { signal });
    addEventListener("pagehide", () => this.#end("hidden"), { signal });
    const content = document.querySelector('meta[name="race-url"]')?.getAttribute("content");
    this.#url = httpAddress(this.getAttribute("url") ?? content, document.baseURI) ?? "";
    if (this.#url === "") this.#race = reduce(this.#race, { type: "end", why: "none", at: 0 });
    this.#render();
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#close();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timers.step);
    this.#frame = this.#timers.step = 0;
    this.#view?.remove();
    this.#view = null;
    this.#race = newRace();
  }

  async #start() {
    const on = new AbortController();
    this.#on = on;
    this.#view?.clear();
    this.#take({ type: "start", at: performance.now() });
    try {
      const response = await fetch(`${this.#url}start`, { method: "POST", signal: on.signal });
      if (!response.ok) {
        const words = (await response.text()).trim().slice(0, 200);
        this.#end("refused", words || `status ${response.status}`);
        return;
      }
      const { race, from } = await response.json();
      const server = { url: this.#url, race, from };
      // The reader may have stopped meanwhile.
      if (on.signal.aborted) return leave(server);
      this.#server = server;
      for (let count = 0; count < FIRST; count++) await this.#askClock(on.signal);
    } catch {
      if (!on.signal.aborted) this.#end("unreachable");
      return;
    }
    if (on.signal.aborted) return;
    const server = /** @type {Server} */ (this.#server);
    const emit = this.#emitter(on.signal);
    this.#take({ type: "started", at: performance.now() });
    this.#clients = [
      new Asking("poll", server, () => this.#interval, emit),
      new Asking("wait", server, () => 0, emit),
      new Events(server, emit),
      new Socket(server, emit),
    ];
    this.#watchClock(on.signal);
  }

  /** Of a race that has ended, nothing more is taken. @param {AbortSignal} signal */
  #emitter(signal) {
    return (/** @type {RaceEvent} */ event) => {
      if (!signal.aborted) this.#take(event);
    };
  }

  /** @param {AbortSignal} signal @returns {Promise<boolean>} whether the race is still on */
  async #askClock(signal) {
    const event = await clock(/** @type {Server} */ (this.#server), signal);
    if (event && !signal.aborted) this.#take(event);
    return event !== null;
  }

  /** @param {AbortSignal} signal */
  #watchClock(signal) {
    let failed = 0;
    const ask = async () => {
      try {
        if (!(await this.#askClock(signal))) return this.#end("over");
        failed = 0;
      } catch {
        failed += 1;
      }
      if (signal.aborted) return undefined;
      if (failed >= FAILURES) return this.#end("lost");
      this.#timers.ask = setTimeout(ask, ASK);
      return undefined;
    };
    this.#timers.ask = setTimeout(ask, ASK);
  }

  async #cut() {
    const { url, race } = /** @type {Server} */ (this.#server);
    const signal = this.#on?.signal;
    const at = performance.now();
    try {
      // Before the answer comes, what was cut may already have noticed.
      this.#take({ type: "cut", at });
      const response = await fetch(`${url}cut?race=${race}`, { method: "POST", signal });
      const { cut } = await response.json();
      if (!signal?.aborted) this.#take({ type: "used", at, ways: cut });
    } catch {
      // The server is gone: its clock says so soon.
    }
  }

  #reconnect() {
    const { last } = this.#race.lanes.socket;
    const server = /** @type {Server} */ (this.#server);
    const from = last === 0 ? server.from : last + 1;
    const signal = /** @type {AbortController} */ (this.#on).signal;
    this.#clients[3] = new Socket({ ...server, from }, this.#emitter(signal));
    // The button goes away; the next one in order is the nearest thing to do.
    this.#view?.cut.focus();
  }

  /**
   * @param {import("../lib/race.js").Why} why
   * @param {string} [words]
   */
  #end(why, words) {
    if (!this.#on) return;
    const server = this.#server;
    if (why === "stopped") this.#server = null;
    this.#close();
    this.#take({ type: "end", why, words, at: performance.now() });
    if (why === "stopped" && server) this.#finish(server);
  }

  /** Takes the last counts before the server forgets the race. @param {Server} server */
  async #finish(server) {
    const { signal } = /** @type {AbortController} */ (this.#life);
    try {
      const event = await clock(server, signal);
      // Unless another race has begun meanwhile.
      if (event && this.#on === null && !signal.aborted) this.#take(event);
    } catch {
      // The counts of a second ago stay.
    }
    leave(server);
  }

  #close() {
    this.#on?.abort();
    this.#on = null;
    clearTimeout(this.#timers.ask);
    for (const client of this.#clients) client.close();
    this.#clients = [];
    if (this.#server) leave(this.#server);
    this.#server = null;
  }

  /** @param {RaceEvent} event */
  #take(event) {
    this.#race = reduce(this.#race, event);
    this.#schedule();
  }

  /** Before the next frame; never more than a fifth of the time; in steps for who wants less motion. */
  #schedule() {
    if (this.#frame || this.#timers.step || !this.#view) return;
    const render = () => {
      this.#frame = this.#timers.step = 0;
      const begin = performance.now();
      this.#render();
      this.#cost = performance.now() - begin;
      if (this.#race.phase === "racing") this.#schedule();
    };
    const wait = this.#still.matches && this.#race.phase === "racing" ? 1000 : 4 * this.#cost;
    if (wait > 16) this.#timers.step = setTimeout(render, wait);
    else this.#frame = requestAnimationFrame(render);
  }

  #render() {
    this.dataset.phase = this.#race.phase;
    this.#view?.render(this.#race, { url: this.#url, interval: this.#interval, now: performance.now() });
  }
}
