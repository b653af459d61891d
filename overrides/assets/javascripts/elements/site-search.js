/**
 * `<site-search>` wraps the button that opens the search: a dialog over the page, whose index is
 * fetched when it is first opened. `/` and Ctrl-K or Cmd-K open it too, and so does a page whose
 * address has `?q=`.
 */
import { inOrder, resultOf, summary } from "../lib/search-results.js";

/** The site's root: Pagefind writes its files into a folder of it. */
const ROOT = new URL("../../../", import.meta.url);

const OPTIONS = {
  baseUrl: ROOT.pathname,
  excerptLength: 22,
  // A page that a word is about says it in its title and often; short pages are no better for it.
  ranking: {
    pageLength: 0.1,
    termFrequency: 0.6,
    // The word itself rather than one that begins with it.
    termSimilarity: 5,
    metaWeights: { title: 8, description: 4 },
  },
};

/** How many pages are shown. */
const SHOWN = 10;

/** @type {Promise<any> | undefined} */
let engine;

/** @returns {Promise<any>} Pagefind, with the index at hand */
function load() {
  engine ??= (async () => {
    const pagefind = await import(new URL("pagefind/pagefind.js", ROOT).href);
    await pagefind.options(OPTIONS);
    await pagefind.init();
    return pagefind;
  })();
  // The next opening tries again.
  engine.catch(() => (engine = undefined));
  return engine;
}

/**
 * @param {string} query
 * @returns {Promise<{ count: number, pages: import("../lib/search-results.js").Found[] }>} how many
 *   pages were found, and those to show, the best first
 */
export async function find(query) {
  const pagefind = await load();
  const { results } = await pagefind.search(query);
  const best = results.slice(0, SHOWN).map((/** @type {any} */ result) => result.data());
  return { count: results.length, pages: inOrder(query, await Promise.all(best)) };
}

const DIALOG = `
  <form role="search" aria-label="This site" method="dialog">
    <input type="search" aria-label="Search this site" placeholder="Search: 1006, bufferedAmount, nginx …"
      autocapitalize="off" autocomplete="off" autocorrect="off" spellcheck="false" enterkeyhint="search">
    <button type="button" class="site-search__close">Close</button>
  </form>
  <p class="site-search__status" role="status"></p>
  <ol class="site-search__results" aria-label="Results"></ol>`;

/**
 * @param {string} name
 * @param {string} className
 * @param {string} text
 */
function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {string} excerpt escaped HTML with the found words in `<mark>` */
function sentence(excerpt) {
  const made = element("span", "site-search__excerpt", "");
  made.innerHTML = excerpt;
  return made;
}

/** @param {import("../lib/search-results.js").Result} result */
function entry(result) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = result.url;
  link.append(element("span", "site-search__title", result.title));
  if (result.section) link.append(element("span", "site-search__section", result.section));
  if (result.excerpt) link.append(sentence(result.excerpt));
  item.append(link);
  for (const part of result.parts) {
    const below = document.createElement("a");
    below.href = part.url;
    below.className = "site-search__part";
    below.append(element("span", "site-search__heading", part.title), sentence(part.excerpt));
    item.append(below);
  }
  return item;
}

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
    load().catch(() => {});
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
      const { count, pages } = await find(query);
      if (asked !== this.#asked) return;
      this.#show(summary(count, query), pages.map(resultOf));
    } catch {
      if (asked === this.#asked) {
        this.#show("The search index could not be loaded. Check the connection and type again.", []);
      }
    }
  }

  /**
   * @param {string} status
   * @param {import("../lib/search-results.js").Result[]} results
   */
  #show(status, results) {
    const line = this.#dialog.querySelector(".site-search__status");
    if (line) line.textContent = status;
    this.#dialog.querySelector("ol")?.replaceChildren(...results.map(entry));
  }
}
