/**
 * Where a server is that the page connects to: the demo endpoint, or that of a demo app.
 * @module
 */

/** @type {Record<string, string>} */
const SCHEMES = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" };

/**
 * Resolves an address as a page writes it: absolute (`wss://host/demo`), or relative to the page
 * (`/demo` is the host that serves the page, over TLS where the page is).
 * @param {string | null | undefined} content an address, or nothing where there is no endpoint
 * @param {string} baseHref the page's own address
 * @returns {string | null} an absolute ws: or wss: URL without fragment, or null for none
 */
export function echoAddress(content, baseHref) {
  const written = (content ?? "").trim();
  if (written === "" || !URL.canParse(written, baseHref)) return null;
  const url = new URL(written, baseHref);
  const scheme = SCHEMES[url.protocol];
  if (!scheme || url.hostname === "") return null;
  url.protocol = scheme;
  url.hash = "";
  return url.href;
}

/**
 * The same for a server that is asked over HTTP.
 * @param {string | null | undefined} content an address, or nothing where there is no server
 * @param {string} baseHref the page's own address
 * @returns {string | null} an absolute http: or https: URL that ends with "/", or null for none
 */
export function httpAddress(content, baseHref) {
  const written = (content ?? "").trim();
  if (written === "" || !URL.canParse(written, baseHref)) return null;
  const url = new URL(written, baseHref);
  if (!/^https?:$/.test(url.protocol)) return null;
  return `${url.origin}${url.pathname.replace(/\/*$/, "/")}`;
}
