/**
 * The feed: a line for each frame, which opens to show all of it.
 * @module
 */

import { encodeUtf8, printHex } from "../../lib/bytes.js";
import { byteCount, clockTime, milliseconds, visible } from "../../lib/format.js";

/** @typedef {import("../../lib/session.js").Row} Row */
/** @typedef {import("../../lib/session.js").Session} Session */

/** The most of a payload that is put into the page: characters of text, or bytes. */
const SHOWN = 2000;
const decoder = new TextDecoder();

export class Feed {
  /** @type {Map<number, {row: Row, item: HTMLLIElement}>} */
  #shown = new Map();

  /**
   * @param {HTMLElement} log scrolls
   * @param {HTMLButtonElement} newest leads back to the newest line
   */
  constructor(log, newest) {
    this.log = log;
    this.newest = newest;
    this.list = document.createElement("ol");
    log.append(this.list);
    log.addEventListener("keydown", (event) => this.#move(event));
    log.addEventListener("click", (event) => this.#open(event.target));
    log.addEventListener("focusin", (event) => this.#roam(event.target));
    log.addEventListener("scroll", () => this.#mark(), { passive: true });
    newest.addEventListener("click", () => this.#toEnd());
  }

  /** @param {Session} session */
  render({ feed, epoch }) {
    const following = this.#follows();
    const kept = new Set(feed.map((row) => row.n));
    let orphaned = false;
    for (const [n, { item }] of this.#shown) {
      if (!kept.has(n)) {
        orphaned ||= item.contains(document.activeElement);
        item.remove();
        this.#shown.delete(n);
      }
    }
    for (const row of feed) this.#show(row, epoch);
    if (following) this.#toEnd();
    // The line that had the focus is gone: the oldest that is left takes it over.
    if (orphaned) this.list.querySelector("button")?.focus();
    if (!this.log.contains(document.activeElement)) this.#roam(this.list.lastElementChild);
    this.#mark();
  }

  clear() {
    this.#shown.clear();
    this.list.replaceChildren();
    this.#mark();
  }

  /**
   * @param {Row} row
   * @param {number} epoch
   */
  #show(row, epoch) {
    const before = this.#shown.get(row.n);
    if (before?.row === row) return;
    const item = before?.item ?? newItem();
    fill(item, row, epoch);
    if (!before) this.list.append(item);
    this.#shown.set(row.n, { row, item });
  }

  #atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 8;
  }

  /** Whether the newest line is kept in view: not while the reader has an opened one there. */
  #follows() {
    const { top, bottom } = this.log.getBoundingClientRect();
    const inView = (/** @type {Element} */ { parentElement: item }) => {
      const box = /** @type {Element} */ (item).getBoundingClientRect();
      return box.bottom > top && box.top < bottom;
    };
    return this.#atEnd() && ![...this.list.querySelectorAll("[aria-expanded=true]")].some(inView);
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  #mark() {
    this.newest.hidden = this.#atEnd();
  }

  /**
   * One line takes part in the order of Tab; the arrows lead to the others.
   * @param {EventTarget | null} target
   */
  #roam(target) {
    const item = /** @type {Element | null} */ (target)?.closest("li");
    const line = item?.querySelector("button");
    if (!line || line.tabIndex === 0) return;
    for (const other of this.list.querySelectorAll('button[tabindex="0"]')) {
      /** @type {HTMLElement} */ (other).tabIndex = -1;
    }
    line.tabIndex = 0;
  }

  /**
   * Opens the line that was clicked, to show all of its frame, or closes it.
   * @param {EventTarget | null} target
   */
  #open(target) {
    const line = /** @type {Element} */ (target).closest("button");
    const item = line?.closest("li");
    if (!line || !item) return;
    const opened = line.getAttribute("aria-expanded") !== "true";
    line.setAttribute("aria-expanded", String(opened));
    const shown = [...this.#shown.values()].find((entry) => entry.item === item);
    if (opened && shown) item.append(whole(shown.row));
    else line.nextElementSibling?.remove();
    // The log alone scrolls, and no further than to the beginning of the line.
    const [box, frame] = [item.getBoundingClientRect(), this.log.getBoundingClientRect()];
    const below = Math.min(box.bottom - frame.bottom, box.top - frame.top);
    if (below > 0) this.log.scrollTop += below;
    this.#mark();
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const item = /** @type {Element} */ (event.target).closest("li");
    const target = {
      ArrowUp: item?.previousElementSibling,
      ArrowDown: item?.nextElementSibling,
      Home: this.list.firstElementChild,
      End: this.list.lastElementChild,
    }[event.key];
    if (!target) return;
    event.preventDefault();
    target.querySelector("button")?.focus();
  }
}

function newItem() {
  const item = document.createElement("li");
  item.innerHTML =
    '<button type="button" class="wm-row" tabindex="-1" aria-expanded="false"><time><span></span><b></b></time>' +
    '<span class="wm-arrow"></span><span class="wm-kind"></span><span class="wm-size"></span>' +
    '<span class="wm-payload"></span><span class="wm-rtt"></span></button>';
  return item;
}

/**
 * @param {HTMLLIElement} item
 * @param {Row} row
 * @param {number} epoch
 */
function fill(item, row, epoch) {
  const put = (/** @type {string} */ selector, /** @type {string} */ text) => {
    /** @type {Element} */ (item.querySelector(selector)).textContent = text;
  };
  item.dataset.to = row.to;
  item.dataset.kind = row.frame.opcode > 2 ? "control" : "data";
  const time = clockTime(epoch + row.at);
  put("time span", time.slice(0, 3));
  put("time b", time.slice(3));
  const arrow = /** @type {Element} */ (item.querySelector(".wm-arrow"));
  arrow.innerHTML =
    row.to === "server"
      ? '<span aria-hidden="true">→</span><span class="visually-hidden">to the server</span>'
      : '<span aria-hidden="true">←</span><span class="visually-hidden">to the client</span>';
  put(".wm-kind", row.kind);
  put(".wm-size", byteCount(row.frame.length) + (row.frame.rsv[0] ? " z" : "  "));
  put(".wm-payload", oneLine(row));
  put(".wm-rtt", row.rtt === null ? "" : milliseconds(row.rtt));
  item.querySelector(".wm-whole")?.replaceWith(whole(row));
}

/** @param {Row} row */
function whole(row) {
  const box = document.createElement("div");
  box.className = "wm-whole";
  const text = document.createElement("pre");
  text.textContent = payload(row, "\n").replace(/[^\n\t]+/g, visible);
  const about = document.createElement("p");
  about.textContent = particulars(row);
  box.append(text, about);
  return box;
}

/** @param {Row} row */
function oneLine(row) {
  return visible(payload(row, " ").slice(0, 200));
}

/**
 * @param {Row} row
 * @param {string} gap between a close frame's code and its reason
 * @returns {string} text as text, bytes as hexadecimal
 */
function payload({ data, frame, kind }, gap) {
  if (data === null) return "part of a compressed message";
  if (kind === "CLOSE" && data instanceof Uint8Array && data.length >= 2) {
    return `${data[0] * 256 + data[1]}${gap}${decoder.decode(data.subarray(2))}`.trim();
  }
  const isText = typeof data === "string" || kind === "TEXT";
  const all = typeof data === "string" ? data : kind === "TEXT" ? decoder.decode(data) : data;
  const part = all.slice(0, SHOWN);
  const text = isText ? String(part) : printHex(/** @type {Uint8Array} */ (part));
  const missing = data.length < frame.length && typeof data !== "string" && frame.rsv[0] === 0;
  return part.length < all.length || missing ? `${text} …` : text || "(empty)";
}

/** @param {Row} row what the server saw of the frame, in words */
function particulars({ n, to, data, placed, rtt, frame }) {
  const parts = [
    `frame ${n}`,
    frame.fin ? "FIN" : "more follows",
    frame.rsv[0] ? `compressed${data === null ? "" : ` from ${size(data)} to ${frame.length} bytes`}` : "",
    `header ${spaced(frame.header)}`,
    frame.mask === null ? "unmasked" : `masked with ${spaced(frame.mask)}`,
    `${frame.t.toFixed(3)} ms on the server’s clock`,
    placed ? "time of day by the server’s clock" : "",
    rtt === null ? "" : `round trip ${milliseconds(rtt)}, measured by the ${to === "client" ? "page" : "server"}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** @param {string} hex */
function spaced(hex) {
  return hex.replace(/..(?=.)/g, "$& ");
}

/** @param {import("../../lib/session.js").Data} data */
function size(data) {
  return typeof data === "string" ? encodeUtf8(data).length : data.length;
}
