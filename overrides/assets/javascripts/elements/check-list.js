/**
 * `<check-list name="production">` wraps headings and lists: each item gets a box to tick, and the browser
 * remembers. An item is known by its first bold words.
 * @module
 */

import { keyFrom, markdownFrom, tickedFrom } from "../lib/check-list.js";
import { make } from "../make.js";

/** @typedef {import("../lib/check-list.js").Item} Item */

export default class CheckList extends HTMLElement {
  /** @type {Item[]} */ #items = [];
  /** @type {Set<string>} */ #ticked = new Set();
  /** @type {AbortController | undefined} */ #life;
  #kept = true;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    if (!this.hasAttribute("role")) this.#build();
    this.addEventListener("change", (event) => this.#tick(/** @type {HTMLInputElement} */ (event.target)), { signal });
    this.querySelector(".cl-clear")?.addEventListener("click", () => this.#take([]), { signal });
    // Another tab of the same reader.
    addEventListener("storage", ({ key }) => key === this.#store && this.#read(), { signal });
    addEventListener("pageshow", () => this.#read(), { signal });
    this.#read();
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  get #store() {
    return `check-list ${this.getAttribute("name") ?? ""}`;
  }

  #build() {
    let group = "";
    for (const part of this.querySelectorAll("h2, li")) {
      const name = (part.querySelector("strong") ?? part.firstChild)?.textContent?.trim().replace(/\.$/, "") ?? "";
      if (part.localName === "h2") {
        group = name;
        continue;
      }
      const box = /** @type {HTMLInputElement} */ (make("input"));
      box.type = "checkbox";
      box.value = keyFrom(name);
      box.setAttribute("aria-label", name);
      part.prepend(box);
      this.#items.push({ key: box.value, name, group });
    }
    const status = make("p", "cl-status");
    status.setAttribute("role", "status");
    const clear = make("button", "cl-clear", "Clear");
    clear.setAttribute("type", "button");
    const save = make("a", "cl-save", "Save as Markdown");
    save.setAttribute("download", "websocket-checklist.md");
    const bar = make("progress");
    bar.setAttribute("aria-label", "Ticked");
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Checklist");
    this.prepend(make("div", "cl-bar", [status, bar, save, clear]));
  }

  #read() {
    let text = null;
    try {
      text = localStorage.getItem(this.#store);
    } catch {
      this.#kept = false;
      return this.#render();
    }
    this.#ticked = tickedFrom(text, this.#items.map(({ key }) => key));
    return this.#render();
  }

  /** @param {HTMLInputElement} box */
  #tick(box) {
    const others = [...this.#ticked].filter((key) => key !== box.value);
    this.#take(box.checked ? [...others, box.value] : others);
  }

  /** @param {string[]} keys */
  #take(keys) {
    this.#ticked = new Set(keys);
    try {
      localStorage.setItem(this.#store, JSON.stringify(keys));
    } catch {
      this.#kept = false;
    }
    this.#render();
  }

  #render() {
    for (const box of this.querySelectorAll("input")) box.checked = this.#ticked.has(box.value);
    const words = `${this.#ticked.size} of ${this.#items.length} done`;
    const memory = this.#kept ? "" : ". Your browser keeps nothing here: save the list before you leave.";
    this.querySelector(".cl-status")?.replaceChildren(words + memory);
    const bar = /** @type {HTMLProgressElement} */ (this.querySelector("progress"));
    bar.max = this.#items.length;
    bar.value = this.#ticked.size;
    const text = encodeURIComponent(markdownFrom(this.#items, this.#ticked));
    this.querySelector(".cl-save")?.setAttribute("href", `data:text/markdown;charset=utf-8,${text}`);
  }
}
