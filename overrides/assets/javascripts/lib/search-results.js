/**
 * What the search dialog shows of what Pagefind found.
 * @module
 */

/**
 * @typedef {{ title: string, url: string, excerpt: string }} Part a section of a page; `excerpt` is
 *   HTML: escaped text with the found words in `<mark>`
 * @typedef {{ url: string, excerpt: string, meta: Record<string, string>, content?: string, sub_results?: Part[] }} Found
 *   a page as Pagefind describes it; `content` is its text
 * @typedef {{ title: string, section: string, url: string, excerpt: string, parts: Part[] }} Result
 */

/** How many sections of one page are shown below it. */
const PARTS = 2;

/** The sign that MkDocs appends to headings as a link to themselves. */
const HEADING_LINK = /\s*¶\s*$/;

/**
 * The page with the sentence that matches best, and below it the sections that match.
 *
 * @param {Found} found
 * @returns {Result}
 */
export function resultOf(found) {
  const parts = (found.sub_results ?? []).map((part) => ({
    ...part,
    title: part.title.replace(HEADING_LINK, ""),
  }));
  const title = (found.meta.title ?? "").replace(HEADING_LINK, "");
  // The text below the page's own heading is the page, not a section of it.
  const intro = parts.find((part) => !part.url.includes("#") || part.title === title);
  const sections = parts.filter((part) => part !== intro && part.url.includes("#"));
  return {
    title,
    section: found.meta.section ?? "",
    url: found.url,
    excerpt: intro?.excerpt ?? (sections.length ? "" : found.excerpt),
    parts: sections.slice(0, PARTS),
  };
}

/** @param {string} text @returns {string[]} its words in lower case */
const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

/** @param {string[]} list @returns {string[]} the same, each in the singular */
const singular = (list) => list.map((word) => word.replace(/(?<=..)s$/, ""));

/**
 * How much of a title is what was asked for: 0 unless it has every word of the query, above 1 where
 * it has them as they were written.
 *
 * @param {string[]} asked
 * @param {string} title
 */
function covered(asked, title) {
  const has = words(title);
  /** @param {string[]} query @param {string[]} text */
  const holds = (query, text) => query.length > 0 && query.every((word) => text.includes(word));
  if (!holds(singular(asked), singular(has))) return 0;
  return asked.length / has.length + (holds(asked, has) ? 1 : 0);
}

/** @param {string} url @returns {string} the last part of its path: `framing` of `/protocol/framing/` */
const slug = (url) => /([^/]*)\/(?:[?#]|$)/.exec(url)?.[1] ?? "";

/**
 * Pages in the order in which they are shown: first those that the query names by their title or
 * their address, which the engine may put behind one whose words begin alike ("frames", "frameworks").
 *
 * @param {string} query
 * @param {Found[]} found the best first
 * @returns {Found[]}
 */
export function inOrder(query, found) {
  const asked = words(query);
  /** @param {Found} page */
  const named = (page) =>
    Math.max(covered(asked, page.meta.title ?? ""), covered(asked, slug(page.url)));
  return [...found].sort((one, other) => named(other) - named(one));
}

/** Words of questions and sentences, which say nothing of what a page is about. */
const FILLER = new Set(
  ("a an and any are as at be by can cannot do does for from has have how i if in into is it its me my of on or " +
    "should that the then there this to use using vs versus was what when where which while who why will with " +
    "without you your").split(" "),
);

/** @param {string} query @returns {string[]} the words of it that a page can be about, each once */
export function subjects(query) {
  const all = query.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];
  return [...new Set(all)].filter((word) => !FILLER.has(word));
}

/**
 * How much a word says: more, the fewer pages have it.
 *
 * @param {number} pages that have it
 */
const weight = (pages) => (pages === 0 ? 0 : Math.log(1 + 100 / pages));

/**
 * Pages that have some of several words, those with more and rarer words first.
 *
 * @template {{ id: string, score: number }} R
 * @param {R[][]} lists what the engine found for each word, the best first
 * @returns {{ result: R, score: number }[]}
 */
export function gathered(lists) {
  /** @type {Map<string, { result: R, score: number, most: number }>} */
  const pages = new Map();
  for (const list of lists) {
    for (const result of list) {
      const share = weight(list.length) * Math.sqrt(result.score / list[0].score);
      const page = pages.get(result.id) ?? { result, score: 0, most: 0 };
      page.score += share;
      // The result for the word that says most: its sentence is shown.
      if (share > page.most) Object.assign(page, { result, most: share });
      pages.set(result.id, page);
    }
  }
  return [...pages.values()].sort((one, other) => other.score - one.score);
}

/** How much more a word counts that a page has in its title or its address. */
const NAMED = 1.5;

/**
 * Gathered pages in the order in which they are shown: those before others that the words name.
 *
 * @param {string[]} asked the words
 * @param {number[]} counts how many pages have each
 * @param {{ page: Found, score: number }[]} found
 * @returns {Found[]}
 */
export function byTitle(asked, counts, found) {
  /** @param {{ page: Found, score: number }} entry */
  const score = ({ page, score }) => {
    const title = singular([...words(page.meta.title ?? ""), ...words(page.url)]);
    const named = singular(asked).map((word, index) => (title.includes(word) ? NAMED * weight(counts[index]) : 0));
    return named.reduce((sum, part) => sum + part, score);
  };
  return [...found].sort((one, other) => score(other) - score(one)).map(({ page }) => page);
}

/** The first letters of a word, of which a page has to have as many: the engine shortens a word that is nowhere
 * down to its first letter, while a plural or a mistyped end leaves these. */
const LETTERS = 3;

/**
 * The pages that have a word of the query, or at least its beginning.
 *
 * @param {string} query
 * @param {Found[]} found
 * @returns {Found[]}
 */
export function holding(query, found) {
  const asked = subjects(query);
  const starts = (asked.length ? asked : words(query)).map((word) => plain(word).replace(/^[-_]+/, "").slice(0, LETTERS));
  if (starts.length === 0) return found;
  return found.filter(({ meta, url, content }) => {
    const text = plain([...Object.values(meta), url, content].join(" "));
    return starts.some((start) => text.includes(start));
  });
}

/** @param {string} text @returns {string} in lower case, without accents */
const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

/**
 * @param {number} pages how many pages were found
 * @param {string} query
 * @returns {string} what a reader is told
 */
export function summary(pages, query) {
  if (pages === 0) return `No page holds “${query}”. Try fewer or other words.`;
  return pages === 1 ? "1 page" : `${pages} pages`;
}
