/**
 * One lane: two ends, and between them a line for each frame, whose slope is the time it took.
 * @module
 */

import { placeLabels } from "../../lib/lanes.js";
import { block } from "../../lib/wire-shapes.js";
import { element } from "../../svg.js";

/** @typedef {import("../../lib/lanes.js").Lane} Lane */
/** @typedef {import("../../lib/lanes.js").Event} Event */

const LEFT = 52;
const RIGHT = 10;
const TOP = 24;
const BOTTOM = 44;
/** How wide a letter of the labels is, in CSS pixels. */
const LETTER = 7.3;

let count = 0;

export class Drawing {
  /** What was drawn last, and so need not be drawn again. */
  #drawn = "";
  #px = 0;

  /**
   * @param {Lane} lane
   * @param {{ span: number, division: number }} scale
   * @param {string} name what a screen reader calls the drawing
   */
  constructor(lane, scale, name) {
    this.lane = lane;
    this.scale = scale;
    const clip = `__wire-lanes-${(count += 1)}`;
    this.svg = /** @type {SVGSVGElement} */ (element("svg", { role: "img", "aria-label": name }));
    this.reached = element("rect", { x: 0, y: 0, width: 0, height: "100%" });
    const mask = element("clipPath", { id: clip });
    mask.append(this.reached);
    this.ends = element("g", {});
    this.frames = element("g", { "clip-path": `url(#${clip})` });
    this.cursor = element("line", { class: "wl-cursor" });
    this.svg.append(mask, this.ends, this.frames, this.cursor);
  }

  /** @param {number | null} at the time up to which frames are shown, null for all of it */
  render(at) {
    const { clientWidth: width, clientHeight: height } = this.svg;
    if (width === 0) return;
    if (this.#drawn !== `${width}x${height}`) this.#draw(width, height);
    const x = at === null ? width : this.#x(at);
    this.reached.setAttribute("width", String(at === null ? width : x));
    this.cursor.classList.toggle("wl-off", at === null);
    this.cursor.setAttribute("x1", String(x));
    this.cursor.setAttribute("x2", String(x));
  }

  /** @param {number} time */
  #x(time) {
    return LEFT + time * this.#px;
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #draw(width, height) {
    this.#drawn = `${width}x${height}`;
    this.#px = (width - LEFT - RIGHT) / this.scale.span;
    const server = height - BOTTOM;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.cursor.setAttribute("y1", String(TOP - 8));
    this.cursor.setAttribute("y2", String(server + 8));
    this.ends.replaceChildren(...this.#marks(width, height, server), ...this.#lanes(server));
    this.frames.replaceChildren(
      ...this.lane.events.flatMap((event) => this.#event(event, server)),
      ...this.#closings(server),
      ...this.#labels("client", width, TOP - 12),
      ...this.#labels("server", width, server + 18),
    );
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} server
   */
  #marks(width, height, server) {
    const { span, division } = this.scale;
    const marks = [];
    let free = -Infinity;
    for (let time = 0; time <= span + division / 2; time += division) {
      const x = this.#x(time);
      marks.push(element("line", { class: "wl-mark", x1: x, x2: x, y1: TOP, y2: server + 6 }));
      const words = time === 0 ? "0 ms" : String(time);
      // The middle of the text, moved to the left where it would leave the drawing.
      const left = Math.min(x - (words.length * LETTER) / 2, width - words.length * LETTER);
      if (left < free) continue;
      free = left + (words.length + 1) * LETTER;
      marks.push(text(words, left, height - 4));
    }
    return marks;
  }

  /** @param {number} server */
  #lanes(server) {
    const whole = { from: 0, to: this.scale.span };
    const open = this.lane.open.length ? this.lane.open : [whole];
    const line = (/** @type {string} */ name, /** @type {{from: number, to: number}} */ span, /** @type {number} */ y) =>
      element("line", { class: name, x1: this.#x(span.from), x2: this.#x(span.to), y1: y, y2: y });
    return [["client", TOP], ["server", server]].flatMap(([name, y]) => [
      text(String(name), 0, Number(y) + 4),
      line("wl-idle", whole, Number(y)),
      ...open.map((span) => line("wl-open", span, Number(y))),
    ]);
  }

  /** @param {number} server */
  #closings(server) {
    return this.lane.open.flatMap(({ from, to }) => {
      if (to >= this.scale.span) return [];
      const ends = [TOP, server].map((y) => {
        const d = `M${this.#x(to) + 4} ${y - 3.5}l7 7m0 -7l-7 7`;
        return element("path", { class: "wl-end", d });
      });
      const next = this.lane.open.find((span) => span.from > from)?.from ?? this.scale.span;
      const word = "closed";
      const room = this.#x(next) - this.#x(to) > (word.length + 2.5) * LETTER;
      return room ? [...ends, text(word, this.#x(to) + 1.5 * LETTER, (TOP + server) / 2 + 4)] : ends;
    });
  }

  /**
   * @param {Event} event
   * @param {number} server
   */
  #event({ from, to, who, does }, server) {
    const [y1, y2] = who === "client" ? [TOP, server] : [server, TOP];
    const [x1, x2] = [this.#x(from), this.#x(to)];
    const name = `wl-${does} wl-by-${who}`;
    if (does === "wait") {
      return [
        element("circle", { class: name, cx: x1, cy: y1, r: 4.5 }),
        element("line", { class: name, x1: x1 + 8, x2: Math.max(x1 + 8, x2 - 3), y1, y2: y1 }),
      ];
    }
    const opcode = does === "control" ? 9 : 1;
    return [
      element("line", { class: name, x1, x2, y1, y2 }),
      element("path", { class: name, d: block(opcode, x1, y1, 1) }),
      element("path", { class: name, d: block(opcode, x2, y2, -1) }),
    ];
  }

  /**
   * @param {"client" | "server"} who
   * @param {number} width
   * @param {number} y
   */
  #labels(who, width, y) {
    const wanted = this.lane.events
      .filter((event) => event.who === who)
      .map(({ from, label }) => ({ x: this.#x(from), label }));
    return placeLabels(wanted, width, LETTER).map(({ x, label }) => text(label, x, y));
  }
}

/**
 * @param {string} words
 * @param {number} x
 * @param {number} y
 */
function text(words, x, y) {
  const made = element("text", { x, y });
  made.textContent = words;
  return made;
}
