/**
 * `<demo-app app="chat" panes="Ada Ben">`: the application whose files lie beside the page, live, above what it
 * wraps: what to try there, or to read where its server is not running.
 *
 * Attributes: `app`, the folder whose `app.js` is mounted, and the server, `<meta name="chat-url">`;
 * `panes`, a name for each copy of it; `files`, the folder's address, with its slash, where the page is
 * not its own; `url`, another server. A folder's `app.js` exports
 * `mount(element, { url, name, room })`, which returns what ends it; all copies get the same room, which
 * nobody else has.
 * @module
 */

import { echoAddress } from "../lib/address.js";
import { make } from "../make.js";

/** @typedef {{ url: string, name: string, room: string }} Place */

/** Twelve letters and digits that nobody guesses. */
const token = () => Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export default class DemoApp extends HTMLElement {
  /** @type {(() => void)[]} */ #mounted = [];
  /** @type {HTMLElement | null} */ #panel = null;
  #life = new AbortController();
  #module = "";

  connectedCallback() {
    this.#life = new AbortController();
    const app = this.getAttribute("app") ?? "";
    // Against the page's address, as long as it is this page's.
    this.#module = new URL(`${this.getAttribute("files") ?? ""}app.js`, document.baseURI).href;
    const content = document.querySelector(`meta[name="${CSS.escape(app)}-url"]`)?.getAttribute("content");
    const address = echoAddress(this.getAttribute("url") ?? content, document.baseURI);
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", `Demo: ${app}`);
    this.#panel = make("div", "da-panel");
    const status = make("p");
    status.setAttribute("role", "status");
    const button = make("button", "", "Start the demo");
    button.setAttribute("type", "button");
    this.#panel.append(status, button);
    this.prepend(this.#panel);
    if (address === null) {
      status.textContent = "The server of this demo is not running here, so nothing below is live. In a copy of this site, make serve starts it.";
      button.setAttribute("disabled", "");
      return;
    }
    const url = address.replace(/\/$/, "");
    status.textContent = `Not started. It connects to ${url}.`;
    button.addEventListener("click", () => this.#start(url, status, button));
  }

  disconnectedCallback() {
    this.#life.abort();
    for (const end of this.#mounted.splice(0)) end();
    this.#panel?.remove();
    this.#panel = null;
    delete this.dataset.started;
  }

  /**
   * @param {string} url
   * @param {HTMLElement} status
   * @param {HTMLElement} button
   */
  async #start(url, status, button) {
    const { signal } = this.#life;
    button.setAttribute("disabled", "");
    try {
      const { mount } = await import(this.#module);
      if (signal.aborted) return;
      const room = token();
      const names = (this.getAttribute("panes") ?? "").split(" ").filter(Boolean);
      const panes = make("div", "da-panes");
      this.#panel?.append(panes);
      for (const name of names) {
        const pane = make("section", "da-pane");
        pane.setAttribute("aria-label", name);
        panes.append(pane);
        this.#mounted.push(mount(pane, { url, name, room }));
      }
      this.dataset.started = "";
      status.textContent = `Started. It runs on ${url}.`;
      button.remove();
      panes.querySelector("input")?.focus();
    } catch (error) {
      if (signal.aborted) return;
      status.textContent = `The demo could not be loaded: ${error.message}`;
      button.removeAttribute("disabled");
    }
  }
}
