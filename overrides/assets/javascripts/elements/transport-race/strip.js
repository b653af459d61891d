/**
 * A lane's last seconds: the server's end above, this browser's below, an event a line between them.
 * @module
 */

import { element } from "../../svg.js";

/** Milliseconds that are shown. */
const SPAN = 8000;
const [TOP, BOTTOM] = [2, 38];

export class Strip {
  /** @type {Map<string, SVGElement>} */
  #lines = new Map();
  #offset = NaN;

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg;
  }

  /**
   * @param {import("../../lib/race.js").Lane} lane
   * @param {import("../../lib/race.js").Race["offset"]} offset
   * @param {number} now
   */
  render({ asked, arrivals, cut }, offset, now) {
    // A better estimate of the offset moves lines.
    if (offset?.value !== this.#offset) this.clear();
    this.#offset = offset?.value ?? NaN;
    const begin = now - SPAN;
    this.svg.setAttribute("viewBox", `${begin} 0 ${SPAN} 40`);
    const kept = new Set();
    /** @param {string} key @param {string} name @param {number} x1 @param {number} x2 @param {boolean} down */
    const line = (key, name, x1, x2, down) => {
      if (Math.max(x1, x2) < begin) return;
      kept.add(key);
      if (this.#lines.has(key)) return;
      const [y1, y2] = down ? [TOP, BOTTOM] : [BOTTOM, TOP];
      const made = element("line", { class: name, x1, x2, y1, y2, "vector-effect": "non-scaling-stroke" });
      this.#lines.set(key, made);
      this.svg.append(made);
    };
    for (const at of asked) line(`asked ${at}`, "tr-asked", at, at, false);
    if (offset) {
      for (const { id, made, received } of arrivals) {
        line(`event ${id}`, "tr-event", Math.min(received, made - offset.value), received, true);
      }
    }
    if (cut) line(`cut ${cut.at}`, "tr-cut", cut.at, cut.at, true);
    for (const [key, made] of this.#lines) {
      if (kept.has(key)) continue;
      made.remove();
      this.#lines.delete(key);
    }
  }

  clear() {
    this.#lines.clear();
    this.svg.replaceChildren();
  }
}
