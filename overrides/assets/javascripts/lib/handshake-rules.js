/**
 * What an opening handshake may break: the checks of the server on a request (RFC 6455 §4.2.1) and of
 * the client on a response (§4.1), and those that only browsers make (WHATWG WebSockets).
 * @module
 */

import { visible } from "./format.js";
import { acceptOf, latin1, listOf, readExtension, source, splitList } from "./handshake.js";

/** @typedef {import("./handshake.js").Head} Head */
/** @typedef {import("./handshake.js").Header} Header */

/**
 * @typedef {object} HandshakeProblem
 * @property {string} rule
 * @property {string} message what is wrong, in words
 * @property {string} section
 * @property {string} url
 * @property {number | null} field the line, as an index of the head's fields; null for what is missing
 * @property {number | null} status what the server answers; null in a response, where the client fails the connection
 * @property {boolean} browser whether browsers alone ask for it
 */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const ESTABLISH = "https://websockets.spec.whatwg.org/#concept-websocket-establish";

/**
 * @param {string} rule
 * @param {string} place such as "6455 4.2.1"
 * @param {string} message
 * @param {number | null} [field]
 * @param {number | null} [status]
 * @returns {HandshakeProblem}
 */
function problem(rule, place, message, field = null, status = null) {
  return { rule, message, ...source(place), field, status, browser: false };
}

/**
 * What breaks the form of HTTP/1.1 itself.
 * @param {Head} head
 * @param {import("./frame.js").Bytes} bytes
 * @returns {HandshakeProblem[]}
 */
export function formProblems(head, bytes) {
  const status = head.kind === "request" ? 400 : null;
  const problems = [];
  if (head.version === "") problems.push(problem("firstLine", "9112 3", "The first line is neither a request line, such as GET /chat HTTP/1.1, nor a status line.", 0, status));
  head.fields.forEach((field, index) => {
    const line = bytes.subarray(field.start, field.end);
    const ends = line.at(-1) === 0x0a;
    if (ends && line.at(-2) !== 0x0d) problems.push(problem("bareLineFeed", "9112 2.1", `Line ${index + 1} ends in LF alone; the lines of a header end in CR LF.`, index, status));
    if (index === 0 || field.name === "end") return;
    if (line[0] === 0x20 || line[0] === 0x09) {
      problems.push(problem("folded", "9112 5.2", `Line ${index + 1} begins with white space: no line of a header may be folded.`, index, status));
    } else if (!head.headers.some((header) => header.field === index)) {
      problems.push(problem("noColon", "9112 5", `Line ${index + 1} has no name and colon.`, index, status));
    } else {
      const name = latin1(line.subarray(0, line.indexOf(0x3a)));
      if (/[ \t]$/.test(name)) problems.push(problem("spaceBeforeColon", "9112 5.1", `White space stands before the colon in line ${index + 1}.`, index, status));
      else if (!TOKEN.test(name)) problems.push(problem("badName", "9110 5.1", `“${visible(name)}” is not a name that a field may have.`, index, status));
    }
  });
  if (!head.complete) problems.push(problem("noEnd", "9112 2.1", "The empty line that ends the header is missing.", null, status));
  return problems;
}

/**
 * @param {Head} head
 * @param {string} name in lowercase
 * @returns {Header[]}
 */
function all(head, name) {
  return head.headers.filter((header) => header.name === name);
}

/**
 * @param {Head} head
 * @param {string} name
 * @param {string} token
 */
function includes(head, name, token) {
  return listOf(head, name).some((element) => element.toLowerCase() === token);
}

/**
 * What a server finds wrong with a request, RFC 6455 §4.2.1.
 * @param {Head} request
 * @returns {HandshakeProblem[]} in the order of the standard
 */
export function requestProblems(request) {
  const problems = [];
  /** @type {(rule: string, place: string, message: string, header?: Header, status?: number) => void} */
  const say = (rule, place, message, header, status = 400) => {
    problems.push(problem(rule, place, message, header?.field ?? null, status));
  };
  const line = { name: "", value: "", field: 0 };
  if (request.version !== "") {
    if (request.method !== "GET") say("method", "6455 4.2.1", `The method is ${visible(request.method)}; an opening handshake is a GET.`, line);
    if (Number(request.version) < 1.1) say("version", "6455 4.2.1", `HTTP/${request.version} has no Upgrade; HTTP/1.1 is the least.`, line);
    if (!/^(?:\/|https?:\/\/)/i.test(request.target)) say("target", "6455 4.2.1", "The target is neither a path nor an http or https address.", line);
    if (request.target.includes("#")) say("fragment", "6455 3", "The target has a fragment, which a WebSocket address may not have.", line);
  }
  const hosts = all(request, "host");
  if (hosts.length === 0) say("noHost", "6455 4.2.1", "Host is missing.");
  if (hosts.length > 1) say("twoHosts", "9112 3.2", "Host stands there more than once.", hosts[1]);
  const [upgrade] = all(request, "upgrade");
  if (!upgrade) say("noUpgrade", "6455 4.2.1", "Upgrade is missing. A proxy that was not told to pass it on removes it.");
  else if (!includes(request, "upgrade", "websocket")) say("upgrade", "6455 4.2.1", `Upgrade is “${visible(upgrade.value)}” and does not contain websocket.`, upgrade);
  const [connection] = all(request, "connection");
  if (!connection) say("noConnection", "6455 4.2.1", "Connection is missing. A proxy that was not told to set it removes it.");
  else if (!includes(request, "connection", "upgrade")) say("connection", "6455 4.2.1", `Connection is “${visible(connection.value)}” and does not include Upgrade.`, connection);
  keyProblems(request, say);
  const versions = all(request, "sec-websocket-version");
  if (versions.length === 0) say("noVersion", "6455 4.2.1", "Sec-WebSocket-Version is missing; it is 13.");
  else if (versions.length > 1) say("twoVersions", "6455 11.3.5", "Sec-WebSocket-Version stands there more than once.", versions[1]);
  else if (versions[0].value !== "13") say("notVersion13", "6455 4.4", `Sec-WebSocket-Version is “${visible(versions[0].value)}”; the server answers with the versions that it speaks, such as 13.`, versions[0], 426);
  offerProblems(request, say);
  return problems;
}

/**
 * @param {Head} request
 * @param {(rule: string, place: string, message: string, header?: Header) => void} say
 */
function keyProblems(request, say) {
  const keys = all(request, "sec-websocket-key");
  if (keys.length === 0) return say("noKey", "6455 4.2.1", "Sec-WebSocket-Key is missing.");
  if (keys.length > 1) return say("twoKeys", "6455 11.3.1", "Sec-WebSocket-Key stands there more than once.", keys[1]);
  const reason = keyProblem(keys[0].value);
  if (reason) say("key", "6455 4.2.1", reason, keys[0]);
}

/**
 * @param {string} key
 * @returns {string | null} why it is no key, in words
 */
export function keyProblem(key) {
  const wrong = /[^A-Za-z0-9+/=]/.exec(key);
  if (wrong) return `“${visible(wrong[0])}” at offset ${wrong.index} is not base64; a key is 16 bytes in base64.`;
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(key)) return `“${key}” breaks off or is padded wrongly; a key is 16 bytes in base64, 22 characters and ==.`;
  const bytes = (key.length / 4) * 3 - (/=*$/.exec(key)?.[0].length ?? 0);
  return bytes === 16 ? null : `The key decodes to ${bytes} ${bytes === 1 ? "byte" : "bytes"}; it has to be 16.`;
}

/**
 * @param {Head} request
 * @param {(rule: string, place: string, message: string, header?: Header) => void} say
 */
function offerProblems(request, say) {
  const seen = new Set();
  for (const header of all(request, "sec-websocket-protocol")) {
    for (const element of splitList(header.value)) {
      if (!TOKEN.test(element)) say("subprotocol", "6455 4.1", `“${visible(element)}” is not a name that a subprotocol may have.`, header);
      else if (seen.has(element)) say("subprotocolTwice", "6455 4.1", `The subprotocol ${element} is offered more than once.`, header);
      seen.add(element);
    }
  }
  for (const header of all(request, "sec-websocket-extensions")) {
    const bad = splitList(header.value).find((element) => !isExtension(element));
    if (bad !== undefined) say("extension", "6455 9.1", `“${visible(bad)}” is not how an extension is written: name; parameter=value.`, header);
  }
}

/** @param {string} element */
function isExtension(element) {
  const { name, parameters } = readExtension(element);
  return TOKEN.test(name) && parameters.every(([key, value]) => TOKEN.test(key) && (value === null || TOKEN.test(value)));
}

/**
 * What a client finds wrong with a response, RFC 6455 §4.1, and a browser beyond that.
 * @param {Head} response
 * @param {Head | null} request what it answers; without it the accept value, subprotocol and extensions are not judged
 * @returns {HandshakeProblem[]} in the order of the standard
 */
export function responseProblems(response, request) {
  if (response.version === "") return [];
  if (response.status !== 101) {
    const more = Math.floor((response.status ?? 0) / 100) === 3 ? " Browsers follow no redirection here." : "";
    // By RFC 6455 a client may go on as in HTTP: authenticate, or follow a redirection.
    return [{ ...problem("status", "6455 4.1", `The status is ${response.status}, not 101: no WebSocket connection comes about.${more}`, 0), browser: true }];
  }
  const problems = [];
  /** @type {(rule: string, place: string, message: string, header?: Header) => void} */
  const say = (rule, place, message, header) => {
    problems.push(problem(rule, place, message, header?.field ?? null));
  };
  const [upgrade] = all(response, "upgrade");
  if (!upgrade) say("noUpgrade", "6455 4.1", "Upgrade is missing.");
  else if (upgrade.value.toLowerCase() !== "websocket") say("upgrade", "6455 4.1", `Upgrade is “${visible(upgrade.value)}”, not websocket.`, upgrade);
  const [connection] = all(response, "connection");
  if (!connection) say("noConnection", "6455 4.1", "Connection is missing.");
  else if (!includes(response, "connection", "upgrade")) say("connection", "6455 4.1", `Connection is “${visible(connection.value)}” and does not contain Upgrade.`, connection);
  acceptProblems(response, request, say);
  if (request) problems.push(...choiceProblems(response, request));
  return problems;
}

/**
 * @param {Head} response
 * @param {Head | null} request
 * @param {(rule: string, place: string, message: string, header?: Header) => void} say
 */
function acceptProblems(response, request, say) {
  const accepts = all(response, "sec-websocket-accept");
  if (accepts.length === 0) return say("noAccept", "6455 4.1", "Sec-WebSocket-Accept is missing.");
  if (accepts.length > 1) return say("twoAccepts", "6455 11.3.3", "Sec-WebSocket-Accept stands there more than once.", accepts[1]);
  const [key] = request ? all(request, "sec-websocket-key") : [];
  if (!key) return;
  const { accept } = acceptOf(key.value);
  if (accepts[0].value !== accept) say("accept", "6455 4.1", `Sec-WebSocket-Accept is “${visible(accepts[0].value)}”; for this key it has to be ${accept}.`, accepts[0]);
}

/**
 * @param {Head} response
 * @param {Head} request
 * @returns {HandshakeProblem[]}
 */
function choiceProblems(response, request) {
  const problems = [];
  const names = new Set(listOf(request, "sec-websocket-extensions").map((element) => readExtension(element).name));
  for (const header of all(response, "sec-websocket-extensions")) {
    const other = splitList(header.value).map((element) => readExtension(element).name).find((name) => !names.has(name));
    if (other !== undefined) problems.push(problem("extensionNotOffered", "6455 4.1", `The extension “${visible(other)}” was not offered.`, header.field));
  }
  const offered = listOf(request, "sec-websocket-protocol");
  const chosen = all(response, "sec-websocket-protocol");
  if (chosen.length > 1) problems.push(problem("twoSubprotocols", "6455 11.3.4", "Sec-WebSocket-Protocol stands there more than once.", chosen[1].field));
  else if (chosen.length === 1 && !offered.includes(chosen[0].value)) problems.push(problem("subprotocolNotOffered", "6455 4.1", `The subprotocol “${visible(chosen[0].value)}” was not offered.`, chosen[0].field));
  else if (chosen.length === 0 && offered.length > 0) {
    const message = "Subprotocols were offered and none is chosen: a browser fails the connection, other clients may go on without one.";
    problems.push({ ...problem("noSubprotocol", "6455 4.1", message), section: "WHATWG WebSockets", url: ESTABLISH, browser: true });
  }
  return problems;
}
