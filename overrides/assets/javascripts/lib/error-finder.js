/**
 * Which of the known messages a pasted one is. Addresses, ports and quotes differ from case to case, so
 * both are reduced to their words. A word tells the more, the fewer messages hold it: what many begin with
 * finds none of them. A number differs from case to case: it tells little, and another one half of it.
 * @module
 */

/** A match holds at least this share of one message's weight in their common words. */
const ENOUGH = 0.84;
/** Where only a part of a known message was pasted, it weighs so much: less is in too many. */
const TELLING = 0.8;
/** So many words a match has: fewer are in everything. */
const FEWEST = 2;
/** The weight of a number. */
const NUMBER = 0.2;

/** @typedef {(word: string) => number} Weigh */

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

/** @param {string} word */
const isNumber = (word) => /^\d+$/.test(word);

/** @param {string[][]} known the words of each message @returns {Weigh} */
function weighing(known) {
  /** @type {Map<string, number>} */ const held = new Map();
  for (const message of known) for (const word of new Set(message)) held.set(word, (held.get(word) ?? 0) + 1);
  return (word) => (isNumber(word) ? NUMBER : 1 / (held.get(word) ?? 1));
}

/** How well two words fit. @param {string} one @param {string} other @param {Weigh} weigh */
function fit(one, other, weigh) {
  if (one === other) return weigh(one);
  return isNumber(one) && isNumber(other) ? weigh(one) / 2 : 0;
}

/** The weight of the longest common part, in order. @param {string[]} known @param {string[]} pasted @param {Weigh} weigh */
function common(known, pasted, weigh) {
  let row = new Array(pasted.length + 1).fill(0);
  for (const word of known) {
    const next = [0];
    pasted.forEach((other, index) => {
      next.push(Math.max(row[index] + fit(word, other, weigh), row[index + 1], next[index]));
    });
    row = next;
  }
  return row[pasted.length];
}

/**
 * @param {string} pasted what the reader has; may hold more than the message, or a part of it
 * @param {string[]} known the messages
 * @returns {number[]} the indexes of those that it may be, best first
 */
export function findMessages(pasted, known) {
  const given = words(pasted).slice(0, 400);
  const all = known.map(words);
  const weigh = weighing(all);
  /** @param {string[]} message */
  const sum = (message) => message.reduce((total, word) => total + weigh(word), 0);
  return all
    .map((wanted, index) => {
      const weight = common(wanted, given, weigh);
      const part = weight >= TELLING ? weight / sum(given) : 0;
      return { index, weight, share: Math.max(weight / sum(wanted), part), count: common(wanted, given, () => 1) };
    })
    .filter(({ share, count }) => share >= ENOUGH && count >= FEWEST)
    .sort((one, other) => other.share - one.share || other.weight - one.weight || one.index - other.index)
    .map(({ index }) => index);
}
