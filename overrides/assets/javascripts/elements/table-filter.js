/**
 * `<table-filter label="Find a close code">` stands before a table: it adds a search over the table's
 * rows, and to each row an address with a link that copies it. The table is whole without it.
 *
 * A row whose first cell holds an element with an id has that as its address; others are named after
 * the cell's text. `rows="codes"` is what the rows are called in the count; with `unlinked` they get no
 * address. A row that heads a group of rows is found with them, not alone.
 * @module
 */

import { rowMatches, rowName } from "../lib/table-search.js";
import { make } from "../make.js";
import { nextTable } from "../table-rows.js";

/** The cell that names a group of rows. */
const GROUP = "th[scope=rowgroup]";
/** How long the status says what was copied, in milliseconds. */
const NOTICE = 4000;

/** @typedef {{ row: HTMLTableRowElement, cells: string[], name: string, link?: HTMLAnchorElement }} Row */

export default class TableFilter extends HTMLElement {
  /** @type {Row[]} */ #rows = [];
  /** @type {AbortController | undefined} */ #leaving;
  /** @type {number | undefined} */ #timer;

  connectedCallback() {
    const table = nextTable(this);
    if (!table) return;
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.querySelector(GROUP));
    // All is read before anything is written: else each row would be laid out again.
    const texts = rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim()));
    this.#build();
    this.#rows = rows.map((row, index) => this.#enhance(row, texts[index]));
    this.#input.addEventListener("input", () => this.#filter(), { signal });
    addEventListener("hashchange", () => this.#reveal(), { signal });
    // A browser that restores the page fills the field in again.
    addEventListener("pageshow", () => this.#filter(), { signal });
    this.#filter();
    this.#reveal();
  }

  disconnectedCallback() {
    this.#leaving?.abort();
    clearTimeout(this.#timer);
    for (const { row, link } of this.#rows) {
      link?.remove();
      row.hidden = false;
      row.parentElement?.removeAttribute("hidden");
    }
    this.#rows = [];
    this.replaceChildren();
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input"));
  }

  #build() {
    const input = /** @type {HTMLInputElement} */ (make("input"));
    Object.assign(input, { type: "search", autocomplete: "off", spellcheck: false });
    const status = make("p");
    status.setAttribute("role", "status");
    const name = make("span", "", this.getAttribute("label") ?? "Find a row");
    this.replaceChildren(make("label", "", [name, input]), status);
  }

  /**
   * @param {HTMLTableRowElement} row
   * @param {string[]} cells what they say
   * @returns {Row}
   */
  #enhance(row, cells) {
    const group = row.parentElement?.querySelector(GROUP);
    if (group) cells.push(group.textContent ?? "");
    if (this.hasAttribute("unlinked")) return { row, cells, name: "" };
    const [first] = row.cells;
    const own = /** @type {HTMLElement | null} */ (first.querySelector("[id]"));
    // It has one from before where the element was moved.
    const name = own?.id ?? (row.id || this.#free(rowName(cells[0])));
    if (!own && name) row.id = name;
    const link = /** @type {HTMLAnchorElement} */ (make("a", "tf-link", "#"));
    link.href = `#${name}`;
    link.setAttribute("aria-label", `Copy the link to ${cells[0]}`);
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      this.#copy(link.href, cells[0]);
    });
    if (name) first.append(link);
    return { row, cells, name, link };
  }

  /** @param {string} name one that another element may have @returns {string} */
  #free(name) {
    if (!name || !document.getElementById(name)) return name;
    let number = 2;
    while (document.getElementById(`${name}-${number}`)) number += 1;
    return `${name}-${number}`;
  }

  /**
   * @param {string} address
   * @param {string} what
   */
  async #copy(address, what) {
    try {
      await navigator.clipboard.writeText(address);
      this.#say(`Copied the link to ${what}.`);
    } catch {
      this.#say(`The browser refuses to copy. The link to ${what} is in the address bar.`);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#filter(), NOTICE);
  }

  #filter() {
    const query = this.#input.value.trim();
    for (const { row, cells } of this.#rows) row.hidden = !rowMatches(query, cells);
    const visible = this.#rows.filter(({ row }) => !row.hidden);
    const bodies = new Set(visible.map(({ row }) => row.parentElement));
    for (const { row } of this.#rows) row.parentElement?.toggleAttribute("hidden", !bodies.has(row.parentElement));
    const shown = visible.length;
    const rows = this.getAttribute("rows") ?? "rows";
    if (shown === 0) this.#say(`Nothing here contains “${query}”. Delete a word to see more.`);
    else this.#say(shown === this.#rows.length ? `${shown} ${rows}` : `${shown} of ${this.#rows.length} ${rows}`);
  }

  /** Shows the row that the address names, though a search may hide it. */
  #reveal() {
    // Both hashes are encoded alike, whatever stands in the address.
    const found = this.#rows.find(({ name, link }) => name && link?.hash === location.hash);
    for (const { row } of this.#rows) row.classList.toggle("tf-target", row === found?.row);
    if (!found) return;
    if (found.row.hidden) {
      this.#input.value = "";
      this.#filter();
    }
    found.row.scrollIntoView({ block: "center" });
  }

  /** @param {string} words */
  #say(words) {
    const status = /** @type {HTMLElement} */ (this.querySelector("[role=status]"));
    if (status.textContent !== words) status.textContent = words;
  }
}
