/**
 * What passed over a connection as the bytes of it: the two heads of the handshake, then each frame
 * as the server reported it, with its fields and a title.
 * @module
 */

import { encodeUtf8, parseHex, printHex, unmask } from "./bytes.js";
import { byteCount, visible } from "./format.js";
import { frameFields } from "./frame-fields.js";
import { frameTitle } from "./frame-title.js";
import { concat, readHeader } from "./frame.js";
import { latin1Bytes, parseHead } from "./handshake.js";

/** @typedef {import("./session.js").Row} Row */

/**
 * @typedef {object} WireUnit
 * @property {string} id as in an address: request, response, frame-3
 * @property {"client" | "server"} from
 * @property {number | null} at milliseconds on the client's clock
 * @property {string} title
 * @property {string} label
 * @property {Uint8Array} bytes those that are known
 * @property {number} total
 * @property {import("./frame-fields.js").Field[]} fields
 * @property {string} content what the payload says, unmasked and decompressed; empty where the bytes do
 */

/** Characters of the content that are shown. */
const SHOWN = 300;

/**
 * @param {Record<string, any>} hello
 * @returns {WireUnit[]}
 */
export function handshakeUnits(hello) {
  const one = (/** @type {"request" | "response"} */ id, /** @type {"client" | "server"} */ from) => {
    const bytes = latin1Bytes(hello[id]);
    const { fields, size } = parseHead(bytes);
    const title = `opening handshake, ${id}: ${fields[0]?.value ?? ""}`;
    return { id, from, at: null, title, label: `the ${id}`, bytes, total: size, fields, content: "" };
  };
  return [one("request", "client"), one("response", "server")];
}

/**
 * @param {Row} row of the session's feed
 * @param {boolean} compression whether permessage-deflate was negotiated
 * @param {boolean} text whether a continuation belongs to a text message
 * @returns {WireUnit | null} null where the report contradicts itself
 */
export function frameUnit(row, compression, text) {
  const { n, header, payload, length } = row.frame;
  const bytes = concat([parseHex(header), parseHex(payload)]);
  const read = readHeader(bytes);
  if (!("opcode" in read) || read.size !== header.length / 2 || read.length !== length) return null;
  const known = bytes.subarray(read.size);
  const data = read.mask ? unmask(known, read.mask) : known;
  const compressed = compression && read.rsv[0] === 1;
  const message = typeof row.data === "string" ? encodeUtf8(row.data) : row.data;
  const title = frameTitle({ ...read, data }, { text, inflated: compressed ? message : null, compression });
  return {
    id: `frame-${n}`,
    from: row.to === "server" ? "client" : "server",
    at: row.at,
    title,
    label: `frame ${n}`,
    bytes,
    total: read.size + length,
    fields: frameFields(bytes, { compression }),
    content: contentOf(row, read.mask !== null, compressed, data),
  };
}

/**
 * @param {Row} row
 * @param {boolean} masked
 * @param {boolean} compressed
 * @param {Uint8Array} data
 */
function contentOf({ data: message, frame, kind }, masked, compressed, data) {
  if (frame.length === 0 || (!masked && !compressed) || kind === "CLOSE") return "";
  if (compressed && message === null) return "Compressed; only a whole message in one frame is decompressed here.";
  const shown = compressed ? message : data;
  const how = compressed ? (masked ? "Unmasked and decompressed" : "Decompressed") : "Unmasked";
  if (typeof shown === "string") return `${how}: ${byteCount(encodeUtf8(shown).length)}, “${quoted(shown)}”`;
  if (shown === null) return "";
  if (!compressed && kind === "TEXT") return `${how}: “${quoted(new TextDecoder().decode(shown))}”`;
  const first = shown.subarray(0, 16);
  const length = compressed ? shown.length : frame.length;
  const size = compressed ? `${byteCount(length)}, ` : "";
  return `${how}: ${size}${printHex(first)}${length > first.length ? " …" : ""}`;
}

/** @param {string} text */
function quoted(text) {
  const cut = Array.from(text.slice(0, 2 * SHOWN)).slice(0, SHOWN).join("");
  return `${visible(cut)}${cut.length < text.length ? "…" : ""}`;
}

/**
 * All that is known of a session, in the order in which it passed.
 * @param {import("./session.js").Session} session
 * @returns {WireUnit[]}
 */
export function wireUnits({ hello, feed }) {
  if (!hello) return [];
  const compression = Boolean(hello.compression);
  const kinds = { server: false, client: false };
  const frames = feed.map((row) => {
    if (row.kind === "TEXT" || row.kind === "BINARY") kinds[row.to] = row.kind === "TEXT";
    return frameUnit(row, compression, kinds[row.to]);
  });
  return [...handshakeUnits(hello), ...frames.filter((unit) => unit !== null)];
}

/**
 * What is exported: enough to decode it elsewhere. `hex` holds the bytes that are known.
 * @param {WireUnit[]} units
 * @param {Record<string, any>} about
 */
export function exported(units, about) {
  const rows = units.map(({ id, from, title, total, bytes, at }) => ({ id, from, title, total, at, hex: printHex(bytes, "") }));
  return JSON.stringify({ ...about, units: rows }, null, 2);
}
