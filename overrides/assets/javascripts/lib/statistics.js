/**
 * Order statistics over the last few values of a series.
 * @module
 */

/**
 * @template T
 * @param {readonly T[]} values oldest first
 * @param {T} value
 * @param {number} size the most values to keep
 * @returns {T[]} a new array: the values with the new one last, without the oldest beyond `size`
 */
export function roll(values, value, size) {
  return [...values.slice(Math.max(0, values.length + 1 - size)), value].slice(-size);
}

/**
 * The percentile by linear interpolation between the two nearest values (R's type 7, NumPy's
 * default).
 * @param {readonly number[]} values in any order
 * @param {number} percent 0 to 100
 * @returns {number | null} null where there are no values
 */
export function percentile(values, percent) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const position = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

/**
 * @param {readonly number[]} values in any order
 * @returns {number | null} null where there are no values
 */
export function median(values) {
  return percentile(values, 50);
}

/**
 * The end of a readable scale: the smallest of 1, 2 or 5 times a power of ten that is not below
 * the value.
 * @param {number} value above 0
 * @returns {number}
 */
export function scaleEnd(value) {
  const exponent = Math.floor(Math.log10(value));
  for (const [digit, power] of [[1, exponent], [2, exponent], [5, exponent], [1, exponent + 1]]) {
    // Through the decimal form: 2 * 10 ** -1 is exact there, and 0.30000000000000004 is not.
    const end = Number(`${digit}e${power}`);
    if (end >= value) return end;
  }
  return Number(`2e${exponent + 1}`);
}
