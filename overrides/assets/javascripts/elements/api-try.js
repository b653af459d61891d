/**
 * `<api-try name="send-text">`: a button that runs one of the examples of the WebSocket API in this
 * browser, against the echo server, and shows what it returned or threw. `<api-try all>` runs them all.
 * @module
 */

import { echoAddress } from "../lib/address.js";
import { EXAMPLES } from "../lib/api-examples.js";

/** How long an event may take, in milliseconds. */
const PATIENCE = 8000;

/** Refused by every browser without a byte being sent, for examples that need no answer. */
const NOWHERE = "wss://127.0.0.1:1/";

/**
 * @param {EventTarget} target
 * @param {string} type
 * @returns {Promise<any>} the next event of that type
 */
function next(target, type) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`no ${type} event within ${PATIENCE / 1000} s`)), PATIENCE);
    target.addEventListener(type, resolve);
    if (type !== "close") target.addEventListener("close", () => reject(new Error("the echo server cannot be reached")));
  });
}

/** Runs an example and closes what it opened. @param {string} name @returns {Promise<string>} */
async function outcome(name) {
  /** @type {WebSocket[]} */
  const made = [];
  const watched = new Proxy(globalThis.WebSocket, {
    construct(target, given) {
      const socket = Reflect.construct(target, given);
      made.push(socket);
      return socket;
    },
  });
  const content = document.querySelector('meta[name="echo-url"]')?.getAttribute("content");
  const url = echoAddress(content, document.baseURI) ?? NOWHERE;
  const opened = async (/** @type {any} */ socket) => (await next(socket, "open"), socket);
  try {
    return String(await EXAMPLES[name]({ WebSocket: watched, url, opened, next }));
  } catch (error) {
    return `${error.name}: ${error.message}`;
  } finally {
    for (const socket of made) socket.close();
  }
}

export default class ApiTry extends HTMLElement {
  connectedCallback() {
    const name = this.getAttribute("name");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name ? "Run" : "Run every example on this page";
    if (name) button.setAttribute("aria-label", `Run ${this.closest("tr")?.cells[0].textContent ?? name}`);
    const result = document.createElement("output");
    this.replaceChildren(button, result);
    button.addEventListener("click", () => (name ? this.run() : this.#runAll()));
  }

  async run() {
    const output = /** @type {HTMLOutputElement} */ (this.querySelector("output"));
    output.textContent = "…";
    output.textContent = await outcome(this.getAttribute("name") ?? "");
  }

  async #runAll() {
    const output = /** @type {HTMLOutputElement} */ (this.querySelector("output"));
    const all = /** @type {ApiTry[]} */ ([...document.querySelectorAll("api-try[name]")]);
    for (const [index, example] of all.entries()) {
      output.textContent = `${index + 1} of ${all.length}`;
      await example.run();
    }
    output.textContent = `${all.length} examples ran in this browser.`;
  }
}
