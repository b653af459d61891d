/**
 * Which rows of a table a search finds: those that hold every word of it, in any column and order.
 * A number also finds the row whose first cell is a range around it.
 * @module
 */

/** Two whole numbers with a hyphen or a dash between. */
const RANGE = /^\s*(\d+)\s*[-\u2013]\s*(\d+)\s*$/;

/**
 * @param {string} query as typed
 * @param {string[]} cells the texts of a row's cells
 * @returns {boolean}
 */
export function rowMatches(query, cells) {
  const text = cells.join(" ").toLowerCase();
  const range = RANGE.exec(cells[0] ?? "");
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word) || (range !== null && within(word, range)));
}

/**
 * @param {string} word
 * @param {RegExpExecArray} range
 */
function within(word, [, low, high]) {
  return /^\d+$/.test(word) && Number(low) <= Number(word) && Number(word) <= Number(high);
}

/**
 * The fragment of a row's address, from what its first cell says.
 * @param {string} text
 * @returns {string} "" where the text has neither letters nor digits
 */
export function rowName(text) {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}
