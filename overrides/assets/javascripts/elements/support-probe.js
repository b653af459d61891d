/**
 * `<support-probe>`: a button, and what this browser turns out to support. Only the last row connects,
 * to the echo server.
 * @module
 */

import { echoAddress } from "../lib/address.js";
import { make } from "../make.js";

/** How long the echo server has to answer, in milliseconds. */
const PATIENCE = 8000;

/** @typedef {{ name: string, run: () => string | Promise<string> }} Probe */

/** @type {Probe[]} */
const PROBES = [
  ...["WebSocket", "CloseEvent", "WebSocketStream", "WebTransport", "EventSource"].map((name) => ({
    name,
    run: () => (name in globalThis ? "yes" : "no"),
  })),
  { name: "https: addresses", run: () => takes("https://127.0.0.1:1/") },
  { name: "Relative addresses", run: () => takesRelative() },
  { name: "Subprotocols and compression", run: () => negotiated() },
  { name: "This browser", run: () => navigator.userAgent },
];

/**
 * Whether the constructor takes an address. Port 1 is blocked, so nothing is sent.
 * @param {string} address
 */
function takes(address) {
  try {
    new WebSocket(address).close();
    return "yes";
  } catch (error) {
    return `no: ${error.name}`;
  }
}

/** With this base a relative address leads to a blocked port, and nothing is sent. */
function takesRelative() {
  const base = document.createElement("base");
  base.href = "https://127.0.0.1:1/";
  document.head.prepend(base);
  try {
    return takes("relative");
  } finally {
    base.remove();
  }
}

/** @returns {Promise<string>} */
function negotiated() {
  const content = document.querySelector('meta[name="echo-url"]')?.getAttribute("content");
  const address = echoAddress(content, document.baseURI);
  if (!address) return Promise.resolve("not tested: this copy of the site has no echo server");
  return new Promise((resolve) => {
    const socket = new WebSocket(address, ["v1.report.websocket.org"]);
    const timer = setTimeout(() => socket.close(), PATIENCE);
    socket.addEventListener("open", () => {
      resolve(`subprotocol ${socket.protocol || "none"}; extensions ${socket.extensions || "none"}`);
      socket.close();
    });
    socket.addEventListener("close", () => {
      clearTimeout(timer);
      resolve("not tested: the echo server cannot be reached");
    });
  });
}

export default class SupportProbe extends HTMLElement {
  connectedCallback() {
    const button = make("button", "", "Test this browser");
    button.setAttribute("type", "button");
    button.addEventListener("click", () => this.#run());
    const status = make("p", "", "Not tested yet. The test opens one connection, to the echo server.");
    status.setAttribute("role", "status");
    this.replaceChildren(button, status, make("dl"));
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Test of this browser");
  }

  async #run() {
    const status = /** @type {HTMLElement} */ (this.querySelector("[role=status]"));
    const list = /** @type {HTMLElement} */ (this.querySelector("dl"));
    status.textContent = "Testing …";
    list.replaceChildren();
    for (const { name, run } of PROBES) {
      list.append(make("div", "", [make("dt", "", name), make("dd", "", await run())]));
    }
    status.textContent = "Tested.";
  }
}
