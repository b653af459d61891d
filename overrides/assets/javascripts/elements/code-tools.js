/**
 * `<code-tools>` stands before a code block: it gives the block a button that copies its text, the name
 * of its language where it has no title, and a place in the tab order while it is wider than its box.
 */

/** How long the button says what it did, in milliseconds. */
const NOTICE = 2000;

/**
 * @param {CodeTools} tools
 * @returns {HTMLElement[]} the language's name, as the block's class has it; nothing for plain text or
 *   under a title
 */
function languageOf(tools) {
  const language = /\blanguage-(\S+)/.exec(tools.parentElement?.className ?? "")?.[1];
  if (!language || language === "text" || tools.previousElementSibling) return [];
  const label = document.createElement("span");
  label.className = "label";
  label.textContent = language;
  return [label];
}

export default class CodeTools extends HTMLElement {
  /** @type {ResizeObserver | undefined} */ #watch;
  /** @type {number | undefined} */ #timer;

  connectedCallback() {
    const block = this.nextElementSibling;
    if (!(block instanceof HTMLPreElement)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => this.#copy(block, button));
    this.replaceChildren(...languageOf(this), button);
    this.#watch = new ResizeObserver(() => {
      if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
      else block.removeAttribute("tabindex");
    });
    this.#watch.observe(block);
  }

  disconnectedCallback() {
    this.#watch?.disconnect();
    clearTimeout(this.#timer);
    this.replaceChildren();
  }

  /**
   * @param {HTMLPreElement} block
   * @param {HTMLButtonElement} button
   */
  async #copy(block, button) {
    try {
      await navigator.clipboard.writeText(block.textContent ?? "");
      button.textContent = "Copied";
    } catch {
      // No permission, or a page served without TLS: leave the text selected for the reader to copy.
      getSelection()?.selectAllChildren(block);
      button.textContent = "Selected: press Ctrl+C";
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (button.textContent = "Copy"), NOTICE);
  }
}
