/**
 * What the views of elements are made of: HTML, with text that is never read as HTML.
 * @module
 */

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {string | (Node | string)[]} [content]
 */
export function make(tag, className = "", content = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (typeof content === "string") element.textContent = content;
  else element.append(...content);
  return element;
}

/**
 * @param {string} words
 * @param {string} url
 */
export function link(words, url) {
  const anchor = make("a", "", words);
  anchor.setAttribute("href", url);
  return anchor;
}
