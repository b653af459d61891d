/**
 * `<ws-monitor>`: one live connection to the demo endpoint, and what passes over it.
 *
 * Attributes: `url`, the endpoint instead of the page's `<meta name="echo-url">`; `recording`, the
 * recorded session to play where no server answers, instead of the one that comes with the site.
 * @module
 */

import { echoAddress } from "../lib/address.js";
import { SUBPROTOCOL } from "../lib/report.js";
import { newSession, reduce } from "../lib/session.js";
import { Connection } from "./ws-monitor/connection.js";
import { INTERVAL, message } from "./ws-monitor/traffic.js";
import { View } from "./ws-monitor/view.js";

/** Milliseconds out of sight after which the connection is closed. */
const UNSEEN = 5 * 60_000;

export default class WsMonitor extends HTMLElement {
  /** @type {View | null} */
  #view = null;
  /** @type {Connection | null} */
  #connection = null;
  /** @type {import("./ws-monitor/player.js").Player | null} */
  #player = null;
  /** @type {AbortController | null} */
  #life = null;
  #live = newSession();
  #played = newSession();
  #held = newSession();
  #paused = false;
  /** Whether what was under way when the reader paused, or sent while paused, still comes in. */
  #settling = false;
  #inView = false;
  /** @type {import("./ws-monitor/words.js").ClosedBy} */
  #closedBy = "";
  #retried = false;
  #count = 0;
  #timers = { beat: 0, uptime: 0, unseen: 0, step: 0 };
  #frame = 0;
  /** Milliseconds that the last rendering took. */
  #cost = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#view = new View(this);
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "WebSocket monitor");
    const { form, pause, connect } = this.#view;
    form.addEventListener("submit", (event) => this.#submit(event));
    pause.addEventListener("click", () => this.#pause());
    connect.addEventListener("click", () => this.#toggle());
    document.addEventListener("visibilitychange", () => this.#watch(), { signal });
    addEventListener("pagehide", () => this.#stop(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#watch(), { signal });
    const seen = new IntersectionObserver((entries) => {
      // Several changes can come at once; the last is how things are.
      this.#inView = entries[entries.length - 1].isIntersecting;
      this.#watch();
    });
    const resized = new ResizeObserver(() => this.#schedule());
    seen.observe(this);
    resized.observe(this);
    signal.addEventListener("abort", () => {
      seen.disconnect();
      resized.disconnect();
    });
    this.#render();
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#stop();
    this.#inView = false;
    this.#view = null;
  }

  get #watched() {
    return this.#inView && !document.hidden;
  }

  /** Starts what runs only while somebody looks, or stops it. */
  #watch() {
    clearTimeout(this.#timers.unseen);
    clearInterval(this.#timers.uptime);
    if (!this.#watched) {
      this.#timers.unseen = setTimeout(() => this.#close("unseen"), UNSEEN);
      this.#player?.pause();
      this.#beat();
      return;
    }
    this.#timers.uptime = setInterval(() => this.#schedule(), 1000);
    if (!this.#paused) this.#player?.resume();
    const { phase } = this.#live;
    const lost = phase === "closed" && this.#closedBy === "" && this.#live.url !== "";
    if (phase === "idle" || this.#closedBy === "unseen") {
      this.#connect();
    } else if (lost && !this.#retried) {
      this.#retried = true;
      this.#connect();
    }
    this.#beat();
    this.#schedule();
  }

  #connect() {
    this.#forget();
    this.#closedBy = "";
    this.#paused = false;
    this.#count = 0;
    const meta = document.querySelector('meta[name="echo-url"]');
    const written = this.getAttribute("url") ?? meta?.getAttribute("content");
    const url = echoAddress(written, document.baseURI);
    if (url === null) {
      this.#live = { ...newSession(), phase: "closed" };
      this.#playRecording();
      return;
    }
    this.#connection = new Connection(url, (event) => this.#receive(event));
    this.#connection.start();
  }

  /** @param {import("../lib/session.js").SessionEvent} event */
  #receive(event) {
    this.#live = reduce(this.#live, event);
    if (event.type === "open") {
      this.#retried = false;
      if (event.protocol === SUBPROTOCOL) this.#beat();
      else this.#close("protocol");
    }
    if (this.#live.fault !== null) this.#close("protocol");
    if (event.type === "closed") {
      this.#beat();
      const unanswered = this.#live.openedAt === null && this.#closedBy === "";
      if (unanswered || this.#closedBy === "protocol") this.#playRecording();
    }
    this.#schedule();
  }

  /** @param {import("./ws-monitor/words.js").ClosedBy} by */
  #close(by) {
    const { phase } = this.#live;
    if (phase !== "open" && phase !== "connecting") return;
    this.#closedBy = by;
    this.#connection?.close();
  }

  /** Sends the first message at once and goes on while somebody watches. */
  #beat() {
    const { beat } = this.#timers;
    const going = this.#watched && !this.#paused && this.#live.phase === "open";
    if (!going) {
      clearInterval(beat);
      this.#timers.beat = 0;
    } else if (beat === 0) {
      this.#timers.beat = setInterval(() => this.#sendOne(), INTERVAL * 1000);
      this.#sendOne();
    }
  }

  #sendOne() {
    this.#connection?.send(message(this.#count++));
  }

  async #playRecording() {
    const { signal } = /** @type {AbortController} */ (this.#life);
    const own = this.getAttribute("recording");
    try {
      const url = own
        ? new URL(own, document.baseURI)
        : new URL("../../recordings/demo.json", import.meta.url);
      const response = await fetch(url, { signal });
      if (!response.ok) return;
      const recording = await response.json();
      const { Player } = await import("./ws-monitor/player.js");
      // The reader may have left or tried again while it was loading.
      if (signal.aborted || this.#live.phase !== "closed" || this.#player) return;
      this.#player = new Player(recording, (event) => {
        this.#played = reduce(this.#played, event);
        this.#schedule();
      });
      this.#paused = false;
      this.#view?.clear();
      this.#player.start();
      if (!this.#watched) this.#player.pause();
      this.#schedule();
    } catch {
      // No recording to play either: the words say what is wrong, and nothing is made up.
    }
  }

  /** Drops the connection and the recording, without a word. */
  #forget() {
    this.#connection?.abandon();
    this.#player?.pause();
    this.#connection = null;
    this.#player = null;
    this.#played = newSession();
    this.#view?.clear();
  }

  #stop() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers = { beat: 0, uptime: 0, unseen: 0, step: 0 };
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#forget();
    this.#live = newSession();
    this.#closedBy = "";
  }

  #toggle() {
    const { phase } = this.#live;
    if (phase === "closed") this.#connect();
    else this.#close("reader");
    this.#render();
  }

  #pause() {
    this.#paused = !this.#paused;
    this.#settling = true;
    if (this.#player && this.#paused) this.#player.pause();
    else if (this.#watched) this.#player?.resume();
    this.#beat();
    this.#render();
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const input = /** @type {View} */ (this.#view).input;
    if (input.value === "" || this.#live.phase !== "open") return;
    this.#settling = true;
    this.#connection?.send(input.value);
    input.value = "";
    this.#render();
  }

  /**
   * Renders before the next frame is painted; where that takes long, less often, so that it never
   * takes more than a fifth of the time; in steps of a second for who wants less motion.
   */
  #schedule() {
    if (this.#frame || this.#timers.step || !this.#watched) return;
    const render = () => {
      this.#frame = this.#timers.step = 0;
      const begin = performance.now();
      this.#render();
      this.#cost = performance.now() - begin;
    };
    const wait = this.#still.matches ? 1000 : 4 * this.#cost;
    if (wait > 16) this.#timers.step = setTimeout(render, wait);
    else this.#frame = requestAnimationFrame(render);
  }

  #render() {
    const recorded = this.#player?.recorded ?? null;
    const shown = this.#player ? this.#played : this.#live;
    if (!this.#paused || this.#settling || shown.phase !== this.#held.phase) {
      this.#held = shown;
      this.#settling = shown.inFlight.length > 0;
    }
    this.#view?.render({
      live: this.#live,
      shown,
      held: this.#held,
      now: this.#player?.now() ?? performance.now(),
      recorded,
      paused: this.#paused,
      closedBy: this.#closedBy,
    });
  }
}
