/**
 * What `<wire-trace>` sends: a message for each form that a frame can take.
 * @module
 */

/** More than the echo server takes, which it answers with close code 1009. */
const TOO_LARGE = 1_048_577;

/** Bytes in a frame of an echo that the server is asked to split. */
export const FRAGMENT = 4;

/**
 * @param {number} length
 * @returns {Uint8Array<ArrayBuffer>} that no compression makes smaller
 */
function noise(length) {
  const bytes = new Uint8Array(length);
  // The browser gives at most 65,536 at a time.
  for (let start = 0; start < length; start += 65_536) crypto.getRandomValues(bytes.subarray(start, start + 65_536));
  return bytes;
}

/** @type {Record<string, () => string | Uint8Array<ArrayBuffer>>} */
export const messages = {
  text: () => "Hello, wire",
  binary: () => new Uint8Array([0xde, 0xad, 0xbe, 0xef]),
  empty: () => "",
  medium: () => noise(126),
  large: () => noise(70_000),
  compressible: () => "again and ".repeat(100),
  oversize: () => new Uint8Array(TOO_LARGE),
};
