/**
 * One frame of RFC 6455 §5: its header, its payload, and how it is written.
 * @module
 */

import { unmask } from "./bytes.js";
import { closeCodeProblems, problem } from "./frame-rules.js";

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** @type {Record<number, string>} */
export const NAMES = {
  [CONTINUATION]: "continuation",
  [TEXT]: "text",
  [BINARY]: "binary",
  [CLOSE]: "close",
  [PING]: "ping",
  [PONG]: "pong",
};

/** @typedef {Uint8Array<ArrayBufferLike>} Bytes */
/** @typedef {import("./frame-rules.js").Problem} Problem */

/**
 * @typedef {object} Header
 * @property {boolean} fin
 * @property {number[]} rsv RSV1, RSV2, RSV3
 * @property {number} opcode
 * @property {Bytes | null} mask four bytes, or null for an unmasked frame
 * @property {7 | 16 | 64} form bits in which the length is written
 * @property {number} length of the payload; beyond 2^53 it is rounded
 * @property {number} size of the header itself
 */

/** @param {number} opcode */
export function opcodeName(opcode) {
  return NAMES[opcode] ?? `reserved 0x${opcode.toString(16)}`;
}

/** @param {number} opcode */
export function isControl(opcode) {
  return opcode >= 8;
}

/**
 * @param {Bytes} bytes that begin with a frame
 * @returns {Header | { size: number }} only the size, as far as it can be told, where bytes of the
 *   header are missing
 */
export function readHeader(bytes) {
  if (bytes.length < 2) return { size: 2 };
  const short = bytes[1] & 0x7f;
  const form = short < 126 ? 7 : short === 126 ? 16 : 64;
  const extended = form === 7 ? 0 : form / 8;
  const masked = bytes[1] >= 0x80;
  const size = 2 + extended + (masked ? 4 : 0);
  if (bytes.length < size) return { size };
  let length = form === 7 ? short : 0;
  for (let index = 2; index < 2 + extended; index++) length = length * 256 + bytes[index];
  return {
    fin: bytes[0] >= 0x80,
    rsv: [(bytes[0] >> 6) & 1, (bytes[0] >> 5) & 1, (bytes[0] >> 4) & 1],
    opcode: bytes[0] & 0x0f,
    mask: masked ? bytes.slice(size - 4, size) : null,
    form,
    length,
    size,
  };
}

/**
 * The shortest form that holds a length.
 * @param {number} length
 * @returns {7 | 16 | 64}
 */
export function shortestForm(length) {
  if (length < 126) return 7;
  return length < 65_536 ? 16 : 64;
}

/**
 * Encodes one frame, also a wrong one: only what cannot be written is refused.
 * @param {object} frame
 * @param {number} frame.opcode 0 to 15
 * @param {Bytes} [frame.data] the payload before masking
 * @param {boolean} [frame.fin]
 * @param {number[]} [frame.rsv]
 * @param {Bytes | null} [frame.mask] the masking key, four bytes
 * @param {7 | 16 | 64} [frame.form] bits for the length; the shortest that holds it by default
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {RangeError} where the form cannot hold the length, or the key is not four bytes
 */
export function encodeFrame({ opcode, data = new Uint8Array(), fin = true, rsv = [0, 0, 0], mask = null, form }) {
  const { length } = data;
  const bits = form ?? shortestForm(length);
  if (bits < shortestForm(length)) throw new RangeError(`${bits} bits cannot hold the length ${length}`);
  if (mask && mask.length !== 4) throw new RangeError("a masking key has four bytes");
  const extended = bits === 7 ? 0 : bits / 8;
  const start = 2 + extended + (mask ? 4 : 0);
  const bytes = new Uint8Array(start + length);
  bytes[0] = (fin ? 0x80 : 0) | (rsv[0] << 6) | (rsv[1] << 5) | (rsv[2] << 4) | (opcode & 0x0f);
  bytes[1] = (mask ? 0x80 : 0) | (bits === 7 ? length : bits === 16 ? 126 : 127);
  for (let index = 0, rest = length; index < extended; index++) {
    bytes[1 + extended - index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  if (mask) bytes.set(mask, start - 4);
  bytes.set(mask ? unmask(data, mask) : data, start);
  return bytes;
}

/**
 * The payload of a close frame.
 * @param {number | null} code null for a close frame without a body
 * @param {Bytes} [reason] UTF-8
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodeClose(code, reason = new Uint8Array()) {
  return code === null ? new Uint8Array() : new Uint8Array([code >> 8, code & 0xff, ...reason]);
}

/**
 * @param {Bytes} data the unmasked payload of a close frame
 * @returns {{ code: number | null, reason: string, problems: Problem[] }} where the reason is not
 *   UTF-8, its wrong bytes are U+FFFD
 */
export function readClose(data) {
  if (data.length === 0) return { code: null, reason: "", problems: [] };
  if (data.length === 1) return { code: null, reason: "", problems: [problem("halfCloseCode")] };
  const code = data[0] * 256 + data[1];
  const rest = data.subarray(2);
  const problems = closeCodeProblems(code);
  if (!isUtf8(rest)) problems.push(problem("reasonNotUtf8"));
  return { code, reason: readText(rest), problems };
}

/** @param {Bytes} data with U+FFFD for what is not UTF-8; a byte order mark stays */
export function readText(data) {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);
}

/** @param {Bytes} data */
export function isUtf8(data) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(data);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Bytes[]} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function concat(parts) {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
