/**
 * The only script of ours that pages name. It defines the custom elements that a page uses, and
 * fetches their code where one is used: `<ws-monitor>` is the default export of
 * `elements/ws-monitor.js`.
 * @module
 */
import { start } from "./navigate.js";

/** Elements whose code was asked for. @type {Set<string>} */
const asked = new Set();

function define() {
  for (const { localName: name } of document.querySelectorAll(":not(:defined)")) {
    if (asked.has(name)) continue;
    asked.add(name);
    import(`./elements/${name}.js`).then(
      (module) => customElements.define(name, module.default),
      // The page stays readable: what the element wraps is its text without scripts.
      (error) => console.error(`<${name}> could not be loaded`, error),
    );
  }
}

define();
// Instant navigation replaces the content without loading this script again.
start(define);
