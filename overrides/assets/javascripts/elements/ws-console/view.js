/**
 * Shows a session and the drafts in the forms. All that changes on the page changes in `render`.
 * @module
 */

import { byteCount, grouped, millisecondsValue } from "../../lib/format.js";
import { median } from "../../lib/statistics.js";
import { rowElement } from "./rows.js";
import { template } from "./template.js";

/** @typedef {import("./session.js").Session} Session */

/**
 * @typedef {object} Hint
 * @property {string} text
 * @property {boolean} [problem]
 * @property {string[]} [fields] names of the fields that are wrong
 */

/** @typedef {"address" | "protocols" | "message" | "repeat" | "close"} HintName */

const WORDS = {
  idle: "IDLE",
  connecting: "CONNECTING",
  open: "OPEN",
  closing: "CLOSING",
  closed: "CLOSED",
};

let count = 0;

/** The console's part of the page. */
export class View {
  /** @param {HTMLElement} host whose content is replaced */
  constructor(host) {
    host.innerHTML = template(`ws-console-${++count}`);
    this.host = host;
    /** @type {(name: string) => HTMLElement} */
    this.part = (name) => host.querySelector(`[data-part="${name}"]`);
    this.shown = 0;
    /** @type {import("../../lib/console-log.js").Row[] | null} those last shown; another array once cleared */
    this.rows = null;
    this.following = true;
    this.scrolledTo = 0;
    this.part("log").addEventListener("scroll", () => this.scrolled());
  }

  /** @param {string} name of a form: connect, message or close */
  form(name) {
    return /** @type {HTMLFormElement} */ (this.host.querySelector(`[data-form="${name}"]`));
  }

  /** @param {string} name of a button that belongs to no form */
  action(name) {
    return /** @type {HTMLButtonElement} */ (this.host.querySelector(`[data-action="${name}"]`));
  }

  /**
   * @param {Session} session
   * @param {Record<HintName, Hint>} hints
   * @param {string} kind which editor is in use
   */
  render({ state, log }, hints, kind) {
    const word = this.part("state");
    text(word, WORDS[state.phase]);
    word.dataset.phase = state.phase;
    word.dataset.failed = String(state.failed && state.phase === "closed");
    text(this.part("address"), state.url || "not connected");
    text(this.part("facts"), state.facts.join(" · "));
    text(this.part("status"), state.status);
    this.renderNumbers(state);
    this.renderButtons(state);
    for (const [name, hint] of Object.entries(hints)) this.renderHint(name, hint);
    for (const label of this.host.querySelectorAll("[data-shown-for]")) {
      /** @type {HTMLElement} */ (label).hidden = !label.dataset.shownFor.split(" ").includes(kind);
    }
    // Small while there is nothing to read; it grows under the button that the reader pressed.
    const unused = state.phase === "idle" && !log.rows.some(({ type }) => type === "ERROR");
    this.part("log").dataset.unused = String(unused);
    this.renderLog(log);
  }

  /** @param {import("./state.js").State} state */
  renderNumbers({ rtts, measuring, sent, received, buffered }) {
    const last = rtts.at(-1) ?? null;
    const middle = rtts.length > 1 ? `, median ${millisecondsValue(median(rtts))}` : "";
    const note = measuring ? `ms${middle}` : "ms, no longer paired";
    number(this.part("rtt"), millisecondsValue(last), note);
    number(this.part("sent"), grouped(sent.messages), byteCount(sent.bytes));
    number(this.part("received"), grouped(received.messages), byteCount(received.bytes));
    number(this.part("buffered"), grouped(buffered), "B");
  }

  /** @param {import("./state.js").State} state */
  renderButtons({ phase, repeat }) {
    const [connect, send, close] = ["connect", "message", "close"].map((name) =>
      this.form(name).querySelector("button"),
    );
    // Not `disabled`, which would take the keyboard's focus away in the middle of a task.
    enable(connect, ["idle", "closed"].includes(phase));
    enable(send, phase === "open" && !repeat);
    enable(close, ["connecting", "open"].includes(phase));
    enable(this.action("stop"), repeat !== null);
  }

  /**
   * @param {string} name
   * @param {Hint} hint
   */
  renderHint(name, { text: words, problem = false, fields = [] }) {
    const place = /** @type {HTMLElement} */ (this.host.querySelector(`[data-hint="${name}"]`));
    text(place, words);
    place.dataset.problem = String(problem);
    for (const field of this.host.querySelectorAll(`[aria-describedby="${place.id}"]`)) {
      field.ariaInvalid = String(fields.includes(field.getAttribute("name")));
    }
  }

  /** @param {import("../../lib/console-log.js").ConsoleLog} log */
  renderLog(log) {
    log.trim();
    const list = this.part("list");
    if (log.rows !== this.rows) {
      this.rows = log.rows;
      list.replaceChildren();
      this.shown = 0;
      this.following = true;
    }
    const fresh = log.rows.filter(({ n }) => n > this.shown);
    list.append(...fresh.map(rowElement));
    const first = log.rows[0]?.n ?? 0;
    while (Number(/** @type {HTMLElement} */ (list.firstElementChild)?.dataset.n) < first) {
      list.firstElementChild.remove();
    }
    this.shown = log.count;
    this.part("empty").hidden = log.count > 0;
    this.action("clear").disabled = this.action("export").disabled = log.count === 0;
    const dropped = log.dropped ? `, ${grouped(log.dropped)} older dropped` : "";
    const rows = log.rows.length === 1 ? "1 row" : `${grouped(log.rows.length)} rows`;
    text(this.part("rows"), `${rows}${dropped}`);
    if (fresh.length && this.following) this.follow(list, fresh);
  }

  /**
   * Keeps the newest row in view, and of an explanation its beginning.
   * @param {HTMLElement} list
   * @param {import("../../lib/console-log.js").Row[]} fresh
   */
  follow(list, fresh) {
    const log = this.part("log");
    const explained = fresh.findLast(({ explanation }) => explanation);
    const row = explained && list.querySelector(`[data-n="${explained.n}"]`);
    log.scrollTop = log.scrollHeight;
    if (row && row.offsetTop < log.scrollTop) log.scrollTop = row.offsetTop;
    this.scrolledTo = log.scrollTop;
  }

  /** Follows the newest row until the reader scrolls away from it, and again when back. */
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.part("log");
    if (Math.abs(scrollTop - this.scrolledTo) < 2) return;
    this.following = scrollHeight - clientHeight - scrollTop < 8;
    this.scrolledTo = scrollTop;
  }
}

/**
 * @param {Element} place
 * @param {string} words written only where they differ: a live region repeats what is written
 */
function text(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

/**
 * @param {HTMLElement} place
 * @param {string} value
 * @param {string} unit
 */
function number(place, value, unit) {
  if (!place.firstElementChild) place.append(document.createElement("b"), " ", document.createElement("small"));
  text(place.firstElementChild, value);
  text(place.lastElementChild, unit);
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} enabled
 */
function enable(button, enabled) {
  button.ariaDisabled = String(!enabled);
}
