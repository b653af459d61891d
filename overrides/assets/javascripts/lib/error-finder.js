/**
 * Which of the known messages a pasted one is. Addresses, ports and quotes differ from case to case, so
 * both are reduced to their words; a number that differs counts half.
 * @module
 */

/** A match holds at least this share of a known message's words, in their order. */
const ENOUGH = 0.7;
/** So many words, counted by their weight, a match has: fewer are in everything. */
const FEWEST = 2;

/**
 * The words of a message: lower case, without quotes; each address is the word `@`.
 * @param {string} message
 * @returns {string[]}
 */
export function words(message) {
  return message
    .toLowerCase()
    .replace(/\b(?:wss?|https?):(?:\/\/)?[^\s'"“”‘’<>)]*/g, " @ ")
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[[0-9a-f:]*:[0-9a-f:]*\](?::\d+)?/g, " @ ")
    .replace(/[…“”‘’'"`]/g, " ")
    .split(/[^\p{L}\p{N}_@#]+/u)
    .filter((word) => word && word !== "@");
}

/** How well two words fit. @param {string} one @param {string} other */
function fit(one, other) {
  if (one === other) return 1;
  return /^\d+$/.test(one) && /^\d+$/.test(other) ? 0.5 : 0;
}

/** The weight of the longest common part, in order. @param {string[]} known @param {string[]} pasted */
function common(known, pasted) {
  let row = new Array(pasted.length + 1).fill(0);
  for (const word of known) {
    const next = [0];
    pasted.forEach((other, index) => {
      next.push(Math.max(row[index] + fit(word, other), row[index + 1], next[index]));
    });
    row = next;
  }
  return row[pasted.length];
}

/**
 * @param {string} pasted what the reader has; may hold more than the message
 * @param {string[]} known the messages
 * @returns {number[]} the indexes of those that it may be, best first
 */
export function findMessages(pasted, known) {
  const given = words(pasted).slice(0, 400);
  return known
    .map((message, index) => {
      const wanted = words(message);
      const weight = common(wanted, given);
      return { index, weight, share: weight / wanted.length };
    })
    .filter(({ weight, share }) => share >= ENOUGH && weight >= FEWEST)
    .sort((one, other) => other.share - one.share || other.weight - one.weight || one.index - other.index)
    .map(({ index }) => index);
}
