/**
 * What the search dialog needs when it is opened: Pagefind, which fetches its index, and the list of
 * what it found.
 * @module
 */
import { byTitle, gathered, holding, inOrder, resultOf, subjects, summary } from "../../lib/search-results.js";
import { link, make } from "../../make.js";

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

/** With so many words a query is a sentence, and no page need have all of them. */
const SENTENCE = 3;

/** With fewer pages than this some of the words will do. */
const FEW = 3;

/**
 * @typedef {{ count: number, pages: import("../../lib/search-results.js").Found[] }} Answer how many
 *   pages were found, and those to show, the best first
 */

/**
 * @param {string} query
 * @returns {Promise<Answer>}
 */
export async function find(query) {
  const { count, pages } = await findAll(query);
  const held = holding(query, pages);
  return { count: held.length ? count - (pages.length - held.length) : 0, pages: held };
}

/** What the engine finds. @param {string} query @returns {Promise<Answer>} */
async function findAll(query) {
  const pagefind = await load();
  const { results } = await pagefind.search(query);
  const asked = subjects(query);
  if (asked.length >= SENTENCE || (asked.length > 1 && results.length < FEW)) {
    return findSome(pagefind, asked, results);
  }
  const best = results.slice(0, SHOWN).map((/** @type {any} */ result) => result.data());
  return { count: results.length, pages: inOrder(query, await Promise.all(best)) };
}

/**
 * The engine finds only pages that have every word.
 *
 * @param {any} pagefind
 * @param {string[]} asked
 * @param {any[]} whole the pages that have all of the query
 * @returns {Promise<Answer>}
 */
async function findSome(pagefind, asked, whole) {
  const lists = await Promise.all(asked.map(async (word) => (await pagefind.search(word)).results));
  const all = gathered(lists);
  const best = all.slice(0, SHOWN).map(async ({ result, score }) => {
    const better = whole.find(({ id }) => id === result.id) ?? result;
    return { page: await better.data(), score };
  });
  const counts = lists.map((list) => list.length);
  return { count: all.length, pages: byTitle(asked, counts, await Promise.all(best)) };
}

/** @param {string} excerpt escaped HTML with the found words in `<mark>` */
function sentence(excerpt) {
  const made = make("span", "site-search__excerpt");
  made.innerHTML = excerpt;
  return made;
}

/** @param {import("../../lib/search-results.js").Result} result */
function entry(result) {
  const page = link("", result.url);
  page.append(make("span", "site-search__title", result.title));
  if (result.section) page.append(make("span", "site-search__section", result.section));
  if (result.excerpt) page.append(sentence(result.excerpt));
  const parts = result.parts.map((part) => {
    const below = link("", part.url);
    below.className = "site-search__part";
    below.append(make("span", "site-search__heading", part.title), sentence(part.excerpt));
    return below;
  });
  return make("li", "", [page, ...parts]);
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
