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

/**
 * @param {number} pages how many pages were found
 * @param {string} query
 * @returns {string} what a reader is told
 */
export function summary(pages, query) {
  if (pages === 0) return `Nothing found for “${query}”. Try fewer or other words.`;
  return pages === 1 ? "1 page" : `${pages} pages`;
}
