/**
 * Round trips as a line, on a scale that says what it is.
 * @module
 */

import { milliseconds } from "../../lib/format.js";
import { scaleEnd } from "../../lib/statistics.js";

/** The most values that are drawn. */
const POINTS = 30;

/**
 * @param {HTMLElement} box holds the drawing and the ends of its scale
 * @param {number[]} values milliseconds, oldest first
 */
export function drawSparkline(box, values) {
  const shown = values.slice(-POINTS);
  const top = scaleEnd(Math.max(0.5, ...shown));
  const y = (/** @type {number} */ value) => (31 - (30 * value) / top).toFixed(2);
  // Drawn in units of a hundredth of the width; the newest value is at the right end.
  const step = 100 / (POINTS - 1);
  const points = shown.map((v, i) => `${(100 - (shown.length - 1 - i) * step).toFixed(2)} ${y(v)}`);
  const [path] = box.querySelectorAll("path");
  path.setAttribute("d", points.length > 1 ? `M${points.join("L")}` : "");
  const dot = /** @type {HTMLElement} */ (box.querySelector("i"));
  dot.hidden = shown.length === 0;
  dot.style.top = `${(Number(y(shown.at(-1) ?? 0)) * 100) / 32}%`;
  /** @type {Element} */ (box.querySelector("[data-field=top]")).textContent = milliseconds(top);
}
