/**
 * Whatever was pasted, taken apart: opening handshakes, frames and the messages in them, and what is
 * wrong with each. Nothing that can be pasted makes it throw.
 * @module
 */

import { HexError, printHex } from "./bytes.js";
import { DeflateError, firstBlock, inflate } from "./deflate.js";
import { byteCount, grouped, visible } from "./format.js";
import { frameFields } from "./frame-fields.js";
import { problem } from "./frame-rules.js";
import { frameTitle } from "./frame-title.js";
import { TEXT, concat, isControl, isUtf8, readHeader, readText } from "./frame.js";
import { decodeFrames } from "./frame-decoder.js";
import { acceptOf, latin1Bytes, listOf, looksLikeHead, parseHead, readExtension } from "./handshake.js";
import { formProblems, requestProblems, responseProblems } from "./handshake-rules.js";
import { FORMS, parsePaste } from "./paste.js";

/** @typedef {import("./frame-rules.js").Side} Side */

/**
 * @typedef {object} Finding
 * @property {string} message
 * @property {string} section
 * @property {string} url
 * @property {string} then what the receiver does
 */

/**
 * @typedef {object} Part a frame, a handshake's head, or the beginning of a frame
 * @property {string} title
 * @property {Uint8Array} bytes
 * @property {number} total
 * @property {import("./frame-fields.js").Field[]} fields
 * @property {Side | null} from
 * @property {string} label
 * @property {Finding[]} findings
 * @property {string[]} notes what the payload or the head says, in lines
 */

/**
 * @typedef {object} Inspection
 * @property {{ message: string, offset: number } | null} error of the text, which is no bytes
 * @property {string} summary
 * @property {Part[]} parts the first of them
 * @property {Uint8Array} bytes all that were read
 */

/** Frames that are shown; a megabyte of empty ones would be half a million. */
const SHOWN = 200;
const REST = "the rest";
/** Characters of a message that are shown. */
const QUOTED = 1000;

/**
 * @param {string} text
 * @param {object} options
 * @param {import("./paste.js").Form | "auto"} [options.form]
 * @param {Side | null} [options.sender]
 * @param {boolean} [options.compression] whether permessage-deflate was negotiated
 * @returns {Promise<Inspection>}
 */
export async function inspect(text, { form = "auto", sender = null, compression = false } = {}) {
  if (text.trim() === "") return { error: null, summary: "Nothing to decode yet.", parts: [], bytes: new Uint8Array() };
  let bytes;
  let how = "";
  if (form === "auto" && /^\s*(?:HTTP\/\d|[A-Z]+ \S* ?HTTP\/\d|GET )/.test(text)) {
    bytes = latin1Bytes(`${text.trim().replace(/\r?\n/g, "\r\n")}\r\n\r\n`.replace(/[^\0-\xff]/g, "?"));
    how = "the text of an opening handshake";
  } else {
    try {
      const read = parsePaste(text, form);
      bytes = read.bytes;
      how = FORMS[read.form];
    } catch (error) {
      if (!(error instanceof HexError)) throw error;
      return { error: { message: error.message, offset: error.offset }, summary: error.message, parts: [], bytes: new Uint8Array() };
    }
  }
  const parts = [];
  const { heads, at, agreed } = headsOf(bytes);
  parts.push(...heads);
  // Behind a request and its response stand frames of either direction.
  const sides = new Set(heads.map(({ from }) => from));
  const known = sides.size === 1 ? heads[0].from : null;
  if (at < bytes.length) parts.push(...(await framesOf(bytes.subarray(at), sender ?? known, compression || agreed)));
  return { error: null, summary: summaryOf(bytes.length, how, parts), parts: parts.slice(0, SHOWN), bytes };
}

/**
 * @param {number} size
 * @param {string} how
 * @param {Part[]} parts
 */
function summaryOf(size, how, parts) {
  if (size === 0) return "There are no bytes in this text.";
  const wrong = parts.filter(({ findings }) => findings.length).length;
  const count = `${grouped(parts.length)} ${parts.length === 1 ? "part" : "parts"}`;
  const shown = parts.length > SHOWN ? ` The first ${SHOWN} are shown.` : "";
  const verdict = wrong === 0 ? "No rule is broken." : `${grouped(wrong)} ${wrong === 1 ? "breaks" : "break"} a rule.`;
  const off = parts.at(-1)?.label === REST ? " The last breaks off." : "";
  return `${byteCount(size)}, read as ${how}: ${count}. ${verdict}${off}${shown}`;
}

/**
 * @param {Uint8Array} bytes
 * @returns {{ heads: Part[], at: number, agreed: boolean }} the heads, where they end, and whether a
 *   response among them agrees to permessage-deflate
 */
function headsOf(bytes) {
  /** @type {Part[]} */
  const heads = [];
  let at = 0;
  let request = null;
  let agreed = false;
  while (looksLikeHead(bytes.subarray(at))) {
    const rest = bytes.subarray(at);
    const head = parseHead(rest);
    const own = rest.subarray(0, head.size);
    const client = head.kind === "request";
    if (client) request = head;
    else agreed = listOf(head, "sec-websocket-extensions").some((element) => readExtension(element).name === "permessage-deflate");
    const problems = [...formProblems(head, own), ...(client ? requestProblems(head) : responseProblems(head, request))];
    const findings = problems.map(({ message, section, url, status, browser }) => ({ message, section, url, then: thenOf(status, browser, client) }));
    const key = client ? head.headers.find(({ name }) => name === "sec-websocket-key") : null;
    heads.push({
      title: `opening handshake, ${head.kind}: ${head.fields[0].value}`,
      bytes: own,
      total: head.size,
      fields: head.fields,
      from: client ? "client" : "server",
      label: `the ${head.kind}`,
      findings,
      notes: key ? [`The response to this key is Sec-WebSocket-Accept: ${acceptOf(key.value).accept}`] : [],
    });
    at += head.size;
  }
  return { heads, at, agreed };
}

/**
 * @param {number | null} status
 * @param {boolean} browser
 * @param {boolean} client whose request it is
 */
function thenOf(status, browser, client) {
  if (client) return `The server answers with ${status}.`;
  return browser ? "A browser fails the connection." : "The client fails the connection.";
}

/**
 * @param {Uint8Array} bytes
 * @param {Side | null} sender
 * @param {boolean} compression
 * @returns {Promise<Part[]>}
 */
async function framesOf(bytes, sender, compression) {
  const { frames, rest, problems, lost } = decodeFrames(bytes, { sender, compression });
  /** @type {Part[]} */
  const parts = [];
  let history = new Uint8Array();
  let text = true;
  for (const frame of frames) {
    const { offset, size, length, opcode } = frame;
    if (opcode === 1 || opcode === 2) text = opcode === TEXT;
    const cut = lost && frame === frames.at(-1);
    const own = bytes.subarray(offset, offset + size + (cut ? 0 : length));
    const fields = frameFields(own, { compression }).filter(({ end }) => end <= own.length);
    const found = [...frame.problems];
    const notes = [];
    let inflated = null;
    if (frame.message?.compressed) {
      try {
        inflated = await inflate(frame.message.data, history);
        history = concat([history, inflated]);
        if (frame.message.opcode === TEXT && !isUtf8(inflated)) found.push(problem("textNotUtf8"));
        const { data } = frame.message;
        notes.push(`Decompressed from ${byteCount(data.length)} to ${byteCount(inflated.length)}; the first block is coded with ${firstBlock(data)}.`);
        notes.push(said(inflated, frame.message.opcode === TEXT));
      } catch (error) {
        if (!(error instanceof DeflateError)) throw error;
        notes.push(error.message);
      }
    } else if (frame.mask && length > 0 && !cut) {
      notes.push(`Unmasked: ${said(frame.data, (text && !isControl(opcode)) || opcode === 9 || opcode === 10)}`);
    }
    if (frame.message && !frame.message.compressed && frame.message.frames > 1) {
      notes.push(`The message of ${frame.message.frames} frames is complete: ${said(frame.message.data, frame.message.opcode === TEXT)}`);
    }
    const single = frame.message?.frames === 1 ? inflated : null;
    const title = frameTitle(frame, { text, compression, inflated: single });
    const label = `frame ${parts.length + 1}`;
    parts.push({ title, bytes: own, total: own.length, fields, from: sender, label, findings: found.map(findingOf), notes });
  }
  if (rest.length) parts.push(restOf(rest, sender, compression, problems, lost));
  return parts;
}

/**
 * @param {import("./frame-rules.js").Problem} found
 * @returns {Finding}
 */
function findingOf({ message, section, url, code }) {
  const then = code === null ? "The receiver discards the frame." : `The receiver fails the connection with ${code}.`;
  return { message, section, url, then };
}

/**
 * @param {Uint8Array} rest
 * @param {Side | null} sender
 * @param {boolean} compression
 * @param {import("./frame-rules.js").Problem[]} problems
 * @param {boolean} lost
 * @returns {Part}
 */
function restOf(rest, sender, compression, problems, lost) {
  const header = readHeader(rest);
  const whole = "opcode" in header ? header.size + header.length : header.size;
  const missing = whole - rest.length;
  const title = lost ? `${byteCount(rest.length)} that belong to no frame` : `a frame that breaks off after ${byteCount(rest.length)}`;
  const least = "opcode" in header ? "" : "at least ";
  const notes = lost ? [] : [`${least}${grouped(missing)} more ${missing === 1 ? "byte is" : "bytes are"} missing.`];
  const known = frameFields(rest, { compression }).map((field) => ({ ...field, end: Math.min(field.end, rest.length) }));
  const fields = lost ? [{ ...known[0], name: "payload", title: "Unknown", start: 0, end: rest.length, value: byteCount(rest.length), meaning: "Where the next frame begins cannot be known.", bits: undefined }] : known.filter(({ start, end }) => end > start);
  return { title, bytes: rest, total: rest.length, fields, from: sender, label: REST, findings: problems.map(findingOf), notes: notes.map((note) => note[0].toUpperCase() + note.slice(1)) };
}

/**
 * @param {Uint8Array} data
 * @param {boolean} text
 */
function said(data, text) {
  if (text && isUtf8(data)) {
    const words = readText(data);
    const cut = Array.from(words.slice(0, 2 * QUOTED)).slice(0, QUOTED).join("");
    return `“${visible(cut)}${cut.length < words.length ? "…" : ""}”`;
  }
  const first = data.subarray(0, 64);
  return `${printHex(first)}${first.length < data.length ? " …" : ""}` || "empty";
}
