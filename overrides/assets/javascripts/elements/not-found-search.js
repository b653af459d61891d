/**
 * `<not-found-search>` wraps the search form of the page that answers missing addresses and fills its
 * field with the words of the address. The form works without it, empty.
 */

/**
 * The words of a path that are worth searching for.
 *
 * @param {string} path the path of a URL, percent-encoded as in `location.pathname`
 * @returns {string} the words, separated by single spaces; "" where there are none
 */
function wordsOf(path) {
  let readable = path;
  try {
    readable = decodeURIComponent(path);
  } catch {
    // A stray percent sign: search for what is there.
  }
  return readable
    .replace(/\.(html?|md|php)$|\bindex\b/gi, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join(" ");
}

export default class NotFoundSearch extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    const field = this.querySelector("input");
    if (!form || !field || field.value) return;
    const root = new URL(form.action, location.href).pathname;
    const { pathname } = location;
    field.value = wordsOf(pathname.startsWith(root) ? pathname.slice(root.length) : pathname);
  }
}
