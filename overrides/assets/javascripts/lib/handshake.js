/**
 * The opening handshake of RFC 6455 §4 as bytes: its lines as fields, each byte in exactly one of
 * them. What a request or a response breaks is found by handshake-rules.js.
 * @module
 */

import { encodeUtf8, toBase64 } from "./bytes.js";
import { visible } from "./format.js";
import { sectionUrl } from "./frame-rules.js";
import { sha1 } from "./sha1.js";

/** @typedef {import("./frame.js").Bytes} Bytes */
/** @typedef {import("./frame-fields.js").Field} Field */

/** What a server appends to the key, RFC 6455 §1.3. */
export const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * @typedef {object} Header
 * @property {string} name in lowercase
 * @property {string} value without the white space around it
 * @property {number} field its line, as an index of `fields`
 */

/**
 * @typedef {object} Head the request or response up to its empty line
 * @property {"request" | "response"} kind
 * @property {string} method of a request, else empty
 * @property {string} target of a request, else empty
 * @property {string} version such as "1.1"; empty where the first line is not HTTP's
 * @property {number | null} status of a response
 * @property {Header[]} headers
 * @property {Field[]} fields in order, without gaps, from the first byte to `size`
 * @property {number} size in bytes, the empty line included
 * @property {boolean} complete whether the empty line is there
 */

/**
 * Computes `Sec-WebSocket-Accept`, RFC 6455 §4.2.2.
 * @param {string} key as it stands in the field
 * @returns {{ input: string, digest: Uint8Array<ArrayBuffer>, accept: string }}
 */
export function acceptOf(key) {
  const input = key.trim() + GUID;
  const digest = sha1(encodeUtf8(input));
  return { input, digest, accept: toBase64(digest) };
}

/**
 * @param {string} text each character standing for the byte of its value, as the echo server reports it
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function latin1Bytes(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** @param {Bytes} bytes */
export function latin1(bytes) {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** @param {Bytes} bytes @returns {boolean} whether they begin as a request or response does */
export function looksLikeHead(bytes) {
  return /^(?:HTTP\/\d|[A-Za-z]+ \S+ HTTP\/\d|GET )/.test(latin1(bytes.subarray(0, 4096)));
}

/** @type {Record<string, [title: string, section: string, meaning: string]>} */
const MEANINGS = {
  host: ["Host", "6455 4.1", "The host that the client wants, with its port unless that is the default one."],
  upgrade: ["Upgrade", "6455 4.1", "The protocol that this connection changes to: websocket."],
  connection: ["Connection", "6455 4.1", "The fields that are meant for this hop; it has to include Upgrade."],
  origin: ["Origin", "6455 10.2", "The origin of the page whose script connects. Browsers always send it."],
  cookie: ["Cookie", "6455 4.1", "Cookies of the host, as in any other request."],
  "sec-websocket-key": ["Sec-WebSocket-Key", "6455 11.3.1", "16 random bytes in base64, new for each connection. The response proves with its hash that a WebSocket server read it."],
  "sec-websocket-accept": ["Sec-WebSocket-Accept", "6455 11.3.3", "The hash of the request’s key, which shows that this server read it as a WebSocket key."],
  "sec-websocket-version": ["Sec-WebSocket-Version", "6455 11.3.5", "The version of the protocol: 13, the only one of RFC 6455."],
  "sec-websocket-protocol": ["Sec-WebSocket-Protocol", "6455 11.3.4", "Subprotocols: a request lists what it offers, best first; a response names the one chosen."],
  "sec-websocket-extensions": ["Sec-WebSocket-Extensions", "6455 11.3.2", "Extensions: a request offers them with parameters; a response names those in use."],
  "user-agent": ["User-Agent", "9110 10.1.5", "The program that asks."],
  "accept-encoding": ["Accept-Encoding", "9110 12.5.3", "For HTTP bodies; WebSocket messages are compressed by an extension instead."],
  "accept-language": ["Accept-Language", "9110 12.5.4", "The reader’s languages. A WebSocket connection makes no use of it."],
  date: ["Date", "9110 6.6.1", "When the server made this response."],
  server: ["Server", "9110 10.2.4", "The program that answers."],
  "cache-control": ["Cache-Control", "9111 5.2", "No cache may answer this request."],
  pragma: ["Pragma", "9111 5.4", "The same for caches of HTTP/1.0."],
};

const OTHER = "A field that the opening handshake gives no meaning; who does not know it ignores it.";

/**
 * @param {string} place such as "6455 4.1"
 * @returns {{ section: string, url: string }}
 */
export function source(place) {
  const [rfc, section] = place.split(" ");
  return { section: `RFC ${rfc} §${section}`, url: sectionUrl(Number(rfc), section) };
}

/**
 * @param {string} line without its end
 * @returns {Pick<Head, "kind" | "method" | "target" | "version" | "status">}
 */
function firstLine(line) {
  const response = /^HTTP\/(\d\.\d) (\d{3})(?: |$)/.exec(line);
  const none = { method: "", target: "", version: "", status: null };
  if (response) return { ...none, kind: "response", version: response[1], status: Number(response[2]) };
  if (line.startsWith("HTTP/")) return { ...none, kind: "response" };
  const request = /^(\S+) (\S+) HTTP\/(\d\.\d)$/.exec(line);
  if (!request) return { ...none, kind: "request" };
  return { ...none, kind: "request", method: request[1], target: request[2], version: request[3] };
}

/**
 * @param {Bytes} bytes a request or response, and what may stand behind it
 * @returns {Head}
 */
export function parseHead(bytes) {
  const text = latin1(bytes);
  /** @type {Header[]} */
  const headers = [];
  /** @type {Field[]} */
  const fields = [];
  const begin = /^[^\r\n]*/.exec(text) ?? [""];
  const first = firstLine(begin[0]);
  let start = 0;
  let complete = false;
  while (start < text.length && !complete) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed + 1;
    const line = text.slice(start, end).replace(/\r?\n$/, "");
    complete = line === "" && feed >= 0 && start > 0;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const header = start > 0 && colon > 0 ? { name, value, field: fields.length } : null;
    if (header) headers.push(header);
    fields.push({ start, end, ...(complete ? lastField() : start === 0 ? startField(line, first) : headerField(line, header)) });
    start = end;
  }
  return { ...first, headers, fields, size: start, complete };
}

/** @returns {Omit<Field, "start" | "end">} */
function lastField() {
  const meaning = "An empty line ends the header. What follows is frames, once the answer is 101.";
  return { name: "end", title: "Empty line", value: "CR LF", meaning, ...source("9112 2.1") };
}

/**
 * @param {string} line
 * @param {ReturnType<typeof firstLine>} first
 * @returns {Omit<Field, "start" | "end">}
 */
function startField(line, { kind, status }) {
  const value = visible(line);
  if (kind === "request") {
    const meaning = "The method, which is GET; the path with its query; the version of HTTP.";
    return { name: "line", title: "Request line", value, meaning, ...source("6455 4.1") };
  }
  const meaning = status === 101
    ? "The server agrees: from the byte behind the empty line on, the connection carries frames."
    : "Any other status than 101 means that it is still HTTP.";
  return { name: "line", title: "Status line", value, meaning, ...source("6455 4.2.2") };
}

/**
 * @param {string} line
 * @param {Header | null} header
 * @returns {Omit<Field, "start" | "end">}
 */
function headerField(line, header) {
  const known = header && Object.hasOwn(MEANINGS, header.name) ? MEANINGS[header.name] : null;
  const [title, place, meaning] = known ?? [visible(line.slice(0, Math.max(0, line.indexOf(":")))) || "Line", "6455 4.2.1", OTHER];
  return { name: header?.name ?? "line", title, value: visible(header?.value ?? line), meaning, ...source(place) };
}

/**
 * The elements of a header that is a list, over all lines that have it.
 * @param {Head} head
 * @param {string} name in lowercase
 * @returns {string[]}
 */
export function listOf(head, name) {
  const values = head.headers.filter((header) => header.name === name);
  return values.flatMap(({ value }) => splitList(value)).filter(Boolean);
}

/** @param {string} value @returns {string[]} split at the commas that stand in no quoted string */
export function splitList(value) {
  const parts = value.match(/(?:"(?:\\.|[^"\\])*"?|[^",])+|(?<=,|^)(?=,|$)/g) ?? [];
  return parts.map((part) => part.trim());
}

/**
 * @param {string} element of Sec-WebSocket-Extensions, RFC 6455 §9.1
 * @returns {{ name: string, parameters: [string, string | null][] }}
 */
export function readExtension(element) {
  const [name, ...rest] = element.split(";").map((part) => part.trim());
  const parameters = rest.map((part) => {
    const [key, value] = part.split(/\s*=\s*/, 2);
    return /** @type {[string, string | null]} */ ([key, value === undefined ? null : value.replace(/^"(.*)"$/, "$1")]);
  });
  return { name, parameters };
}
