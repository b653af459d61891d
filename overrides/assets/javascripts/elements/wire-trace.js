/**
 * `<wire-trace>`: a connection to the demo endpoint byte by byte. A recorded one until the reader
 * connects; it opens nothing before that.
 * @module
 */

import { echoAddress } from "../lib/address.js";
import { printHex } from "../lib/bytes.js";
import { byteCount } from "../lib/format.js";
import { SUBPROTOCOL } from "../lib/report.js";
import { newSession, reduce } from "../lib/session.js";
import { exported, wireUnits } from "../lib/wire-unit.js";
import { link } from "../make.js";
import { byteView } from "./wire/byte-view.js";
import { itemOf } from "./wire-trace/item.js";
import { FRAGMENT, messages } from "./wire-trace/messages.js";
import { loadRecording } from "./wire-trace/recording.js";
import { TEMPLATE } from "./wire-trace/template.js";
import { Connection } from "./ws-monitor/connection.js";

/** @typedef {import("../lib/wire-unit.js").WireUnit} WireUnit */

const INSPECTOR = new URL("../../../tools/inspector/", import.meta.url);
/** Bytes of a frame above which its link to the inspector would be too long. */
const LINKED = 1024;

export default class WireTrace extends HTMLElement {
  #session = newSession();
  /** @type {WireUnit[]} */ #units = [];
  /** @type {Connection | null} */ #connection = null;
  /** The day of the recording that is shown, or empty. */
  #recorded = "";
  #selected = "";
  /** Whether the first fragment that comes is to be shown. */
  #seeking = false;
  #shown = "";
  #frame = 0;
  /** @type {AbortController | null} */ #life = null;

  connectedCallback() {
    this.innerHTML = TEMPLATE;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Bytes on the wire");
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.addEventListener("click", (event) => this.#click(/** @type {Element} */ (event.target)), { signal });
    addEventListener("hashchange", () => this.#follow(), { signal });
    addEventListener("pagehide", () => this.#connection?.abandon(), { signal });
    let width = this.clientWidth;
    const resized = new ResizeObserver(() => {
      // Its height changes with each field that is opened, which is no reason to begin anew.
      if (width !== (width = this.clientWidth)) this.#schedule(true);
    });
    resized.observe(this);
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      this.#play();
    }, { rootMargin: "400px" });
    near.observe(this);
    signal.addEventListener("abort", () => (near.disconnect(), resized.disconnect()));
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#connection?.abandon();
    cancelAnimationFrame(this.#frame);
    this.#connection = null;
    this.#session = newSession();
    this.#units = [];
    this.#frame = 0;
    this.#shown = "";
  }

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${name}"]`));
  }

  async #play() {
    const { signal } = /** @type {AbortController} */ (this.#life);
    try {
      const { day, browser, events } = await loadRecording(signal);
      if (this.#connection) return;
      this.#recorded = day;
      this.#session = events.reduce(reduce, newSession());
      this.#say(`Recorded on ${day} with ${browser}. Connect to see your own.`);
    } catch {
      if (signal.aborted || this.#connection) return;
      this.#say("The recording could not be loaded. Connect to see your own bytes.");
    }
    this.#follow();
    this.#schedule(true);
  }

  /** @param {boolean} [fragmented] whether the server is asked for its echoes in fragments, and for one at once */
  #connect(fragmented = false) {
    const meta = document.querySelector('meta[name="echo-url"]');
    const address = echoAddress(meta?.getAttribute("content"), document.baseURI);
    if (!address) return this.#say(`This copy of the site has no echo server. ${fragmented ? "The recording below has no fragments." : "The recording below shows the same."}`);
    const query = fragmented ? `${address.includes("?") ? "&" : "?"}fragment=${FRAGMENT}` : "";
    const url = `${address}${query}`;
    this.#hangUp();
    const before = { session: this.#session, day: this.#recorded };
    this.#seeking = fragmented;
    this.#connection = new Connection(url, (event) => {
      const opened = this.#session.openedAt !== null;
      this.#session = reduce(this.#session, event);
      if (event.type === "open") this.#opened(event.protocol === SUBPROTOCOL, fragmented);
      if (this.#seeking) this.#seek();
      if (this.#session.fault) this.#say(`The server broke its report protocol: ${this.#session.fault}`);
      if (event.type === "closed") {
        if (opened) {
          this.#say(`Closed with ${event.code}${event.reason ? `, “${event.reason}”` : ""}. What passed stays below.`);
        } else {
          this.#session = before.session;
          this.#recorded = before.day;
          this.#say(`No echo server answers at ${url}.${before.day ? ` Below: the recording of ${before.day}.` : ""}`);
        }
        this.#connection = null;
      }
      this.#schedule(event.type === "closed");
    });
    this.#recorded = "";
    this.#session = newSession();
    this.#say("Connecting …");
    this.#connection.start();
    this.#schedule(true);
    return undefined;
  }

  /**
   * @param {boolean} reports
   * @param {boolean} fragmented
   */
  #opened(reports, fragmented) {
    const url = this.#session.url;
    if (!reports) return this.#say("This server does not report what it sees.");
    if (!fragmented) return this.#say(`Connected to ${url}. Send something, and choose a frame.`);
    this.#say(`Connected to ${url}: the server splits its echoes, this one into frames of ${FRAGMENT} bytes. Below is the first.`);
    return this.#connection?.send(messages.text());
  }

  /** Shows the first frame that leaves its message unfinished, once there is one. */
  #seek() {
    const first = this.#session.feed.find(({ frame }) => !frame.fin);
    if (!first) return;
    this.#seeking = false;
    this.#selected = `frame-${first.n}`;
    this.#schedule(true);
  }

  /** Ends the connection that is shown, for another: nothing more is heard of it. */
  #hangUp() {
    if (!this.#connection) return;
    this.#connection.abandon();
    this.#connection = null;
    this.#session = reduce(this.#session, { type: "closed", at: performance.now(), code: 1000, reason: "", clean: true });
  }

  /** @param {Element} target */
  async #click(target) {
    const button = /** @type {HTMLButtonElement | null} */ (target.closest("button"));
    if (!button || !this.contains(button)) return;
    const { action, send, unit } = button.dataset;
    if (unit) this.#choose(unit);
    if (send && this.#session.phase === "open" && this.#connection) this.#connection.send(messages[send]());
    else if (send) this.#say("Connect first.");
    if (action === "connect" && this.#connection) this.#connection.close();
    else if (action === "connect") this.#connect();
    if (action === "fragmented") this.#connect(true);
    if (action === "copy") await this.#copy();
    if (action === "link") await this.#copyLink();
    if (action === "export") this.#export();
  }

  /** @param {string} id */
  #choose(id) {
    this.#selected = id;
    location.replace(`#${id}`);
    this.#schedule(true);
  }

  /** Shows what the address names. */
  #follow() {
    const id = location.hash.slice(1);
    if (id === this.#selected || !/^(?:request|response|frame-\d+)$/.test(id)) return;
    this.#selected = id;
    this.scrollIntoView({ block: "start" });
    this.#schedule(true);
  }

  get #current() {
    return this.#units.find(({ id }) => id === this.#selected) ?? this.#units[0];
  }

  async #copy() {
    const unit = this.#current;
    if (!unit) return;
    const left = unit.total - unit.bytes.length;
    const more = left ? `; ${byteCount(left)} more were not reported` : "";
    await this.#write(printHex(unit.bytes), `Copied ${byteCount(unit.bytes.length)} of ${unit.label} as hexadecimal${more}.`);
  }

  async #copyLink() {
    const unit = this.#current;
    if (!unit) return;
    const address = new URL(`#${unit.id}`, location.href).href;
    await this.#write(address, `Copied the link to ${unit.label}.`);
  }

  /**
   * @param {string} text
   * @param {string} done
   */
  async #write(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.#say(done);
    } catch {
      this.#say("The browser refuses to copy. Select the bytes, or export them.");
    }
  }

  #export() {
    if (this.#units.length === 0) return;
    const now = new Date().toISOString();
    const about = { exported: now, recorded: this.#recorded || null, url: this.#session.url, compression: this.#session.hello?.compression ?? null };
    const url = URL.createObjectURL(new Blob([exported(this.#units, about)], { type: "application/json" }));
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = `websocket-bytes-${now.slice(0, 19).replaceAll(":", "-")}.json`;
    anchor.click();
    // Later, because some browsers read it only after this task.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    this.#say(`Exported ${this.#units.length} parts. The request may hold cookies: look before you share it.`);
  }

  /** @param {string} words */
  #say(words) {
    this.#part("status").textContent = words;
  }

  /** @param {boolean} anew whether the bytes are shown anew, not only the list */
  #schedule(anew = false) {
    if (anew) this.#shown = "";
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render() {
    const { phase } = this.#session;
    const live = !this.#recorded && this.#session.url !== "";
    const source = this.#part("source");
    source.textContent = this.#recorded ? "RECORDED" : phase === "open" ? "LIVE" : phase.toUpperCase();
    source.dataset.source = this.#recorded ? "recorded" : phase;
    this.#part("connect").textContent = this.#connection ? "Disconnect" : live ? "Connect again" : "Connect";
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (this.querySelectorAll("[data-send]"))) {
      // Not disabled, which would take the focus away when the server closes.
      button.setAttribute("aria-disabled", String(!live || phase !== "open"));
    }
    this.#units = wireUnits(this.#session);
    this.#list();
    const unit = this.#current;
    if (unit && this.#shown !== unit.id) {
      this.#shown = unit.id;
      this.#show(unit);
    }
    this.#part("unit").hidden = !unit;
  }

  #list() {
    const list = this.#part("units");
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
    const current = this.#current?.id;
    const kept = new Map(Array.from(list.children, (item) => [/** @type {HTMLElement} */ (item).dataset.id, item]));
    const items = this.#units.map((unit) => kept.get(`${unit.id} ${unit.title}`) ?? itemOf(unit));
    if (items.length !== list.children.length || items.some((item, index) => item !== list.children[index])) {
      list.replaceChildren(...items);
      if (atEnd && this.#connection) list.scrollTop = list.scrollHeight;
    }
    for (const button of list.querySelectorAll("button")) {
      if (button.dataset.unit === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  /** @param {WireUnit} unit */
  #show(unit) {
    const heading = this.#part("title");
    heading.textContent = `${unit.from === "client" ? "Client to server" : "Server to client"}: ${unit.title}`;
    heading.dataset.from = unit.from;
    this.#part("size").textContent = `${byteCount(unit.total)} on the wire`;
    const content = this.#part("content");
    content.textContent = unit.content;
    content.hidden = unit.content === "";
    this.#part("view").replaceChildren(byteView(unit, this.clientWidth));
    const whole = unit.bytes.length === unit.total && unit.total <= LINKED;
    const compression = this.#session.hello?.compression ? "&deflate=1" : "";
    const address = `${INSPECTOR.href}#from=${unit.from}${compression}&hex=${printHex(unit.bytes, "")}`;
    this.#part("inspect").replaceChildren(...(whole ? [link("Open in the inspector", address)] : []));
  }
}
