/**
 * `<close-probe>`: has the echo server, or this page, close a connection with a chosen code, and shows
 * what this browser reports. With the attribute `code` it is a button for that code, in a table's row.
 * It connects only when asked to.
 * @module
 */

import { echoAddress } from "../lib/address.js";
import { closeCode, closeProblems, mayTravel } from "../lib/close-codes.js";
import { make } from "../make.js";

/** How long a connection may take, in milliseconds, before it is given up. */
const PATIENCE = 10_000;

/** @param {number} code @returns {string} the path at which the echo server makes a browser report it */
function provoking(code) {
  if (code === 1005) return "demo";
  return code === 1006 ? "drop?after=0" : `close/${code}`;
}

const FORM = `
  <form>
    <label>Close code <input name="code" inputmode="numeric" autocomplete="off" value="4000"></label>
    <button value="server">The server closes</button>
    <button value="page">This page closes</button>
  </form>
  <p role="status">Nothing is connected yet.</p>
  <dl hidden></dl>`;

export default class CloseProbe extends HTMLElement {
  /** @type {WebSocket | undefined} */ #socket;
  /** @type {number | undefined} */ #timer;

  connectedCallback() {
    const code = this.getAttribute("code");
    if (code !== null) return this.#button(Number(code));
    this.innerHTML = FORM;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Close probe");
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
      this.#run(button?.value ?? "server");
    });
    return undefined;
  }

  /** @param {number} code */
  #button(code) {
    this.innerHTML = '<button type="button">Provoke</button><output></output>';
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
    const output = /** @type {HTMLOutputElement} */ (this.querySelector("output"));
    button.setAttribute("aria-label", `Provoke ${code}`);
    button.addEventListener("click", () => {
      this.#stop();
      const address = this.#address;
      if (!address) return void (output.textContent = "no echo server here");
      output.textContent = "connecting …";
      let opened = false;
      const socket = new WebSocket(new URL(provoking(code), address));
      this.#socket = socket;
      this.#timer = setTimeout(() => socket.close(), PATIENCE);
      socket.addEventListener("open", () => {
        opened = true;
        // An empty close frame, which is what 1005 stands for.
        if (code === 1005) socket.close();
      });
      socket.addEventListener("close", (event) => {
        if (this.#socket !== socket) return;
        this.#stop();
        const end = event.wasClean ? "clean" : "not clean";
        output.textContent = opened ? `event.code ${event.code}, ${end}` : `event.code ${event.code}: the echo server cannot be reached`;
      });
    });
  }

  disconnectedCallback() {
    this.#stop();
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.querySelector("form"));
  }

  get #address() {
    const meta = document.querySelector('meta[name="echo-url"]');
    return echoAddress(meta?.getAttribute("content"), document.baseURI);
  }

  #stop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  /** @param {string} who "server" or "page" */
  #run(who) {
    this.#stop();
    this.#show([]);
    const typed = new FormData(this.#form).get("code")?.toString().trim() ?? "";
    const address = this.#address;
    if (!address) return this.#say("This copy of the site has no echo server. The table above says what would come.");
    if (who === "page") return this.#closeHere(address, typed);
    const code = Number(typed);
    if (typed === "") return this.#say("Type a code for the server to send. Choose 1000-1003, 1007-1014 or 3000-4999.");
    if (!/^\d+$/.test(typed) || !mayTravel(code)) {
      return this.#say(`No server may send ${typed}. ${/^\d+$/.test(typed) ? closeCode(code).meaning : ""} Choose 1000-1003, 1007-1014 or 3000-4999.`);
    }
    return this.#connect(new URL(`close/${code}`, address).href, () => {});
  }

  /**
   * @param {string} address
   * @param {string} typed
   */
  #closeHere(address, typed) {
    const [problem] = closeProblems(typed, "");
    if (problem && !problem.tried) return this.#say(problem.message);
    return this.#connect(address, (socket) => {
      try {
        if (typed === "") socket.close();
        else socket.close(Number(typed));
      } catch (error) {
        this.#show([["Call", `close(${typed})`], ["Exception", `${error.name}: ${error.message}`]]);
        this.#say(`This browser refuses. ${problem?.message ?? ""}`);
        this.#stop();
      }
    });
  }

  /**
   * @param {string} address
   * @param {(socket: WebSocket) => void} opened
   */
  #connect(address, opened) {
    this.#say("Connecting …");
    const events = /** @type {string[]} */ ([]);
    const started = performance.now();
    const socket = new WebSocket(address);
    this.#socket = socket;
    const mine = () => this.#socket === socket;
    this.#timer = setTimeout(() => mine() && socket.close(), PATIENCE);
    socket.addEventListener("open", () => {
      events.push("open");
      if (mine()) opened(socket);
    });
    socket.addEventListener("error", () => events.push("error"));
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      if (!mine()) return;
      clearTimeout(this.#timer);
      this.#socket = undefined;
      events.push("close");
      this.#show([
        ["event.code", `${code} ${closeCode(code).name}`],
        ["event.reason", reason === "" ? "empty" : reason],
        ["event.wasClean", String(wasClean)],
        ["Events", events.join(", ")],
        ["Address", address],
        ["Time", `${Math.round(performance.now() - started)} ms`],
      ]);
      const meaning = closeCode(code).meaning;
      this.#say(events[0] === "open" ? meaning : "The connection never opened: the echo server cannot be reached or refuses this address. The browser reports 1006 for each.");
    });
  }

  /** @param {[string, string][]} facts */
  #show(facts) {
    const list = /** @type {HTMLElement} */ (this.querySelector("dl"));
    list.replaceChildren(
      ...facts.map(([name, value]) => make("div", "", [make("dt", "", name), make("dd", "", value)])),
    );
    list.hidden = facts.length === 0;
  }

  /** @param {string} words */
  #say(words) {
    /** @type {HTMLElement} */ (this.querySelector("[role=status]")).textContent = words;
  }
}
