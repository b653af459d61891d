/**
 * Rows of the console's log. Every payload becomes a text node, never markup.
 * @module
 */

import { hexDump, printHex } from "../../lib/bytes.js";
import { KEEP_BYTES } from "../../lib/console-log.js";
import { byteCount, clockTime, grouped, milliseconds } from "../../lib/format.js";
import { make } from "../../make.js";

/** @typedef {import("../../lib/console-log.js").Row} Row */
/** @typedef {import("../../lib/console-log.js").Payload} Payload */

/** Characters of text, or bytes of binary, shown without being asked. */
const PREVIEW = { text: 160, binary: 32 };

const ARROWS = { out: ["→", "sent"], in: ["←", "received"], event: ["", ""] };

/**
 * @param {Row} row
 * @returns {HTMLLIElement}
 */
export function rowElement(row) {
  const item = /** @type {HTMLLIElement} */ (make("li", "wsc-row"));
  item.dataset.n = String(row.n);
  item.dataset.direction = row.direction;
  item.dataset.type = row.type;
  const [arrow, word] = ARROWS[row.direction];
  const sign = make("span", "wsc-arrow", arrow);
  sign.ariaHidden = "true";
  item.append(
    make("time", "wsc-time", clockTime(row.at)),
    sign,
    make("span", "visually-hidden", word),
    make("span", "wsc-type", row.type),
    make("span", "wsc-size", row.payload ? byteCount(row.payload.size) : ""),
    content(row),
    make("span", "wsc-rtt", row.rtt === undefined ? "" : milliseconds(row.rtt)),
  );
  return item;
}

/** @param {Row} row */
function content(row) {
  if (row.payload) return payloadElement(row.payload, row.title);
  const box = make("div", "wsc-event", [make("span", "wsc-title", row.title ?? "")]);
  const { meaning, list, command } = row.explanation ?? {};
  if (meaning) box.append(make("p", "", meaning));
  if (list?.length) box.append(make("ul", "", list.map((text) => make("li", "", text))));
  if (command) box.append(commandElement(command));
  return box;
}

/** @param {string} command */
function commandElement(command) {
  const block = make("pre", "wsc-command", command);
  block.tabIndex = 0;
  return block;
}

/**
 * @param {Payload} payload
 * @param {string} [title] shown in place of the payload's beginning
 */
function payloadElement(payload, title) {
  const { text, more } = preview(payload);
  if (payload.size === 0) return make("span", "wsc-payload wsc-muted", "empty");
  if (!more && !title) return make("span", "wsc-payload", [make("bdi", "", text)]);
  const details = /** @type {HTMLDetailsElement} */ (
    make("details", "wsc-payload", [make("summary", "", [make("bdi", "", title ?? `${text}…`)])])
  );
  // A thousand rows of 16 KiB each are written into the page only where somebody opens them.
  details.addEventListener("toggle", () => details.append(wholeElement(payload)), { once: true });
  return details;
}

/** @param {Payload} payload */
function preview({ kind, head, whole }) {
  if (kind === "binary") {
    const bytes = /** @type {Uint8Array} */ (head);
    const more = bytes.length > PREVIEW.binary;
    return { text: printHex(bytes.subarray(0, PREVIEW.binary)), more };
  }
  const characters = [.../** @type {string} */ (head).slice(0, 2 * PREVIEW.text)];
  const text = characters.slice(0, PREVIEW.text).join("");
  const lines = /[\r\n]/.test(text);
  const more = lines || !whole || text.length < /** @type {string} */ (head).length;
  return { text: text.replace(/\s*[\r\n]+\s*/g, " "), more };
}

/** @param {Payload} payload */
function wholeElement({ kind, size, head, whole }) {
  const shown = kind === "binary" ? hexDump(/** @type {Uint8Array} */ (head)) : String(head);
  const block = make("pre", "wsc-whole", shown);
  block.dataset.kind = kind;
  block.tabIndex = 0;
  if (whole) return block;
  const note = `The log keeps the first ${grouped(KEEP_BYTES)} of ${grouped(size)} bytes.`;
  return make("div", "", [block, make("p", "wsc-muted", note)]);
}
