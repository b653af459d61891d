/**
 * Frames of RFC 6455 §5: encoded, and decoded as their bytes arrive. Nothing that can be read is
 * withheld: each frame comes with what it breaks, and decoding goes on behind it.
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
const NAMES = {
  [CONTINUATION]: "continuation",
  [TEXT]: "text",
  [BINARY]: "binary",
  [CLOSE]: "close",
  [PING]: "ping",
  [PONG]: "pong",
};

/** @typedef {Uint8Array<ArrayBufferLike>} Bytes */
/** @typedef {import("./frame-rules.js").Problem} Problem */
/** @typedef {import("./frame-rules.js").Side} Side */

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

/**
 * @typedef {object} Message
 * @property {number} opcode TEXT or BINARY
 * @property {boolean} compressed
 * @property {Bytes} data unmasked, and compressed as it came
 * @property {number} frames
 */

/**
 * @typedef {Header & {
 *   offset: number, payload: Bytes, data: Bytes,
 *   problems: Problem[], message: Message | null,
 * }} Frame `offset` counts all bytes of its direction; `payload` is as on the wire, `data` unmasked;
 *   `message` is what this frame completes
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

/** Decodes one direction of a connection, in pieces of any size. */
export class FrameDecoder {
  #buffer = new Uint8Array(256);
  #held = 0;
  #offset = 0;
  /** The message that has begun and not ended. @type {{ opcode: number, compressed: boolean, parts: Bytes[], utf8: TextDecoder | null } | null} */
  #message = null;
  #closed = false;

  /**
   * @param {object} [options]
   * @param {Side | null} [options.sender] whose frames these are; null where nobody knows, and masks
   *   are not judged
   * @param {boolean} [options.compression] whether permessage-deflate was negotiated
   */
  constructor({ sender = null, compression = false } = {}) {
    this.sender = sender;
    this.compression = compression;
    /** A length that no frame can have was read: where the next frame begins cannot be known. */
    this.lost = false;
  }

  /** What has arrived of a frame that is not complete. */
  get rest() {
    return this.#buffer.slice(0, this.#held);
  }

  /** Where in all bytes of this direction that frame begins. */
  get offset() {
    return this.#offset;
  }

  /** Whether a fragmented message has begun and not ended. */
  get unfinished() {
    return this.#message !== null;
  }

  /**
   * What an incomplete frame breaks already, as far as its header tells.
   * @returns {Problem[]}
   */
  restProblems() {
    const header = readHeader(this.rest);
    return "opcode" in header ? this.#headerProblems(header) : [];
  }

  /**
   * @param {Bytes} bytes the next ones
   * @returns {Frame[]} those that they complete
   */
  push(bytes) {
    this.#append(bytes);
    /** @type {Frame[]} */
    const frames = [];
    let start = 0;
    while (!this.lost) {
      const view = this.#buffer.subarray(start, this.#held);
      const header = readHeader(view);
      if (!("opcode" in header)) break;
      if (tooLarge(header, view)) this.lost = true;
      else if (view.length < header.size + header.length) break;
      const end = this.lost ? header.size : header.size + header.length;
      const payload = view.slice(header.size, end);
      frames.push(this.#frame(header, payload));
      start += end;
      this.#offset += end;
    }
    this.#buffer.copyWithin(0, start, this.#held);
    this.#held -= start;
    return frames;
  }

  /** @param {Bytes} bytes */
  #append(bytes) {
    const needed = this.#held + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#held));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#held);
    this.#held = needed;
  }

  /**
   * @param {Header} header
   * @param {Bytes} payload
   * @returns {Frame}
   */
  #frame(header, payload) {
    const data = header.mask ? unmask(payload, header.mask) : payload;
    const problems = this.#headerProblems(header);
    if (this.lost) problems.push(problem("lengthTooLarge"));
    if (header.opcode === CLOSE && !this.#closed) problems.push(...readClose(data).problems);
    const message = isControl(header.opcode) || this.#closed ? null : this.#join(header, data, problems);
    if (header.opcode === CLOSE) this.#closed = true;
    return { ...header, offset: this.#offset, payload, data, problems, message };
  }

  /** @param {Header} header */
  #headerProblems(header) {
    const { fin, rsv, opcode, mask, form, length } = header;
    const control = isControl(opcode);
    if (this.#closed) return [problem("afterClose")];
    const problems = [];
    if (this.sender === "client" && !mask) problems.push(problem("unmasked"));
    if (this.sender === "server" && mask) problems.push(problem("masked"));
    const named = rsv.map((bit, index) => (bit && !(index === 0 && this.compression) ? `RSV${index + 1}` : ""));
    const bits = named.filter(Boolean);
    if (bits.length) problems.push(problem("reservedBit", `${bits.join(" and ")} ${bits.length > 1 ? "are" : "is"}`));
    if (rsv[0] && this.compression && control) problems.push(problem("compressedControl"));
    if (rsv[0] && this.compression && opcode === CONTINUATION) problems.push(problem("compressedContinuation"));
    if (!(opcode in NAMES)) problems.push(problem("unknownOpcode", opcode));
    if (opcode === CONTINUATION && !this.#message) problems.push(problem("nothingToContinue"));
    if ((opcode === TEXT || opcode === BINARY) && this.#message) problems.push(problem("interleaved"));
    if (control && !fin) problems.push(problem("fragmentedControl"));
    if (control && length > 125) problems.push(problem("longControl", length));
    if (form > shortestForm(length)) problems.push(problem("longerThanNeeded", length, form));
    return problems;
  }

  /**
   * Adds a data frame to its message.
   * @param {Header} header
   * @param {Bytes} data
   * @param {Problem[]} problems to which what is wrong with the text is added
   * @returns {Message | null} the message that it completes
   */
  #join({ fin, rsv, opcode }, data, problems) {
    if (opcode === TEXT || opcode === BINARY) {
      const compressed = rsv[0] === 1 && this.compression;
      const utf8 = opcode === TEXT && !compressed ? new TextDecoder("utf-8", { fatal: true }) : null;
      this.#message = { opcode, compressed, parts: [], utf8 };
    }
    const message = this.#message;
    if (!message || opcode > BINARY) return null;
    message.parts.push(data);
    try {
      message.utf8?.decode(data, { stream: !fin });
    } catch {
      problems.push(problem("textNotUtf8"));
      message.utf8 = null;
    }
    if (!fin) return null;
    this.#message = null;
    const { compressed, parts } = message;
    return { opcode: message.opcode, compressed, data: concat(parts), frames: parts.length };
  }
}

/**
 * @param {Header} header
 * @param {Bytes} bytes in which it stands first
 */
function tooLarge({ form }, bytes) {
  return form === 64 && bytes[2] >= 0x80;
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

/**
 * Decodes all frames at once.
 * @param {Bytes} bytes
 * @param {{ sender?: Side | null, compression?: boolean }} [options]
 * @returns {{ frames: Frame[], rest: Bytes, problems: Problem[], unfinished: boolean, lost: boolean }}
 *   `rest` is the beginning of a frame that is not complete, `problems` what that breaks
 */
export function decodeFrames(bytes, options) {
  const decoder = new FrameDecoder(options);
  const frames = decoder.push(bytes);
  const { rest, unfinished, lost } = decoder;
  return { frames, rest, problems: lost ? [] : decoder.restProblems(), unfinished, lost };
}
