/**
 * The only script that pages load. It defines the custom elements that a page uses, and fetches
 * their code where one is used.
 * @module
 */

/** @type {Record<string, () => Promise<CustomElementConstructor>>} */
const ELEMENTS = {
  "code-tools": async () => (await import("./elements/code-tools.js")).CodeTools,
  "not-found-search": async () => (await import("./elements/not-found-search.js")).NotFoundSearch,
  "ws-console": async () => (await import("./elements/ws-console.js")).WsConsole,
  "ws-monitor": async () => (await import("./elements/ws-monitor.js")).WsMonitor,
};

function define() {
  for (const [name, load] of Object.entries(ELEMENTS)) {
    if (customElements.get(name) || !document.querySelector(name)) continue;
    load().then(
      (element) => customElements.get(name) ?? customElements.define(name, element),
      // The page stays readable: what the element wraps is its text without scripts.
      (error) => console.error(`<${name}> could not be loaded`, error),
    );
  }
}

define();
// Instant navigation replaces the content without loading this script again.
/** @type {any} */ (window).document$?.subscribe(define);
