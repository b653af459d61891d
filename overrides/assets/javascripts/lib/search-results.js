/**
 * What the search dialog shows of what Pagefind found.
 * @module
 */

/**
 * @typedef {{ title: string, url: string, excerpt: string }} Part a section of a page; `excerpt` is
 *   HTML: escaped text with the found words in `<mark>`
 * @typedef {{ url: string, excerpt: string, meta: Record<string, string>, sub_results?: Part[] }} Found
 *   a page as Pagefind describes it
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

/**
 * @param {number} pages how many pages were found
 * @param {string} query
 * @returns {string} what a reader is told
 */
export function summary(pages, query) {
  if (pages === 0) return `Nothing found for “${query}”. Try fewer or other words.`;
  return pages === 1 ? "1 page" : `${pages} pages`;
}
