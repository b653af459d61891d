/**
 * A frame in one line, as headings and captions name it.
 * @module
 */

import { grouped, visible } from "./format.js";
import { BINARY, CLOSE, CONTINUATION, TEXT, isControl, isUtf8, opcodeName, readClose, readText } from "./frame.js";

/** @typedef {import("./frame.js").Bytes} Bytes */
/** @typedef {import("./frame-decoder.js").Frame} Frame */

/** Characters of a payload that a title quotes. */
const QUOTED = 40;

/**
 * Such as: text “Hello”; binary, 256 bytes; text “Hel” (more follow); close 1000 “done”; ping, empty.
 * @param {Pick<Frame, "opcode" | "fin" | "rsv" | "length" | "data">} frame
 * @param {object} [options]
 * @param {boolean} [options.text] whether a continuation frame belongs to a text message
 * @param {Bytes | null} [options.inflated] what a compressed message was before it was compressed,
 *   null where that is not known
 * @param {boolean} [options.compression] whether permessage-deflate was negotiated
 * @returns {string}
 */
export function frameTitle({ opcode, fin, rsv, length, data }, { text = false, inflated = null, compression = false } = {}) {
  const compressed = compression && rsv[0] === 1;
  const kind = compressed ? `${opcodeName(opcode)}, compressed` : opcodeName(opcode);
  const more = fin || isControl(opcode) ? "" : " (more follow)";
  return `${kind}${content(opcode, length, compressed ? inflated : data, text)}${more}`;
}

/**
 * @param {number} opcode
 * @param {number} length of the payload on the wire
 * @param {Bytes | null} data
 * @param {boolean} text
 */
function content(opcode, length, data, text) {
  if (length === 0 && opcode !== TEXT) return ", empty";
  const bytes = `, ${grouped(length)} ${length === 1 ? "byte" : "bytes"}`;
  if (data === null) return bytes;
  if (opcode === CLOSE) {
    const { code, reason } = readClose(data);
    return `${code === null ? "" : ` ${code}`}${reason ? ` ${quoted(reason)}` : ""}`;
  }
  if (opcode === BINARY || (opcode === CONTINUATION && !text)) return bytes;
  // A ping holds any bytes; those that read as text are most often meant so.
  if (opcode > CLOSE && !/^[\x20-\x7e]*$/.test(isUtf8(data) ? readText(data) : "\0")) return bytes;
  const words = readText(data);
  return words.length > QUOTED ? `${bytes}: ${quoted(words)}` : ` ${quoted(words)}`;
}

/** @param {string} words */
function quoted(words) {
  const cut = Array.from(words).slice(0, QUOTED).join("");
  return `“${visible(cut)}${cut.length < words.length ? "…" : ""}”`;
}
