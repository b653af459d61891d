/**
 * Frames of RFC 6455 §5, decoded as their bytes arrive. Nothing that can be read is withheld: each
 * frame comes with what it breaks, and decoding goes on behind it.
 * @module
 */

import { unmask } from "./bytes.js";
import { BINARY, CLOSE, CONTINUATION, NAMES, TEXT, concat, isControl, readClose, readHeader, shortestForm } from "./frame.js";
import { problem } from "./frame-rules.js";

/** @typedef {import("./frame.js").Bytes} Bytes */
/** @typedef {import("./frame.js").Header} Header */
/** @typedef {import("./frame-rules.js").Problem} Problem */
/** @typedef {import("./frame-rules.js").Side} Side */

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
