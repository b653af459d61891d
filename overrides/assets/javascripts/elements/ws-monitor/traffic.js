/**
 * What the panel sends by itself: small real messages.
 * @module
 */

/** Seconds between two messages. */
export const INTERVAL = 2;

const LINES = [
  "hello, wire",
  "either end, any time",
  "masked on the way up, bare on the way down",
  "no request, no response: messages",
  "header: 6 bytes up, 2 bytes down",
  "one TCP connection for all of this",
  "what you read here came back from the server",
];

/**
 * @param {number} index counted from 0
 * @returns {string | Uint8Array<ArrayBuffer>} a line of text; each fourth is 16 random bytes
 */
export function message(index) {
  if (index % 4 === 3) return crypto.getRandomValues(new Uint8Array(16));
  return LINES[(index - Math.floor(index / 4)) % LINES.length];
}
