/**
 * `<row-picker label="When does it end?" name="ends">` stands before a table: one picks a row by what its
 * first cell says, and gets its other cells. The pick is in the page's address, as a fragment.
 * @module
 */

import { rowName } from "../lib/table-search.js";
import { make } from "../make.js";
import { rowList, tableAfter } from "../table-rows.js";

export default class RowPicker extends HTMLElement {
  /** @type {import("../table-rows.js").Table} */ #table = { rows: [], heads: [] };
  /** @type {AbortController | undefined} */ #life;

  connectedCallback() {
    this.#table = tableAfter(this);
    if (this.#table.rows.length === 0) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#build();
    this.addEventListener("change", (event) => this.#pick(/** @type {HTMLInputElement} */ (event.target).value), { signal });
    addEventListener("hashchange", () => this.#take(), { signal });
    addEventListener("pageshow", () => this.#take(), { signal });
    this.#take();
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  get #name() {
    return this.getAttribute("name") ?? "row";
  }

  #build() {
    const options = this.#table.rows.map((row) => {
      const words = row.cells[0].textContent?.trim() ?? "";
      const radio = /** @type {HTMLInputElement} */ (make("input"));
      radio.type = "radio";
      radio.name = `row-picker-${this.#name}`;
      radio.value = rowName(words);
      return make("label", "", [radio, make("span", "", words)]);
    });
    const status = make("div", "rp-picked");
    status.setAttribute("role", "status");
    const legend = make("legend", "", this.getAttribute("label") ?? "Pick a row");
    this.replaceChildren(make("fieldset", "", [legend, make("div", "rp-options", options)]), status);
  }

  /** @param {string} value */
  #pick(value) {
    location.hash = new URLSearchParams({ [this.#name]: value }).toString();
  }

  /** Takes over the pick that the address holds. A fragment that names a place on the page is none. */
  #take() {
    const value = new URLSearchParams(location.hash.slice(1)).get(this.#name);
    if (value === null && this.querySelector(":checked") && location.hash) return;
    const radios = [...this.querySelectorAll("input")];
    for (const radio of radios) radio.checked = radio.value === value;
    const row = this.#table.rows[radios.findIndex((radio) => radio.checked)];
    this.querySelector(".rp-picked")?.replaceChildren(...(row ? [rowList(row, this.#table.heads)] : []));
  }
}
