/**
 * The blocks that stand for frames in every picture of the wire, as paths of SVG.
 * @module
 */

/** How wide a block is, in CSS pixels. */
const BLOCK = 8;

/**
 * @param {number} opcode a square for text, two bars for binary, a diamond for control frames
 * @param {number} x
 * @param {number} y
 * @param {number} way 1 to the right of x, -1 to its left
 */
export function block(opcode, x, y, way) {
  const half = BLOCK / 2;
  const r = half + 1;
  if (opcode > 2) return `M${x} ${y - r}l${r} ${r}l${-r} ${r}l${-r} ${-r}z`;
  const bar = (/** @type {number} */ start, /** @type {number} */ width) =>
    `M${x + way * start} ${y - r}h${way * width}v${2 * r}h${-way * width}z`;
  if (opcode === 2) return bar(0.5, 3.5) + bar(6, 3.5);
  return bar(0.5, BLOCK);
}
