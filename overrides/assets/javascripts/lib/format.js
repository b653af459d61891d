/**
 * Numbers as readers see them. No locale: a readout of the wire looks alike everywhere.
 * @module
 */

/**
 * @param {number} milliseconds
 * @returns {string} hh:mm:ss; hours go on counting past 99
 */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, "0"))
    .join(":");
}

/**
 * @param {number} count
 * @returns {string} such as "11 B", "9,999 B", "12.3 kB" (1 kB is 1,000 bytes)
 */
export function byteCount(count) {
  if (count < 10_000) return `${grouped(count)} B`;
  if (count < 999_950) return `${(count / 1e3).toFixed(1)} kB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}

/**
 * @param {number | bigint} count
 * @returns {string} with commas between the thousands; a number too large to be exact is not written as if it were
 */
export function grouped(count) {
  if (typeof count === "number" && count > Number.MAX_SAFE_INTEGER) return `more than ${grouped(Number.MAX_SAFE_INTEGER)}`;
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * @param {number | null} value
 * @returns {string} the number alone: tenths below 10, which is as fine as browsers' clocks are,
 *   whole milliseconds above; "–" for none
 */
export function millisecondsValue(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value < 9.95) return value.toFixed(1);
  return grouped(Math.round(value));
}

/**
 * @param {number | null} value
 * @returns {string} such as "0.8 ms", "120 ms"
 */
export function milliseconds(value) {
  return `${millisecondsValue(value)} ms`;
}

/**
 * @param {number} epoch milliseconds since 1970, UTC
 * @returns {string} hh:mm:ss.mmm in the reader's time zone
 */
export function clockTime(epoch) {
  const date = new Date(epoch);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const fraction = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fraction}`;
}

/**
 * Shows characters that act where others are printed: control characters as their pictures (␀, ␊),
 * and by number those that hide or that turn the direction of the text around them.
 * @param {string} text
 * @returns {string}
 */
export function visible(text) {
  return text
    .replace(/[\0-\x1f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, (c) => {
      return `⟨U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
    });
}
