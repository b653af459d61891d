/**
 * `<wire-inspector>`: decodes pasted bytes of frames and handshakes, builds frames from their fields,
 * and computes Sec-WebSocket-Accept. Nothing leaves the browser.
 * @module
 */

import { printHex } from "../lib/bytes.js";
import { acceptOf } from "../lib/handshake.js";
import { keyProblem } from "../lib/handshake-rules.js";
import { inspect } from "../lib/inspect.js";
import { INSPECTED } from "../lib/inspect-examples.js";
import { link, make } from "../make.js";
import { byteView } from "./wire/byte-view.js";
import { built, randomMask } from "./wire-inspector/build.js";
import { TEMPLATE } from "./wire-inspector/template.js";

/** Bytes that stand in rows: each is two elements, and a browser is busy for seconds with 100,000. */
const ROWS = { part: 4096, all: 16_384, least: 64 };

export default class WireInspector extends HTMLElement {
  /** @type {AbortController | null} */ #life = null;
  /** Which decoding is the newest: an older one may end later. */
  #turn = 0;
  #offset = 0;
  #timer = 0;

  connectedCallback() {
    this.innerHTML = TEMPLATE;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Inspector");
    this.#life = new AbortController();
    const { signal } = this.#life;
    const examples = this.#field("example");
    for (const name of Object.keys(INSPECTED)) examples.append(make("option", "", name));
    this.querySelectorAll("form").forEach((form) => form.addEventListener("submit", (event) => event.preventDefault()));
    this.addEventListener("input", (event) => this.#input(/** @type {HTMLElement} */ (event.target)), { signal });
    this.addEventListener("click", (event) => this.#click(/** @type {Element} */ (event.target)), { signal });
    addEventListener("hashchange", () => this.#read(), { signal });
    this.#read();
    this.#build();
    this.#key();
  }

  disconnectedCallback() {
    this.#life?.abort();
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  /** @param {string} name @returns {any} */
  #field(name) {
    return this.querySelector(`[name="${name}"]`);
  }

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${name}"]`));
  }

  /** Takes over what the address holds, or shows the first example. */
  #read() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (given.has("hex")) {
      this.#field("bytes").value = (given.get("hex") ?? "").replace(/(..)(?=.)/g, "$1 ");
      this.#field("from").value = ["client", "server"].includes(given.get("from") ?? "") ? given.get("from") : "";
      this.#field("deflate").checked = given.has("deflate");
      this.#field("form").value = "auto";
      this.#field("example").value = "";
      this.#decode();
    } else if (this.#field("bytes").value === "") {
      this.#example(Object.keys(INSPECTED)[1]);
    }
  }

  /** @param {string} name */
  #example(name) {
    const { from, text, deflate = false } = INSPECTED[name];
    this.#field("bytes").value = text;
    this.#field("from").value = from;
    this.#field("deflate").checked = deflate;
    this.#field("form").value = "auto";
    this.#decode();
  }

  /** @param {HTMLElement} target */
  #input(target) {
    const { part } = /** @type {HTMLElement} */ (target.closest("form")).dataset;
    if (target === this.#field("example")) {
      if (this.#field("example").value) this.#example(this.#field("example").value);
    } else if (part === "decode") {
      this.#field("example").value = "";
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#decode(), 150);
    } else if (part === "build") this.#build();
    else this.#key();
  }

  /** @param {Element} target */
  async #click(target) {
    const action = /** @type {HTMLElement | null} */ (target.closest("button"))?.dataset.action;
    if (action === "point") {
      const field = this.#field("bytes");
      field.focus();
      field.setSelectionRange(this.#offset, this.#offset + 1);
    }
    if (action === "random") {
      this.#field("mask").value = printHex(randomMask());
      this.#build();
    }
    const built = this.#part("built").textContent ?? "";
    // Where nothing could be built its reason stands beside the buttons, and what was pasted stays.
    if (action === "inspect" && built) {
      this.#field("bytes").value = built;
      this.#field("example").value = "";
      this.#field("form").value = "auto";
      this.#field("from").value = this.#field("mask").value.trim() ? "client" : "server";
      this.#field("deflate").checked = this.#field("compress").checked;
      this.#field("bytes").focus();
      this.#decode();
    }
    if (action === "copy" && built) await this.#copy(built, "built-status", "Copied the frame.");
    if (action === "link") await this.#copyLink();
  }

  async #copyLink() {
    const hex = printHex((await this.#inspection()).bytes, "");
    if (hex === "" || hex.length > 8000) return this.#say(hex === "" ? "There are no bytes to link to." : "Too many bytes for a link: 4,000 at most.");
    const from = this.#field("from").value;
    const deflate = this.#field("deflate").checked;
    const hash = `#${from ? `from=${from}&` : ""}${deflate ? "deflate=1&" : ""}hex=${hex}`;
    return this.#copy(new URL(hash, location.href).href, "status", "Copied a link that holds these bytes.");
  }

  /**
   * @param {string} text
   * @param {string} part where to say so
   * @param {string} done
   */
  async #copy(text, part, done) {
    let words = done;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      words = "The browser refuses to copy.";
    }
    this.#part(part).textContent = words;
  }

  /** @param {string} words */
  #say(words) {
    if (this.#part("status").textContent !== words) this.#part("status").textContent = words;
  }

  #inspection() {
    return inspect(this.#field("bytes").value, {
      form: this.#field("form").value,
      sender: this.#field("from").value || null,
      compression: this.#field("deflate").checked,
    });
  }

  async #decode() {
    const turn = ++this.#turn;
    const { error, summary, parts } = await this.#inspection();
    if (turn !== this.#turn) return;
    const field = this.#field("bytes");
    if (error) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    this.#offset = error?.offset ?? 0;
    this.#part("point").hidden = !error;
    this.#say(summary);
    let left = ROWS.all;
    const views = parts.map((part) => {
      const shown = Math.min(part.bytes.length, ROWS.part, Math.max(left, ROWS.least));
      left -= shown;
      return this.#partView(part, shown);
    });
    this.#part("parts").replaceChildren(...views);
  }

  /**
   * @param {import("../lib/inspect.js").Part} part
   * @param {number} shown bytes that stand in rows
   */
  #partView(part, shown) {
    const who = { client: "Client to server: ", server: "Server to client: " };
    const heading = make("h3", "", `${part.from ? who[part.from] : ""}${part.title}`);
    if (part.from) heading.dataset.from = part.from;
    const findings = part.findings.map(({ message, section, url, then }) => {
      return make("p", "wi-finding", [`${message} ${then} `, link(section, url)]);
    });
    const notes = part.notes.map((note) => make("p", "wi-note", note));
    const size = make("p", "wi-size", `${part.total.toLocaleString("en-US")} ${part.total === 1 ? "byte" : "bytes"}`);
    return make("section", "wi-part", [heading, size, ...findings, ...notes, byteView({ ...part, bytes: part.bytes.subarray(0, shown), why: "which are not shown here" }, this.clientWidth)]);
  }

  async #build() {
    const values = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (this.#field("opcode").form)));
    const { bytes, problem } = await built(/** @type {Record<string, string>} */ (values));
    if (!this.isConnected) return;
    this.#part("built").textContent = bytes ? printHex(bytes) : "";
    this.#part("built-status").textContent = problem ?? `${/** @type {Uint8Array} */ (bytes).length.toLocaleString("en-US")} bytes.`;
    const close = this.#field("opcode").value === "8";
    this.#part("close").hidden = !close;
    this.#part("payload-name").textContent = close ? "Reason" : "Payload";
  }

  #key() {
    const key = this.#field("key").value.trim();
    const { input, digest, accept } = acceptOf(key);
    this.#part("key-problem").textContent = key === "" ? "Type or paste a key." : (keyProblem(key) ?? "The key is 16 bytes in base64.");
    this.#part("key-input").textContent = input;
    this.#part("key-digest").textContent = printHex(digest);
    this.#part("key-accept").textContent = accept;
  }
}
