/**
 * `<capacity-model>`: one enters connections, messages and costs, and gets memory, processes and bandwidth.
 * The formulas are in lib/capacity.js. What was entered is in the page's address, as a fragment.
 * @module
 */

import { FIELDS, capacity, fragmentFrom, rows, valueFrom, valuesFrom } from "../lib/capacity.js";
import { make } from "../make.js";

export default class CapacityModel extends HTMLElement {
  /** @type {AbortController | undefined} */ #life;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#build();
    addEventListener("hashchange", () => this.#take(), { signal });
    this.addEventListener("input", () => this.#change(), { signal });
    this.#take();
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  #build() {
    const fields = FIELDS.map(({ id, name, unit }) => {
      const input = /** @type {HTMLInputElement} */ (make("input"));
      Object.assign(input, { name: id, inputMode: "decimal", autocomplete: "off" });
      return make("label", "", [make("span", "", unit ? `${name}, ${unit}` : name), input]);
    });
    const result = make("div", "", [make("dl", "cm-result")]);
    result.setAttribute("role", "status");
    result.setAttribute("aria-atomic", "false");
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Capacity model");
    this.replaceChildren(make("div", "cm-fields", fields), result);
  }

  /** @returns {HTMLInputElement[]} */
  get #inputs() {
    return [...this.querySelectorAll("input")];
  }

  /** Takes over what the address holds; a fragment that names a place on the page is nothing of ours. */
  #take() {
    const fragment = location.hash.slice(1);
    if (fragment && !fragment.includes("=")) return this.#render();
    const values = valuesFrom(fragment);
    for (const input of this.#inputs) {
      // Not while it is edited: "1" would become "1" again, but "1." would lose its point.
      if (Number(input.value) !== values[input.name]) input.value = String(values[input.name]);
    }
    this.#render();
  }

  #change() {
    for (const input of this.#inputs) {
      const valid = valueFrom(input.name, input.value.trim()) !== undefined;
      const words = input.name === "load" ? "Enter a percentage from 1 to 100." : "Enter a number, such as 5000 or 7.3.";
      input.setCustomValidity(valid ? "" : words);
    }
    if (this.#inputs.some((input) => !input.reportValidity())) return;
    const values = Object.fromEntries(this.#inputs.map((input) => [input.name, Number(input.value)]));
    const fragment = fragmentFrom(values);
    history.replaceState(history.state, "", fragment ? `#${fragment}` : location.pathname + location.search);
    this.#render();
  }

  #render() {
    const values = Object.fromEntries(
      FIELDS.map(({ id, value }) => [id, valueFrom(id, /** @type {HTMLInputElement} */ (this.querySelector(`[name=${id}]`)).value.trim()) ?? value]),
    );
    for (const input of this.#inputs) if (input.value === "") input.value = String(values[input.name]);
    const list = /** @type {HTMLElement} */ (this.querySelector("dl"));
    const found = rows(capacity(values));
    if (!list.children.length) list.append(...found.flatMap(([name]) => [make("dt", "", name), make("dd")]));
    // Only what is another number than before: it is read aloud.
    found.forEach(([, text], index) => {
      const shown = list.children[2 * index + 1];
      if (shown.textContent !== text) shown.textContent = text;
    });
  }
}
