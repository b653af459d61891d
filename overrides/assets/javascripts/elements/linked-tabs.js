/**
 * `<linked-tabs>` stands before the labels of a tab set: choosing a tab chooses the tab of that name
 * in every set of the page, and of the pages that follow.
 */

const STORED = "tabs";

/** @returns {string[]} the names chosen so far, the newest first */
function chosen() {
  try {
    const names = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(names) ? names : [];
  } catch {
    return [];
  }
}

export default class LinkedTabs extends HTMLElement {
  #signal = new AbortController();

  connectedCallback() {
    this.#signal = new AbortController();
    const { signal } = this.#signal;
    this.parentElement?.addEventListener("change", (event) => this.#choose(event.target), { signal });
    document.addEventListener("tab-chosen", () => this.#follow(), { signal });
    // A link to a tab outweighs what was chosen before.
    if (!this.#tabs().some(({ input }) => input.matches(":target"))) this.#follow();
    for (const { input } of this.#tabs()) if (input.matches(":target")) input.checked = true;
  }

  disconnectedCallback() {
    this.#signal.abort();
  }

  /** The inputs of this set with the names of their labels. */
  #tabs() {
    const labels = this.nextElementSibling?.querySelectorAll("label") ?? [];
    return [...labels].flatMap((label) => {
      const input = label.control;
      return input instanceof HTMLInputElement
        ? [{ input, name: (label.textContent ?? "").trim() }]
        : [];
    });
  }

  /** @param {EventTarget | null} target */
  #choose(target) {
    const tab = this.#tabs().find(({ input }) => input === target);
    if (!tab) return;
    const names = [tab.name, ...chosen().filter((name) => name !== tab.name)];
    try {
      localStorage.setItem(STORED, JSON.stringify(names.slice(0, 20)));
    } catch {
      // Storage is denied: this set alone follows.
    }
    const before = this.getBoundingClientRect().top;
    document.dispatchEvent(new Event("tab-chosen"));
    // Sets further up may have changed their height; the one that is read stays where it is.
    scrollBy({ top: this.getBoundingClientRect().top - before, behavior: "instant" });
  }

  #follow() {
    const tabs = this.#tabs();
    for (const wanted of chosen()) {
      const tab = tabs.find(({ name }) => name === wanted);
      if (tab) {
        tab.input.checked = true;
        return;
      }
    }
  }
}
