/**
 * `<color-scheme>` wraps the button that goes from the system's color scheme to light, to dark, and
 * back. The choice is kept in `localStorage` as "light" or "dark"; the inline script of
 * `partials/scheme-script.html` applies it before the first paint, `tokens.css` acts on it.
 */

/** What comes next, and what the button says it does. */
const NEXT = {
  "": { scheme: "light", title: "Switch to light mode" },
  light: { scheme: "dark", title: "Switch to dark mode" },
  dark: { scheme: "", title: "Follow the system" },
};

/** @returns {keyof typeof NEXT} the scheme in force */
function current() {
  const { scheme } = document.documentElement.dataset;
  return scheme === "light" || scheme === "dark" ? scheme : "";
}

export default class ColorScheme extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button) return;
    button.onclick = () => {
      const { scheme } = NEXT[current()];
      document.documentElement.dataset.scheme = scheme;
      try {
        localStorage.setItem("scheme", scheme);
      } catch {
        // Storage is denied: the choice lasts as long as the page.
      }
      this.#show(button);
    };
    this.#show(button);
    button.hidden = false;
  }

  /** @param {HTMLButtonElement} button */
  #show(button) {
    button.title = NEXT[current()].title;
    for (const icon of button.querySelectorAll("svg")) {
      icon.toggleAttribute("hidden", icon.dataset.for !== current());
    }
  }
}
