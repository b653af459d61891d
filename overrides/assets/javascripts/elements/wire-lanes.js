/**
 * `<wire-lanes label="One piece of news, three ways">` around tables of who sends what when: it draws
 * each as a lane between client and server, all on one time scale, and plays them on one clock. The
 * tables stay, folded. `lib/lanes.js` tells what a row says.
 * @module
 */

import { readLane, steps, timeScale } from "../lib/lanes.js";
import { scaleEnd } from "../lib/statistics.js";
import { Drawing } from "./wire-lanes/drawing.js";

/** How long playing lasts at least, in milliseconds: so slowly that a frame can be followed. */
const PLAYING = 5000;
/** The longest step of the clock, in milliseconds, for when the browser was busy or hidden. */
const TICK = 100;

const CONTROLS = `
  <div class="wl-controls">
    <button type="button" class="wl-play">Play</button>
    <button type="button" class="wl-step">Step</button>
    <p class="wl-clock" aria-hidden="true"></p>
    <p class="wl-words" role="status"></p>
  </div>
  <details class="wl-tables"><summary>The same as tables</summary></details>`;

export default class WireLanes extends HTMLElement {
  /** @type {AbortController | undefined} */ #leaving;
  /** @type {{ name: string, lane: import("../lib/lanes.js").Lane, drawing: Drawing }[]} */ #lanes = [];
  #scale = { span: 1, division: 1 };
  /** Up to which time frames are shown, in milliseconds; null: all. @type {number | null} */ #at = null;
  #playing = false;
  #seen = false;
  /** Whether it has run by itself, which it does once. */ #ran = false;
  #frame = 0;
  #last = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  connectedCallback() {
    if (this.#lanes.length === 0 && !this.#build()) return;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.#play.addEventListener("click", () => (this.#playing ? this.#pause() : this.#start()), { signal });
    this.#find(".wl-step").addEventListener("click", () => this.#step(), { signal });
    this.#still.addEventListener("change", () => this.#finish(), { signal });
    const resized = new ResizeObserver(() => this.#render());
    this.#lanes.forEach(({ drawing }) => resized.observe(drawing.svg));
    // Seen is what is well inside the window: what only looks in from below would play unseen.
    const seen = new IntersectionObserver((entries) => this.#look(entries[entries.length - 1].isIntersecting), {
      rootMargin: "-20% 0px",
    });
    seen.observe(this.#lanes[0].drawing.svg);
    signal.addEventListener("abort", () => {
      resized.disconnect();
      seen.disconnect();
    });
    this.#render();
  }

  disconnectedCallback() {
    this.#leaving?.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** @param {string} selector */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }

  get #play() {
    return this.#find(".wl-play");
  }

  /** @returns {boolean} whether the tables could be drawn; else they stay as they are */
  #build() {
    const tables = [...this.querySelectorAll("table")];
    const lanes = tables.map((table) => ({ name: nameOf(table), lane: readLane(rowsOf(table)) }));
    if (lanes.length === 0) return false;
    const scale = timeScale(lanes.map(({ lane }) => lane));
    this.#scale = scale;
    this.#lanes = lanes.map(({ name, lane }) => {
      const of = name ? `${name}: ` : "";
      return { name, lane, drawing: new Drawing(lane, scale, `${of}who sends what when, told in the table below`) };
    });
    this.insertAdjacentHTML("beforeend", CONTROLS);
    tables.forEach((table, index) => {
      const box = table.closest(".table-box") ?? table;
      const { name, drawing } = this.#lanes[index];
      box.replaceWith(drawing.svg);
      if (name) table.createCaption().textContent = name;
      if (box !== table && name) box.setAttribute("aria-label", `Table: ${name}`);
      this.#find(".wl-tables").append(box);
    });
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.getAttribute("label") ?? "Who sends what when");
    return true;
  }

  /** @param {boolean} seen */
  #look(seen) {
    this.#seen = seen;
    if (seen && !this.#ran && !this.#still.matches) {
      this.#ran = true;
      this.#start();
    } else {
      this.#run();
    }
  }

  #start() {
    this.#ran = true;
    if (this.#still.matches) return;
    this.#at ??= 0;
    this.#playing = true;
    this.#say("");
    this.#run();
  }

  #pause() {
    this.#playing = false;
    this.#run();
  }

  #finish() {
    this.#playing = false;
    this.#at = null;
    this.#say("");
    this.#run();
  }

  #step() {
    this.#playing = false;
    this.#ran = true;
    const stops = steps(this.#lanes.map(({ lane }) => lane));
    const next = stops.find(({ at }) => at > (this.#at ?? -1)) ?? null;
    this.#at = next?.at ?? null;
    const of = (/** @type {number} */ lane) => (this.#lanes[lane].name ? `${this.#lanes[lane].name}, ` : "");
    this.#say(next ? next.events.map(({ lane, event }) => of(lane) + event.says).join(". ") : "All of it");
    this.#run();
  }

  /** Starts the clock where it should run, and stops it where not. */
  #run() {
    this.#render();
    const runs = this.#playing && this.#seen;
    if (runs && !this.#frame) {
      this.#last = performance.now();
      this.#frame = requestAnimationFrame((now) => this.#tick(now));
    } else if (!runs) {
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
    }
  }

  get #slow() {
    return scaleEnd(PLAYING / this.#scale.span);
  }

  /** @param {number} now */
  #tick(now) {
    this.#frame = 0;
    this.#at = (this.#at ?? 0) + Math.min(TICK, Math.max(0, now - this.#last)) / this.#slow;
    this.#last = now;
    if (this.#at >= this.#scale.span) {
      this.#finish();
      return;
    }
    this.#render();
    this.#frame = requestAnimationFrame((next) => this.#tick(next));
  }

  #render() {
    for (const { drawing } of this.#lanes) drawing.render(this.#at);
    this.dataset.state = this.#playing ? "playing" : this.#at === null ? "complete" : "paused";
    const play = this.#playing ? "Pause" : this.#at === null ? "Play" : "Continue";
    if (this.#play.textContent !== play) this.#play.textContent = play;
    this.#play.hidden = this.#still.matches;
    const { span } = this.#scale;
    const slow = this.#slow > 1 ? `, played ${this.#slow} times slower` : "";
    this.#find(".wl-clock").textContent =
      this.#at === null ? `${span} ms${this.#still.matches ? "" : slow}` : `${Math.floor(this.#at)} of ${span} ms`;
  }

  /** @param {string} words */
  #say(words) {
    const status = this.#find(".wl-words");
    if (status.textContent !== words) status.textContent = words;
  }
}

/** @param {HTMLTableElement} table @returns {import("../lib/lanes.js").Row[]} */
function rowsOf(table) {
  return [...table.tBodies].flatMap((body) => [...body.rows]).map(({ cells: [when, what, text] }) => ({
    when: words(when),
    what: words(what),
    label: words(text?.querySelector("strong, code")),
    text: words(text),
  }));
}

/** @param {Element | null | undefined} element */
function words(element) {
  return (element?.textContent ?? "").trim();
}

/** @param {HTMLTableElement} table @returns {string} the heading above it within the element */
function nameOf(table) {
  const headings = [...(table.closest("wire-lanes")?.querySelectorAll("h2, h3, h4, h5, h6") ?? [])];
  const above = headings.filter((h) => h.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING);
  const last = /** @type {HTMLElement | undefined} */ (above.at(-1)?.cloneNode(true));
  last?.querySelector(".headerlink")?.remove();
  return words(last);
}
