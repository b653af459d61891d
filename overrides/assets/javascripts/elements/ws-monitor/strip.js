/**
 * The strip: two lanes, a frame being a line from one end to the other on a true time axis.
 * @module
 */

import { clockTime } from "../../lib/format.js";
import { timeline } from "../../lib/timeline.js";
import { block } from "../../lib/wire-shapes.js";
import { element } from "../../svg.js";

/** @typedef {import("../../lib/session.js").Session} Session */

const LABELS = 60;
const GAP = 18;
const SEGMENT = 72;
const TOP = 20;

export class Strip {
  /** @type {Map<string, SVGElement>} */
  #segments = new Map();
  #drawn = "";
  #newest = -Infinity;

  /** @param {SVGSVGElement} svg drawn in CSS pixels */
  constructor(svg) {
    this.svg = svg;
    this.lanes = element("g", { class: "wm-lanes" });
    this.pieces = element("g", {});
    svg.append(this.lanes, this.pieces);
  }

  /**
   * @param {Session} session
   * @returns {number} milliseconds between two marks of the scale
   */
  render({ exchanges, offset, epoch }) {
    const { clientWidth: width, clientHeight: height } = this.svg;
    const room = width - LABELS - 6;
    const count = Math.max(2, Math.floor((room + GAP) / (SEGMENT + GAP)));
    const size = (room + GAP) / count - GAP;
    const { span, division, segments } = timeline(exchanges, offset?.value ?? null, count);
    const scale = { px: size / span, bottom: height - TOP, span, division, size, epoch };
    if (this.#drawn !== `${width}x${height}/${count}`) {
      this.#drawn = `${width}x${height}/${count}`;
      this.#drawLanes(width, height);
      this.#forget();
    }
    const present = new Set();
    segments.forEach((segment, index) => {
      // A better estimate of the offset moves lines, and so does another scale: draw anew.
      const key = `${segment.id}/${segment.lines.length}/${span}/${offset?.value}`;
      present.add(key);
      let piece = this.#segments.get(key);
      if (!piece) {
        piece = drawSegment(segment, scale);
        piece.classList.toggle("wm-fresh", segment.start > this.#newest);
        this.#newest = Math.max(this.#newest, segment.start);
        this.#segments.set(key, piece);
        this.pieces.append(piece);
      }
      piece.classList.toggle("wm-last", index === segments.length - 1);
      piece.style.transform = `translateX(${LABELS + index * (size + GAP)}px)`;
    });
    for (const [key, piece] of this.#segments) {
      if (present.has(key)) continue;
      piece.remove();
      this.#segments.delete(key);
    }
    return division;
  }

  clear() {
    this.#newest = -Infinity;
    this.#forget();
  }

  #forget() {
    this.#segments.clear();
    this.pieces.replaceChildren();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #drawLanes(width, height) {
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.lanes.replaceChildren(
      ...[["client", TOP], ["server", height - TOP]].flatMap(([name, y]) => {
        const label = element("text", { x: 0, y: Number(y) + 4 });
        label.textContent = String(name);
        return [label, element("line", { x1: LABELS, x2: width, y1: y, y2: y })];
      }),
    );
  }
}

/**
 * @typedef {object} Scale
 * @property {number} px CSS pixels for a millisecond
 * @property {number} bottom where the server's lane is
 * @property {number} span milliseconds in a segment
 * @property {number} division milliseconds between two marks
 * @property {number} size CSS pixels for a segment
 * @property {number} epoch
 */

/**
 * @param {import("../../lib/timeline.js").Segment} segment
 * @param {Scale} scale
 */
function drawSegment(segment, { px, bottom, span, division, size, epoch }) {
  const piece = element("g", { class: "wm-segment" });
  for (let mark = 0; mark * division < span + division / 2; mark++) {
    const x = mark * division * px;
    piece.append(element("line", { class: "wm-mark", x1: x, x2: x, y1: TOP, y2: bottom }));
  }
  for (const y of [TOP, bottom]) {
    piece.append(element("line", { class: "wm-lane", x1: 0, x2: size, y1: y, y2: y }));
    const cut = `M${size + GAP / 2 - 4} ${y + 5}l4 -10m1 10l4 -10`;
    piece.append(element("path", { class: "wm-cut", d: cut }));
  }
  for (const line of segment.lines) piece.append(...drawLine(line, px, bottom));
  const label = element("text", { x: 0, y: bottom + 18 });
  label.textContent = clockTime(epoch + segment.start).slice(3, 10);
  piece.append(label);
  return piece;
}

/**
 * @param {import("../../lib/timeline.js").Segment["lines"][0]} line
 * @param {number} px
 * @param {number} bottom
 */
function drawLine({ to, opcode, left, arrived }, px, bottom) {
  const [from, until] = to === "server" ? [TOP, bottom] : [bottom, TOP];
  const [x1, x2] = [left * px, arrived * px];
  const control = opcode > 2;
  const name = `wm-frame wm-to-${to}${control ? " wm-control" : ""}`;
  // A block begins where its frame leaves and ends where it has arrived.
  return [
    element("line", { class: name, x1, x2, y1: from, y2: until }),
    element("path", { class: name, d: block(opcode, x1, from, 1) }),
    element("path", { class: name, d: block(opcode, x2, until, -1) }),
  ];
}
