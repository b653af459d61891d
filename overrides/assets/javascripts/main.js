/**
 * The only script of ours that pages name. It defines the custom elements that a page uses, and
 * fetches their code where one is used: `<ws-monitor>` is the default export of
 * `elements/ws-monitor.js`. With `loading="lazy"` an element's code waits until the reader is near.
 * @module
 */
import ColorScheme from "./elements/color-scheme.js";
import PageContents from "./elements/page-contents.js";
import SiteSearch from "./elements/site-search.js";
import { start } from "./navigate.js";
import { watch } from "./terms.js";

/** Elements whose code was asked for. @type {Set<string>} */
const asked = new Set();

/** @param {string} name of an element */
function ask(name) {
  if (asked.has(name)) return;
  asked.add(name);
  import(`./elements/${name}.js`).then(
    (module) => customElements.define(name, module.default),
    // The page stays readable: what the element wraps is its text without scripts.
    (error) => console.error(`<${name}> could not be loaded`, error),
  );
}

/** Near is a window's height away. */
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      ask(target.localName);
    }
  },
  { rootMargin: "100%" },
);

function define() {
  // Those of an earlier page.
  near.disconnect();
  for (const element of document.querySelectorAll(":not(:defined)")) {
    if (element.getAttribute("loading") === "lazy") near.observe(element);
    else ask(element.localName);
  }
}

// What almost every page has comes along.
customElements.define("color-scheme", ColorScheme);
customElements.define("page-contents", PageContents);
customElements.define("site-search", SiteSearch);
define();
// Instant navigation replaces the content without loading this script again.
start(define);
watch();
