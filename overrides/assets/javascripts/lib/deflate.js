/**
 * What permessage-deflate (RFC 7692 §7.2) did to a message, by the browser's own decompressor.
 * @module
 */

import { concat } from "./frame.js";

/** @typedef {import("./frame.js").Bytes} Bytes */

/** Cut off by the sender and added again by the receiver, RFC 7692 §7.2.1 and §7.2.2. */
export const TAIL = new Uint8Array([0x00, 0x00, 0xff, 0xff]);
/** The largest window: what an earlier message may be referred to. */
const WINDOW = 32_768;
/** An empty last block, so that the decompressor gives out what it holds and ends. */
const END = new Uint8Array([0x03, 0x00]);
/** Bytes of a result above which decompression stops: a small message can hold gigabytes. */
const LIMIT = 16 * 1024 * 1024;

const BLOCKS = ["stored", "fixed Huffman codes", "its own Huffman codes", "reserved"];

/** A payload that is not what permessage-deflate makes. */
export class DeflateError extends Error {
  /** @param {string} message what is wrong, in words */
  constructor(message) {
    super(message);
    this.name = "DeflateError";
  }
}

/** @returns {boolean} whether this browser can decompress: those before 2023 may not */
export function canInflate() {
  try {
    return Boolean(new DecompressionStream("deflate-raw"));
  } catch {
    return false;
  }
}

/**
 * @param {Bytes} payload unmasked, of the whole message
 * @returns {string} how its first block is coded
 */
export function firstBlock(payload) {
  return payload.length ? BLOCKS[(payload[0] >> 1) & 3] : "none";
}

/**
 * Decompresses one message.
 * @param {Bytes} payload unmasked, the fragments joined
 * @param {Bytes} [history] what the same end's earlier compressed messages held, under context takeover
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {DeflateError}
 */
export async function inflate(payload, history = new Uint8Array()) {
  if (!canInflate()) throw new DeflateError("This browser has no decompressor for deflate-raw.");
  if (payload.length === 0) throw new DeflateError("A compressed message has at least one byte; an empty one is 00 (RFC 7692 §7.2.3.6).");
  const window = history.subarray(Math.max(0, history.length - WINDOW));
  const before = window.length ? stored(window) : window;
  try {
    return (await run([before, payload, TAIL, END])).slice(window.length);
  } catch (error) {
    if (error instanceof DeflateError) throw error;
  }
  // RFC 7692 §7.2.3.4: a sender may end its data with a last block, which is followed by 00.
  if (payload.at(-1) === 0) {
    try {
      return (await run([before, payload.subarray(0, -1)])).slice(window.length);
    } catch (error) {
      if (error instanceof DeflateError) throw error;
    }
  }
  throw new DeflateError(
    "These bytes are no DEFLATE data" +
      (window.length ? "." : ", or they refer to an earlier message of the connection (context takeover)."),
  );
}

/**
 * Compresses a message as RFC 7692 §7.2.3.4 allows: with a last block, and 00 behind it.
 * @param {Bytes} data
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function deflate(data) {
  const stream = new CompressionStream("deflate-raw");
  return concat([await through(stream, [data], Infinity), new Uint8Array(1)]);
}

/**
 * A block that holds its bytes as they are, RFC 1951 §3.2.4: it fills the window with the history.
 * @param {Bytes} bytes at most 65,535
 */
function stored(bytes) {
  const { length } = bytes;
  const header = [0x00, length & 0xff, length >> 8, ~length & 0xff, (~length >> 8) & 0xff];
  return concat([new Uint8Array(header), bytes]);
}

/** @param {Bytes[]} parts */
function run(parts) {
  return through(new DecompressionStream("deflate-raw"), parts, LIMIT);
}

/**
 * @param {CompressionStream | DecompressionStream} stream
 * @param {Bytes[]} parts
 * @param {number} limit
 */
async function through(stream, parts, limit) {
  const writer = stream.writable.getWriter();
  const written = (async () => {
    for (const part of parts) if (part.length) await writer.write(part);
    await writer.close();
  })();
  // Its error is also the reader's, which waits for it below.
  written.catch(() => {});
  const reader = stream.readable.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    if (size <= limit) continue;
    reader.cancel();
    throw new DeflateError(`This message decompresses to more than ${limit / 1024 / 1024} MiB.`);
  }
  return concat(chunks);
}
