/**
 * `<page-contents>` wraps the list of a page's headings and marks the one whose section is read: the
 * last that has passed under the header.
 */
export default class PageContents extends HTMLElement {
  /** @type {AbortController | undefined} */ #signal;
  #waiting = false;

  connectedCallback() {
    this.#signal = new AbortController();
    addEventListener("scroll", () => this.#soon(), { passive: true, signal: this.#signal.signal });
    // Not now: to ask where headings are would have the page laid out once more.
    this.#soon();
  }

  disconnectedCallback() {
    this.#signal?.abort();
  }

  #soon() {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      if (this.isConnected) this.#mark();
    });
  }

  #mark() {
    const line = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + 1 || 1;
    /** @type {HTMLAnchorElement | undefined} */
    let read;
    const links = [...this.querySelectorAll("a")];
    for (const link of links) {
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading && heading.getBoundingClientRect().top <= line) read = link;
    }
    for (const link of links) {
      if (link === read) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }
}
