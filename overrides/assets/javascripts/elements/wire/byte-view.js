/**
 * Bytes in rows, beside them their fields in words: what is lit in one is lit in the other. Used by
 * `<wire-trace>` and `<wire-inspector>`.
 * @module
 */

import { byteCount, grouped } from "../../lib/format.js";
import { make, link } from "../../make.js";

/** @typedef {import("../../lib/frame-fields.js").Field} Field */

/**
 * @typedef {object} Unit a frame or a handshake's head
 * @property {Uint8Array} bytes those that are known: all of them, or the first
 * @property {number} total
 * @property {Field[]} fields which cover all bytes, also those not known
 * @property {"client" | "server" | null} from
 * @property {string} label such as "frame 3"
 * @property {string} [why] why bytes are missing; by default because the server did not repeat them
 */

/** Bytes in a row: as many as fit. */
const WIDE = 16;
const NARROW = 8;
/** Pixels that a row of 16 needs. */
const ROOM = 620;

/**
 * @param {Unit} unit
 * @param {number} room pixels of width
 * @returns {HTMLElement}
 */
export function byteView(unit, room) {
  const view = make("div", "wb", [rowsOf(unit, room >= ROOM ? WIDE : NARROW), fieldsOf(unit)]);
  if (unit.from) view.dataset.from = unit.from;
  // Not pointerover, which a page that scrolls under a resting pointer causes too.
  view.addEventListener("pointermove", (event) => light(view, /** @type {Element} */ (event.target)));
  view.addEventListener("click", (event) => light(view, /** @type {Element} */ (event.target)));
  view.addEventListener("focusin", (event) => {
    light(view, /** @type {Element} */ (event.target));
    reveal(view);
  });
  lightField(view, "0");
  return view;
}

/**
 * @param {HTMLElement} view
 * @param {Element} target
 */
function light(view, target) {
  const field = /** @type {HTMLElement | null} */ (target.closest("[data-field]"))?.dataset.field;
  if (field !== undefined) lightField(view, field);
}

/** Scrolls the rows, and not the page, to what is lit. @param {HTMLElement} view */
function reveal(view) {
  const box = /** @type {HTMLElement} */ (view.querySelector(".wb-rows"));
  const cell = box.querySelector(".wb-lit");
  if (!cell) return;
  const seen = box.getBoundingClientRect();
  const { top, bottom } = cell.getBoundingClientRect();
  if (top < seen.top || bottom > seen.bottom) box.scrollTop += top - seen.top - seen.height / 3;
}

/**
 * @param {HTMLElement} view
 * @param {string} field its index
 */
function lightField(view, field) {
  if (view.dataset.lit === field) return;
  view.dataset.lit = field;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (view.querySelectorAll("[data-field]"))) {
    element.classList.toggle("wb-lit", element.dataset.field === field);
  }
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (view.querySelectorAll("li[data-field]"))) {
    const open = item.dataset.field === field;
    item.querySelector("button")?.setAttribute("aria-expanded", String(open));
    /** @type {HTMLElement} */ (item.querySelector(".wb-meaning")).hidden = !open;
  }
}

/**
 * @param {Unit} unit
 * @param {number} width
 */
function rowsOf({ bytes, total, fields, label, why = "which the server did not repeat" }, width) {
  const body = make("tbody");
  let index = 0;
  for (let start = 0; start < bytes.length; start += width) {
    const hex = make("td", "wb-hex");
    const text = make("td", "wb-text");
    for (let at = start; at < Math.min(start + width, bytes.length); at++) {
      while (index < fields.length - 1 && at >= fields[index].end) index += 1;
      const digits = make("span", "", bytes[at].toString(16).padStart(2, "0"));
      const printed = make("span", "", character(bytes[at]));
      for (const cell of [digits, printed]) {
        cell.dataset.field = String(index);
        if (index % 2) cell.classList.add("wb-odd");
      }
      if (at > start) hex.append(" ");
      hex.append(digits);
      text.append(printed);
    }
    body.append(make("tr", "", [make("th", "", start.toString(16).padStart(4, "0")), hex, text]));
  }
  for (const heading of body.querySelectorAll("th")) heading.setAttribute("scope", "row");
  const table = make("table", "", [head(), body]);
  const box = make("div", "wb-rows", [table]);
  if (total > bytes.length) box.append(elided(bytes.length, total, fields, why));
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Bytes of ${label}`);
  return box;
}

function head() {
  const cells = ["Offset", "Hex", "Text"].map((word) => make("th", "", word));
  for (const cell of cells) cell.setAttribute("scope", "col");
  return make("thead", "", [make("tr", "", cells)]);
}

/**
 * @param {number} known
 * @param {number} total
 * @param {Field[]} fields
 * @param {string} why
 */
function elided(known, total, fields, why) {
  const index = fields.findIndex((field) => field.end > known);
  const line = make("p", "wb-elided", `… ${grouped(total - known)} more ${total - known === 1 ? "byte" : "bytes"} of the ${fields[index]?.title.toLowerCase() ?? "frame"}, ${why}`);
  line.dataset.field = String(index);
  return line;
}

/** @param {number} byte */
function character(byte) {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}

/** @param {Unit} unit */
function fieldsOf({ fields, label }) {
  const list = make("ol", "wb-fields");
  list.setAttribute("aria-label", `Fields of ${label}`);
  fields.forEach((field, index) => {
    const size = byteCount(field.end - field.start);
    const button = make("button", "", [
      make("span", "wb-title", field.title),
      make("span", "wb-value", field.value),
      make("span", "wb-size", size === field.value ? "" : size),
    ]);
    button.setAttribute("type", "button");
    const meaning = make("div", "wb-meaning", [make("p", "", [`${field.meaning} `, link(field.section, field.url)])]);
    if (field.bits) meaning.append(bitsOf(field.bits));
    const item = make("li", index % 2 ? "wb-odd" : "", [button, meaning]);
    item.dataset.field = String(index);
    list.append(item);
  });
  return list;
}

/** @param {import("../../lib/frame-fields.js").Bit[]} bits */
function bitsOf(bits) {
  const rows = bits.map(({ name, count, value, meaning }) =>
    make("div", "", [
      make("dt", "", name),
      make("dd", "wb-bits", value.toString(2).padStart(count, "0")),
      make("dd", "", meaning),
    ]),
  );
  return make("dl", "", rows);
}
