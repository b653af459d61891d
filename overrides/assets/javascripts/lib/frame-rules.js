/**
 * What a frame may break: each rule of RFC 6455 and RFC 7692 with its section, and the close code
 * that the end which received the frame sends.
 * @module
 */

import { grouped } from "./format.js";

/** @typedef {"client" | "server"} Side */

/**
 * @typedef {object} Problem
 * @property {string} rule its name, one of `RULES`
 * @property {string} message what is wrong, in words
 * @property {string} section such as "RFC 6455 §5.1"
 * @property {string} url of that section
 * @property {number | null} code the close code that the receiver sends; null where it discards the frame
 * @property {string} field the part of the frame that is wrong, as `fields` of frame-fields.js names it
 */

/**
 * @typedef {object} Rule
 * @property {number} rfc
 * @property {string} section
 * @property {number | null} code
 * @property {string} field
 * @property {(...values: any[]) => string} say
 */

/** @type {Record<string, Rule>} */
export const RULES = {
  unmasked: {
    rfc: 6455, section: "5.1", code: 1002, field: "length",
    say: () => "A client masks every frame; this one has no mask.",
  },
  masked: {
    rfc: 6455, section: "5.1", code: 1002, field: "length",
    say: () => "A server masks no frame; this one is masked.",
  },
  reservedBit: {
    rfc: 6455, section: "5.2", code: 1002, field: "start",
    say: (bits) => `${bits} set, and no negotiated extension gives that a meaning.`,
  },
  compressedControl: {
    rfc: 7692, section: "6", code: 1002, field: "start",
    say: () => "RSV1 marks a compressed message; a control frame is never compressed.",
  },
  compressedContinuation: {
    rfc: 7692, section: "6", code: 1002, field: "start",
    say: () => "RSV1 belongs to the first frame of a compressed message, never to a continuation.",
  },
  unknownOpcode: {
    rfc: 6455, section: "5.2", code: 1002, field: "start",
    say: (opcode) => `Opcode 0x${opcode.toString(16)} is reserved and has no meaning.`,
  },
  nothingToContinue: {
    rfc: 6455, section: "5.4", code: 1002, field: "start",
    say: () => "A continuation frame, but no message has begun.",
  },
  interleaved: {
    rfc: 6455, section: "5.4", code: 1002, field: "start",
    say: () => "A new message begins before the last one has ended: a continuation was due.",
  },
  fragmentedControl: {
    rfc: 6455, section: "5.5", code: 1002, field: "start",
    say: () => "A control frame is never fragmented; here FIN is 0.",
  },
  longControl: {
    rfc: 6455, section: "5.5", code: 1002, field: "length",
    say: (length) => `A control frame holds at most 125 bytes; this one says ${grouped(length)}.`,
  },
  longerThanNeeded: {
    rfc: 6455, section: "5.2", code: 1002, field: "extended",
    say: (length, form) => `${grouped(length)} is written in ${form} bits; the shortest form that holds it must be used.`,
  },
  lengthTooLarge: {
    rfc: 6455, section: "5.2", code: 1002, field: "extended",
    say: () => "The highest bit of a 64-bit length must be 0.",
  },
  afterClose: {
    // §1.4: what comes after it is discarded.
    rfc: 6455, section: "5.5.1", code: null, field: "start",
    say: () => "A frame after the close frame, which is the last that an end sends.",
  },
  halfCloseCode: {
    rfc: 6455, section: "5.5.1", code: 1002, field: "payload",
    say: () => "A close frame is empty or begins with a code of two bytes; this one has one byte.",
  },
  reservedCloseCode: {
    rfc: 6455, section: "7.4.1", code: 1002, field: "code",
    say: (code) => `Close code ${code} is never sent in a frame.`,
  },
  undefinedCloseCode: {
    rfc: 6455, section: "7.4.2", code: 1002, field: "code",
    say: (code) => `Close code ${code} is not one that an endpoint may use.`,
  },
  reasonNotUtf8: {
    rfc: 6455, section: "8.1", code: 1007, field: "reason",
    say: () => "The reason of a close frame is UTF-8; this one is not.",
  },
  textNotUtf8: {
    rfc: 6455, section: "8.1", code: 1007, field: "payload",
    say: () => "A text message is UTF-8; this one is not.",
  },
};

/**
 * @param {number} rfc
 * @param {string} section
 */
export function sectionUrl(rfc, section) {
  return `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${section}`;
}

/**
 * @param {string} rule a name in `RULES`
 * @param {...any} values that its words need
 * @returns {Problem}
 */
export function problem(rule, ...values) {
  const { rfc, section, code, field, say } = RULES[rule];
  return {
    rule,
    message: say(...values),
    section: `RFC ${rfc} §${section}`,
    url: sectionUrl(rfc, section),
    code,
    field,
  };
}

/**
 * @param {number} code from a close frame
 * @returns {Problem[]} empty where an endpoint may send it
 */
export function closeCodeProblems(code) {
  if ([1004, 1005, 1006, 1015].includes(code)) return [problem("reservedCloseCode", code)];
  if (code < 1000 || (code > 1014 && code < 3000) || code > 4999) {
    return [problem("undefinedCloseCode", code)];
  }
  return [];
}
