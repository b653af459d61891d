/**
 * `<error-finder>` stands before a table of messages: one pastes an error, and gets the rows that it may be,
 * as they stand in the table. What was pasted is in the page's address, as a fragment; nothing leaves the
 * browser. A row's first cell holds the message in `code`.
 * @module
 */

import { findMessages } from "../lib/error-finder.js";
import { make } from "../make.js";
import { rowList, tableAfter } from "../table-rows.js";

/** As many rows are shown, and so much of what was pasted is kept. */
const [MOST, LONGEST] = [3, 2000];

export default class ErrorFinder extends HTMLElement {
  /** @type {HTMLTableRowElement[]} */ #rows = [];
  /** @type {string[]} */ #heads = [];
  /** @type {AbortController | undefined} */ #life;

  connectedCallback() {
    const { rows, heads } = tableAfter(this);
    this.#rows = rows.filter((row) => row.cells[0].querySelector("code"));
    this.#heads = heads;
    if (this.#rows.length === 0) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#build();
    this.addEventListener("input", () => this.#type(), { signal });
    addEventListener("hashchange", () => this.#take(), { signal });
    addEventListener("pageshow", () => this.#take(), { signal });
    this.#take();
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  #build() {
    const field = /** @type {HTMLTextAreaElement} */ (make("textarea"));
    field.rows = 2;
    field.maxLength = LONGEST;
    field.spellcheck = false;
    field.autocomplete = "off";
    const status = make("p", "ef-status");
    status.setAttribute("role", "status");
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Error finder");
    this.replaceChildren(make("label", "", [make("span", "", "Paste the message"), field]), status, make("div", "ef-found"));
  }

  get #field() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
  }

  #type() {
    const text = this.#field.value.trim();
    const address = text ? `#error=${encodeURIComponent(text)}` : location.pathname + location.search;
    // Typing is one step for the back button, not one for each letter.
    history.replaceState(history.state, "", address);
    this.#show();
  }

  /** Takes over what the address holds. A fragment that names a place on the page is nothing of it. */
  #take() {
    const text = new URLSearchParams(location.hash.slice(1)).get("error");
    if (text !== null) this.#field.value = text.slice(0, LONGEST);
    this.#show();
  }

  #show() {
    const text = this.#field.value.trim();
    const messages = this.#rows.map((row) => row.cells[0].querySelector("code")?.textContent ?? "");
    const found = text ? findMessages(text, messages) : [];
    const status = /** @type {HTMLElement} */ (this.querySelector(".ef-status"));
    status.replaceChildren(...this.#summary(text, found.length));
    this.querySelector(".ef-found")?.replaceChildren(...found.slice(0, MOST).map((index) => this.#entry(this.#rows[index])));
  }

  /** @param {string} text @param {number} count @returns {(string | HTMLElement)[]} */
  #summary(text, count) {
    if (!text) return [`${this.#rows.length} messages are known. Addresses and numbers may differ from yours.`];
    if (count === 0) return ["None of the known messages. Paste the whole line, or find the layer with ", this.#steps(), "."];
    if (count === 1) return ["One message fits:"];
    return [count > MOST ? `${count} messages fit. The best ${MOST}:` : `${count} messages fit, the best first:`];
  }

  /** The way to the section after the table, which is many screens of a phone below. */
  #steps() {
    const follows = Node.DOCUMENT_POSITION_FOLLOWING;
    const section = [...document.querySelectorAll("h2[id]")].find((one) => this.compareDocumentPosition(one) & follows);
    if (!section) return "the steps below";
    const link = make("a", "", "the steps below");
    link.setAttribute("href", `#${section.id}`);
    return link;
  }

  /** @param {HTMLTableRowElement} row */
  #entry(row) {
    const message = make("p", "", [make("code", "", row.cells[0].querySelector("code")?.textContent ?? "")]);
    return make("article", "", [message, rowList(row, this.#heads)]);
  }
}
