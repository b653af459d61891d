/**
 * Rows of the console's log. Every payload becomes a text node, never markup.
 * @module
 */

import { hexDump, printHex } from "../../lib/bytes.js";
import { KEEP_BYTES } from "../../lib/console-log.js";
import { byteCount, clockTime, grouped, milliseconds } from "../../lib/format.js";

/** @typedef {import("../../lib/console-log.js").Row} Row */
/** @typedef {import("../../lib/console-log.js").Payload} Payload */

/** Characters of text, or bytes of binary, shown without being asked. */
const PREVIEW = { text: 160, binary: 32 };

const ARROWS = { out: ["→", "sent"], in: ["←", "received"], event: ["", ""] };

/**
 * @param {string} tag
 * @param {string} className
 * @param {...(Node | string)} children
 */
function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/**
 * @param {Row} row
 * @returns {HTMLLIElement}
 */
export function rowElement(row) {
  const item = /** @type {HTMLLIElement} */ (element("li", "wsc-row"));
  item.dataset.n = String(row.n);
  item.dataset.direction = row.direction;
  item.dataset.type = row.type;
  const [arrow, word] = ARROWS[row.direction];
  const sign = element("span", "wsc-arrow", arrow);
  sign.ariaHidden = "true";
  item.append(
    element("time", "wsc-time", clockTime(row.at)),
    sign,
    element("span", "wsc-unseen", word),
    element("span", "wsc-type", row.type),
    element("span", "wsc-size", row.payload ? byteCount(row.payload.size) : ""),
    content(row),
    element("span", "wsc-rtt", row.rtt === undefined ? "" : milliseconds(row.rtt)),
  );
  return item;
}

/** @param {Row} row */
function content(row) {
  if (row.payload) return payloadElement(row.payload, row.title);
  const box = element("div", "wsc-event", element("span", "wsc-title", row.title ?? ""));
  const { meaning, list, command } = row.explanation ?? {};
  if (meaning) box.append(element("p", "", meaning));
  if (list?.length) box.append(element("ul", "", ...list.map((text) => element("li", "", text))));
  if (command) box.append(commandElement(command));
  return box;
}

/** @param {string} command */
function commandElement(command) {
  const block = element("pre", "wsc-command", command);
  block.tabIndex = 0;
  return block;
}

/**
 * @param {Payload} payload
 * @param {string} [title] shown in place of the payload's beginning
 */
function payloadElement(payload, title) {
  const { text, more } = preview(payload);
  if (payload.size === 0) return element("span", "wsc-payload wsc-muted", "empty");
  if (!more && !title) return element("span", "wsc-payload", element("bdi", "", text));
  const details = /** @type {HTMLDetailsElement} */ (
    element(
      "details",
      "wsc-payload",
      element("summary", "", element("bdi", "", title ?? `${text}…`)),
    )
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
  const block = element("pre", "wsc-whole", shown);
  block.dataset.kind = kind;
  block.tabIndex = 0;
  if (whole) return block;
  const note = `The log keeps the first ${grouped(KEEP_BYTES)} of ${grouped(size)} bytes.`;
  return element("div", "", block, element("p", "wsc-muted", note));
}
