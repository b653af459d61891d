/**
 * SHA-1, FIPS 180-4 §6.1. Not the browser's own, which is asynchronous and missing on pages that
 * came over plain HTTP from another machine; `Sec-WebSocket-Accept` needs no secrecy of it.
 * @module
 */

/**
 * @param {Uint8Array} bytes
 * @returns {Uint8Array<ArrayBuffer>} 20 bytes
 */
export function sha1(bytes) {
  const blocks = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  blocks.set(bytes);
  blocks[bytes.length] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setBigUint64(blocks.length - 8, BigInt(bytes.length) * 8n);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const words = new Int32Array(80);
  for (let start = 0; start < blocks.length; start += 64) {
    let [a, b, c, d, e] = state;
    for (let t = 0; t < 80; t++) {
      words[t] = t < 16
        ? view.getInt32(start + 4 * t)
        : rotated(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
      const [mixed, constant] = t < 20 ? [(b & c) | (~b & d), 0x5a827999]
        : t < 40 ? [b ^ c ^ d, 0x6ed9eba1]
        : t < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
        : [b ^ c ^ d, 0xca62c1d6];
      const next = (rotated(a, 5) + mixed + e + constant + words[t]) | 0;
      [a, b, c, d, e] = [next, a, rotated(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((word, index) => (state[index] = (state[index] + word) | 0));
  }
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, index) => digest.setInt32(4 * index, word));
  return new Uint8Array(digest.buffer);
}

/**
 * @param {number} word
 * @param {number} by bits to the left
 */
function rotated(word, by) {
  return (word << by) | (word >>> (32 - by));
}
