/**
 * Bytes as people paste them: hexadecimal in most forms, hex dumps, C arrays as Wireshark exports
 * them, base64. What cannot be read is pointed at by its offset in the text.
 * @module
 */

import { HexError, parseHex } from "./bytes.js";

/** @typedef {"hex" | "dump" | "c" | "base64"} Form */

/** @type {Record<Form, string>} */
export const FORMS = { hex: "hexadecimal", dump: "a hex dump", c: "a C array", base64: "base64" };

/**
 * @param {string} text
 * @param {Form | "auto"} [form]
 * @returns {{ bytes: Uint8Array<ArrayBuffer>, form: Form }}
 * @throws {HexError} with what is wrong and where
 */
export function parsePaste(text, form = "auto") {
  const chosen = form === "auto" ? detect(text) : form;
  const read = { hex: readHex, dump: (all) => readHex(blankDump(all)), c: readC, base64: readBase64 };
  return { bytes: read[chosen](text), form: chosen };
}

/**
 * @param {string} text
 * @returns {Form}
 */
function detect(text) {
  if (/[{}]|\/\*/.test(text)) return "c";
  if (isDump(text)) return "dump";
  const joined = text.trim().replace(/\r?\n/g, "");
  const possible = /^[A-Za-z0-9+/_-]+={0,2}$/.test(joined) && (joined.endsWith("=") ? joined.length % 4 === 0 : joined.length % 4 !== 1);
  // One wrong letter among hexadecimal digits is a slip, which has to be pointed at.
  const letters = joined.replace(/0x/gi, "").replace(/[^g-z]/gi, "").length;
  return possible && (/[+/_=]/.test(joined) || 4 * letters > joined.length) ? "base64" : "hex";
}

/** @param {string} text in which `\x81` is also written */
function readHex(text) {
  return parseHex(text.replace(/\\x/gi, "  "));
}

/** @param {string} text One array or several; comments, and all outside of braces, are no bytes. */
function readC(text) {
  const uncommented = text.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/.*/g, blank);
  if (!uncommented.includes("{")) return parseHex(uncommented.replace("}", blank));
  return parseHex(uncommented.replace(/[^{}]*\{|\}[^{]*$/g, blank).replaceAll("}", " "));
}

/** @param {string} text the same length in spaces, so that offsets stay */
function blank(text) {
  return text.replace(/[^\n]/g, " ");
}

/** Offset, then bytes, then perhaps two spaces or a bar and the characters. */
const DUMP_LINE = /^(\s*)([0-9a-f]{4,8})(:?[ \t]+)((?:[0-9a-f]{2}[ -]{0,2})+)(?:(?<=\s)[|\s].*|\s.*)?$/i;

/** How `hexdump` ends: the number of all bytes, alone in a line. */
const DUMP_END = /^\s*[0-9a-f]{4,8}\s*$/i;

/** @param {string} line */
function dumpLine(line) {
  const found = DUMP_LINE.exec(line.trimEnd());
  if (!found) return null;
  const [, indent, offset, gap, rest] = found;
  // Behind the bytes stand the characters, which may look like bytes. xxd, which writes a colon, has two
  // spaces there; others have more, as two divide the halves of their line.
  const columns = rest.split(gap.startsWith(":") ? / {2,}/ : / {3,}/)[0];
  return { offset: parseInt(offset, 16), lead: indent.length + offset.length + gap.length, columns };
}

/** @param {string} text Each line says how many bytes stand before it. */
function isDump(text) {
  let expected = null;
  let lines = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "" || (DUMP_END.test(line) && parseInt(line, 16) === expected)) continue;
    const found = dumpLine(line);
    if (!found || (expected !== null && found.offset !== expected)) return false;
    if (expected === null && found.offset % 8 !== 0) return false;
    expected = found.offset + found.columns.replace(/[^0-9a-f]/gi, "").length / 2;
    lines++;
  }
  return lines > 0 && /^\s*0000/.test(text);
}

/** @param {string} text */
function blankDump(text) {
  return text
    .split("\n")
    .map((line) => {
      if (DUMP_END.test(line)) return blank(line);
      const found = dumpLine(line);
      if (!found) return line;
      const { lead, columns } = found;
      return (" ".repeat(lead) + columns).padEnd(line.length);
    })
    .join("\n");
}

/** @param {string} text of either alphabet, with or without padding */
function readBase64(text) {
  const wrong = /[^A-Za-z0-9+/_\-=\s]|=(?!=?\s*$)/.exec(text);
  if (wrong) {
    throw new HexError(`“${String.fromCodePoint(text.codePointAt(wrong.index))}” at offset ${wrong.index} is not base64.`, wrong.index);
  }
  const digits = text.replace(/[\s=]/g, "").replaceAll("-", "+").replaceAll("_", "/");
  if (digits.length % 4 === 1) {
    const last = text.search(/\S[\s=]*$/);
    throw new HexError(`The base64 breaks off: its last character, at offset ${last}, holds no whole byte.`, last);
  }
  return Uint8Array.from(atob(digits), (character) => character.charCodeAt(0));
}
