/**
 * The fields of a frame: which bytes and bits each takes, its value, and what it means. Each byte
 * belongs to exactly one field; the fields of the first two bytes name their bits.
 * @module
 */

import { closeCode } from "./close-codes.js";
import { byteCount, grouped, visible } from "./format.js";
import { printHex, unmask } from "./bytes.js";
import { sectionUrl } from "./frame-rules.js";
import { CLOSE, isControl, opcodeName, readHeader, readText } from "./frame.js";

/** @typedef {import("./frame.js").Bytes} Bytes */
/** @typedef {import("./frame.js").Header} Header */

/**
 * @typedef {object} Bit one value inside a byte
 * @property {string} name
 * @property {number} first counted from the highest bit, which is 0
 * @property {number} count
 * @property {number} value
 * @property {string} meaning
 */

/**
 * @typedef {object} Field
 * @property {string} name start, length, extended, mask, code, reason or payload
 * @property {string} title
 * @property {number} start of its bytes, counted from the first of the frame
 * @property {number} end behind its last byte
 * @property {string} value as a reader would write it
 * @property {string} meaning a sentence or two
 * @property {string} section of the standard that defines it
 * @property {string} url
 * @property {Bit[]} [bits]
 */

/** @type {Record<string, { title: string, rfc?: number, section: string }>} */
const FIELDS = {
  start: { title: "FIN, RSV and opcode", section: "5.2" },
  length: { title: "MASK and payload length", section: "5.2" },
  extended: { title: "Extended payload length", section: "5.2" },
  mask: { title: "Masking key", section: "5.3" },
  code: { title: "Close code", section: "5.5.1" },
  reason: { title: "Close reason", section: "5.5.1" },
  payload: { title: "Payload", section: "5.2" },
};

/** @type {Record<number, string>} */
const OPCODE_MEANING = {
  0: "continuation: more of the message that an earlier frame began",
  1: "text: the message is UTF-8",
  2: "binary: the message is any bytes",
  8: "close: the last frame of this direction",
  9: "ping: the other end must answer with a pong",
  10: "pong: the answer to a ping, or a sign of life without one",
};

/**
 * @param {Bytes} bytes the header, and as much of the payload as is known
 * @param {object} [options]
 * @param {boolean} [options.compression] whether permessage-deflate was negotiated
 * @returns {Field[]} in order, without gaps, up to the frame's end; where bytes of the header are
 *   missing, up to the last that is known
 */
export function frameFields(bytes, { compression = false } = {}) {
  const header = readHeader(bytes);
  const fields = [];
  if (bytes.length > 0) fields.push(startField(bytes[0], compression));
  if (bytes.length > 1) fields.push(lengthField(bytes[1]));
  if (!("opcode" in header)) {
    if (bytes.length > 2) fields.push(field("extended", 2, bytes.length, printHex(bytes.subarray(2)), "The frame breaks off inside its header."));
    return fields;
  }
  const { form, mask, size, length } = header;
  const extended = form === 7 ? 2 : 2 + form / 8;
  if (extended > 2) {
    const meaning = `The payload length, in ${form} bits, the highest byte first.`;
    const exact = bytes.subarray(2, extended).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    fields.push(field("extended", 2, extended, grouped(exact), meaning));
  }
  if (mask) {
    const meaning = "Byte i of the payload is XORed with byte i mod 4 of this key. A client picks a new one for each frame.";
    fields.push(field("mask", extended, size, printHex(mask), meaning));
  }
  fields.push(...payloadFields(header, bytes.subarray(size, size + length), compression));
  return fields;
}

/**
 * @param {string} name
 * @param {number} start
 * @param {number} end
 * @param {string} value
 * @param {string} meaning
 * @param {Bit[]} [bits]
 * @returns {Field}
 */
function field(name, start, end, value, meaning, bits) {
  const { title, rfc = 6455, section } = FIELDS[name];
  const source = { section: `RFC ${rfc} §${section}`, url: sectionUrl(rfc, section) };
  return { name, title, start, end, value, meaning, ...source, ...(bits && { bits }) };
}

/**
 * @param {number} byte
 * @param {boolean} compression
 */
function startField(byte, compression) {
  const fin = byte >> 7;
  const opcode = byte & 0x0f;
  const rsv1 = (byte >> 6) & 1;
  const reserved = "0 unless an extension gives it a meaning";
  const deflate = rsv1 ? "1: the message is compressed" : "0: the message is not compressed";
  /** @type {Bit[]} */
  const bits = [
    { name: "FIN", first: 0, count: 1, value: fin, meaning: fin ? "1: the last frame of its message" : "0: more frames of this message follow" },
    { name: "RSV1", first: 1, count: 1, value: rsv1, meaning: compression ? deflate : reserved },
    { name: "RSV2", first: 2, count: 1, value: (byte >> 5) & 1, meaning: reserved },
    { name: "RSV3", first: 3, count: 1, value: (byte >> 4) & 1, meaning: reserved },
    { name: "Opcode", first: 4, count: 4, value: opcode, meaning: OPCODE_MEANING[opcode] ?? "reserved" },
  ];
  const kind = `${isControl(opcode) ? "A control" : "A data"} frame: ${opcodeName(opcode)}.`;
  const last = fin ? "It ends its message." : "More frames of its message follow.";
  return field("start", 0, 1, `FIN ${fin}, RSV ${(byte >> 6) & 1}${(byte >> 5) & 1}${(byte >> 4) & 1}, opcode ${opcode}`, `${kind} ${last}`, bits);
}

/** @param {number} byte */
function lengthField(byte) {
  const masked = byte >> 7;
  const short = byte & 0x7f;
  const where = { 126: "126: the next 2 bytes hold the length", 127: "127: the next 8 bytes hold the length" };
  const meaning = where[short] ?? `the payload has ${byteCount(short)}`;
  /** @type {Bit[]} */
  const bits = [
    { name: "MASK", first: 0, count: 1, value: masked, meaning: masked ? "1: masked, as all frames from a client" : "0: not masked, as all frames from a server" },
    { name: "Payload length", first: 1, count: 7, value: short, meaning },
  ];
  const words = masked ? "The payload is masked" : "The payload is not masked";
  return field("length", 1, 2, `MASK ${masked}, length ${short}`, `${words}; ${meaning}.`, bits);
}

/**
 * @param {Header} header
 * @param {Bytes} payload as on the wire, or the beginning of it
 * @param {boolean} compression
 */
function payloadFields({ opcode, mask, size, length, rsv }, payload, compression) {
  if (length === 0) return [];
  const data = mask ? unmask(payload, mask) : payload;
  if (opcode === CLOSE && length >= 2 && length < 126 && data.length >= 2) {
    const code = data[0] * 256 + data[1];
    const { name, meaning } = closeCode(code);
    const fields = [field("code", size, size + 2, String(code), `${name}: ${meaning}`)];
    if (length > 2) {
      const reason = visible(readText(data.subarray(2)));
      fields.push(field("reason", size + 2, size + length, reason, "UTF-8, at most 123 bytes, for logs and for the other end’s program."));
    }
    return fields;
  }
  const compressed = compression && rsv[0] === 1;
  const how = [mask ? "masked" : "", compressed ? "compressed" : ""].filter(Boolean).join(" and ");
  const meaning = how ? `${byteCount(length)}, ${how}.` : `${byteCount(length)}, as they are.`;
  return [field("payload", size, size + length, byteCount(length), meaning)];
}
