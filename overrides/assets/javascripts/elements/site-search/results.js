/**
 * What the search dialog needs when it is opened: Pagefind, which fetches its index, and the list of
 * what it found.
 * @module
 */
import { inOrder, resultOf, summary } from "../../lib/search-results.js";

/** The site's root: Pagefind writes its files into a folder of it. */
const ROOT = new URL("../../../../", import.meta.url);

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
export function load() {
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
 * @returns {Promise<{ count: number, pages: import("../../lib/search-results.js").Found[] }>} how many
 *   pages were found, and those to show, the best first
 */
export async function find(query) {
  const pagefind = await load();
  const { results } = await pagefind.search(query);
  const best = results.slice(0, SHOWN).map((/** @type {any} */ result) => result.data());
  return { count: results.length, pages: inOrder(query, await Promise.all(best)) };
}

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

/** @param {import("../../lib/search-results.js").Result} result */
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

/**
 * @param {string} query
 * @returns {Promise<{ status: string, items: HTMLElement[] }>} what was found: in a sentence, and as
 *   a list
 */
export async function search(query) {
  const { count, pages } = await find(query);
  return { status: summary(count, query), items: pages.map(resultOf).map(entry) };
}
