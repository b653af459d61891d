/**
 * Instant navigation: a link to another page of the site replaces the document's content instead of
 * the document, so that scripts and styles stay. It needs the browser's Navigation API; without it,
 * and wherever anything is unexpected, the browser loads the page as usual.
 * @module
 */

/** The address of the site's root. */
const ROOT = new URL("../../", import.meta.url);

/**
 * The stylesheets of the document by their addresses: a link's `href` is relative to the address of
 * the page, which changes under it.
 * @type {Map<string, Element>}
 */
const styles = new Map();

/** @param {Document} page */
const stylesheets = (page) =>
  /** @type {HTMLLinkElement[]} */ ([...page.querySelectorAll("head link[rel=stylesheet]")]);

/**
 * Add the stylesheets that `page` has and the document lacks.
 *
 * @param {Document} page
 * @returns {Promise<unknown>} settled when all have arrived or failed
 */
function addStyles(page) {
  return Promise.all(
    stylesheets(page)
      .filter((link) => !styles.has(link.href))
      .map((link) => {
        const added = document.createElement("link");
        added.rel = "stylesheet";
        added.href = link.href;
        styles.set(link.href, added);
        const arrived = new Promise((resolve) => {
          added.onload = resolve;
          added.onerror = resolve;
        });
        document.head.append(added);
        return arrived;
      }),
  );
}

/**
 * Put `page` in the place of what is shown.
 *
 * @param {Document} page
 */
function show(page) {
  const wanted = new Set(stylesheets(page).map((link) => link.href));
  for (const [address, link] of styles) {
    if (wanted.has(address)) continue;
    link.remove();
    styles.delete(address);
  }
  const ofPage = "title, meta[name], meta[property], link:not([rel=stylesheet]):not([rel=icon]), "
    + "script[type='application/ld+json']";
  for (const old of document.head.querySelectorAll(ofPage)) old.remove();
  document.head.append(...page.head.querySelectorAll(ofPage));
  document.body.replaceChildren(...page.body.childNodes);
}

/** @param {any} event a NavigateEvent */
function concerns(event) {
  const url = new URL(event.destination.url);
  return (
    event.canIntercept &&
    !event.hashChange &&
    // The page's own history.replaceState(), and a link to the fragment that the address has: both stay.
    // The pages before and behind are of this document too.
    (!event.destination.sameDocument || event.navigationType === "traverse") &&
    !event.formData &&
    event.downloadRequest === null &&
    event.navigationType !== "reload" &&
    url.origin === ROOT.origin &&
    url.pathname.startsWith(ROOT.pathname) &&
    // Pages are folders; anything else is a file for the browser.
    url.pathname.endsWith("/")
  );
}

/**
 * @param {any} event a NavigateEvent
 * @param {() => void} shown called when a page was put in place
 */
async function go(event, shown) {
  const { signal } = event;
  // Until the new page is here, the old one's links are relative to where it was.
  const base = document.head.querySelector("base") ?? document.createElement("base");
  base.href = pageAddress;
  document.head.prepend(base);
  try {
    const response = await fetch(event.destination.url, { signal });
    if (!response.ok || response.redirected) throw new Error(`status ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // Its addresses are relative to its own.
    const itsBase = page.createElement("base");
    itsBase.href = event.destination.url;
    page.head.prepend(itsBase);
    await addStyles(page);
    if (signal.aborted) return;
    pageAddress = event.destination.url.split("#")[0];
    base.remove();
    show(page);
    shown();
  } catch {
    // Superseded by the next navigation, or something for the browser to explain.
    if (!signal.aborted) location.reload();
  }
}

let pageAddress = location.href.split("#")[0];

/**
 * Start to watch the links of the page.
 *
 * @param {() => void} shown called after each page that was put in place
 */
export function start(shown) {
  const { navigation } = /** @type {any} */ (window);
  if (!navigation) return;
  for (const link of stylesheets(document)) styles.set(link.href, link);
  navigation.addEventListener("navigate", (/** @type {any} */ event) => {
    if (concerns(event)) event.intercept({ handler: () => go(event, shown) });
  });
}
