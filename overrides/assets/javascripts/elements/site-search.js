/**
 * `<site-search>` wraps the button that opens the search: a dialog over the page, which fetches the
 * engine and its index when it is first opened. `/` and Ctrl-K or Cmd-K open it too, and so does a
 * page whose address has `?q=`.
 */

const DIALOG = `
  <form role="search" aria-label="This site" method="dialog">
    <input type="search" aria-label="Search this site" placeholder="Search: 1006, bufferedAmount, nginx …"
      autocapitalize="off" autocomplete="off" autocorrect="off" spellcheck="false" enterkeyhint="search">
    <button type="button" class="site-search__close">Close</button>
  </form>
  <p class="site-search__status" role="status"></p>
  <ol class="site-search__results" aria-label="Results"></ol>`;

/** What finds pages. A module that could not be fetched is fetched again by the next question. */
const results = () => import("./site-search/results.js");

/** @param {EventTarget | null} target */
const isField = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input, textarea, select"));

export default class SiteSearch extends HTMLElement {
  #gone = new AbortController();
  #dialog = document.createElement("dialog");
  /** Counts the questions, so that a late answer to an old one is dropped. */
  #asked = 0;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const button = this.querySelector("button");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => this.open(), { signal });
    }
    document.addEventListener("keydown", (event) => this.#shortcut(event), { signal });
    this.#build(signal);
    const words = new URLSearchParams(location.search).get("q");
    if (words) this.open(words);
  }

  disconnectedCallback() {
    this.#gone.abort();
    this.#dialog.remove();
  }

  /**
   * Open the dialog, with words to search for if there are any.
   *
   * @param {string} [words]
   */
  open(words) {
    results().then(({ load }) => load()).catch(() => {});
    const field = this.#field();
    if (words !== undefined) field.value = words;
    if (!this.#dialog.open) this.#dialog.showModal();
    field.select();
    if (field.value) this.#search();
  }

  /** @param {AbortSignal} signal */
  #build(signal) {
    const dialog = document.createElement("dialog");
    dialog.className = "site-search__dialog";
    dialog.setAttribute("aria-label", "Search");
    dialog.innerHTML = DIALOG;
    this.#dialog = dialog;
    this.append(dialog);
    this.#field().addEventListener("input", () => this.#search(), { signal });
    dialog.querySelector(".site-search__close")?.addEventListener("click", () => dialog.close());
    dialog.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#links()[0]?.click();
    });
    dialog.addEventListener("keydown", (event) => this.#move(event));
    dialog.addEventListener("click", (event) => {
      const { target } = event;
      // Outside of the box, and after a result was chosen, even one on this page.
      if (target === dialog || (target instanceof Element && target.closest("a"))) dialog.close();
    });
  }

  #field() {
    return /** @type {HTMLInputElement} */ (this.#dialog.querySelector("input"));
  }

  #links() {
    return [...this.#dialog.querySelectorAll("a")];
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    const chord = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.defaultPrevented || event.isComposing || this.#dialog.open) return;
    if (!chord && (!slash || isField(event.target))) return;
    // Another dialog has the keyboard.
    if (document.querySelector("dialog:modal")) return;
    event.preventDefault();
    this.open();
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.isComposing) return;
    event.preventDefault();
    const stops = [this.#field(), ...this.#links()];
    const at = stops.indexOf(/** @type {any} */ (document.activeElement));
    stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
  }

  async #search() {
    const asked = ++this.#asked;
    const query = this.#field().value.trim();
    if (!query) {
      this.#show("", []);
      return;
    }
    try {
      const { status, items } = await (await results()).search(query);
      if (asked === this.#asked) this.#show(status, items);
    } catch {
      if (asked === this.#asked) {
        this.#show("The search index could not be loaded. Check the connection and type again.", []);
      }
    }
  }

  /**
   * @param {string} status
   * @param {HTMLElement[]} items
   */
  #show(status, items) {
    const line = this.#dialog.querySelector(".site-search__status");
    if (line) line.textContent = status;
    this.#dialog.querySelector("ol")?.replaceChildren(...items);
  }
}
