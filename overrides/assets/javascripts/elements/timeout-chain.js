/**
 * `<timeout-chain>` stands before the table of hops: one chooses those on the way from browser to server,
 * enters what one has set, and gets the shortest limits and the heartbeat that survives them. The limits
 * are read from the table. The chain is in the page's address, as a fragment.
 *
 * A row's first cell holds an element with the hop's id; its columns are named Idle limit and Lifetime limit.
 * @module
 */

import { accepted, chainFrom, fragmentFrom, limitFrom, printSeconds, settingFrom, verdict } from "../lib/timeout-chain.js";
import { make } from "../make.js";
import { tableAfter } from "../table-rows.js";

/** The fragment of an empty chain: no fragment at all would scroll to the top. */
const NONE = "#no-hops";

/** A heartbeat, in seconds, that notices in time that a peer is gone. */
const FINDS = 30;

/** @typedef {import("../lib/timeout-chain.js").Hop} Hop */
/** @typedef {import("../lib/timeout-chain.js").Link} Link */

/** @param {string} words @param {string} name of what it does */
function button(words, name) {
  const made = make("button", "", words);
  made.setAttribute("type", "button");
  if (name) made.setAttribute("aria-label", name);
  return made;
}

/** @param {string[]} names */
const list = (names) => new Intl.ListFormat("en").format(names);

export default class TimeoutChain extends HTMLElement {
  /** @type {Hop[]} */ #hops = [];
  /** @type {Link[]} */ #chain = [];
  /** @type {AbortController | undefined} */ #life;

  connectedCallback() {
    this.#hops = this.#read();
    if (this.#hops.length === 0) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#build();
    addEventListener("hashchange", () => this.#take(), { signal });
    addEventListener("pageshow", () => this.#take(), { signal });
    this.addEventListener("submit", (event) => this.#add(event), { signal });
    this.addEventListener("change", (event) => this.#set(/** @type {Element} */ (event.target)), { signal });
    this.addEventListener("click", (event) => this.#click(/** @type {Element} */ (event.target)), { signal });
    this.#take();
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  /** @returns {Hop[]} those of the first table after this element */
  #read() {
    const { rows, heads } = tableAfter(this);
    const [idle, lifetime] = ["Idle limit", "Lifetime limit"].map((name) => heads.indexOf(name));
    if (idle < 0 || lifetime < 0) return [];
    return rows.flatMap((row) => {
      const id = row.cells[0].querySelector("[id]");
      if (!id) return [];
      const name = id.textContent?.trim() ?? id.id;
      const [one, other] = [idle, lifetime].map((column) => limitFrom(row.cells[column].textContent ?? ""));
      return [{ id: id.id, name, idle: one, lifetime: other }];
    });
  }

  #build() {
    const select = make("select", "", this.#hops.map(({ id, name }) => {
      const option = /** @type {HTMLOptionElement} */ (make("option", "", name));
      option.value = id;
      return option;
    }));
    const add = make("button", "", "Add");
    const status = make("div", "tc-verdict");
    status.setAttribute("role", "status");
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Timeout chain");
    this.replaceChildren(
      make("form", "", [make("label", "", [make("span", "", "A hop between browser and server"), select]), add]),
      status,
      make("ol", "tc-chain"),
    );
  }

  /** @param {string} selector @returns {HTMLElement} */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }

  /** Takes over the chain that the address holds. A fragment that names a place on the page is none. */
  #take() {
    const fragment = location.hash.slice(1);
    if (fragment && !fragment.includes("=") && location.hash !== NONE && this.#chain.length) return;
    const chain = chainFrom(fragment, this.#hops);
    // Rendered again, its verdict would be read out again.
    if (this.querySelector("li") && fragmentFrom(chain) === fragmentFrom(this.#chain)) return;
    this.#chain = chain;
    this.#render();
  }

  /** @param {Link[]} chain */
  #go(chain) {
    const fragment = fragmentFrom(chain);
    location.hash = fragment ? `#${fragment}` : NONE;
    this.#take();
  }

  /** @param {Event} event */
  #add(event) {
    event.preventDefault();
    const select = /** @type {HTMLSelectElement} */ (this.#part("select"));
    const hop = this.#hops.find(({ id }) => id === select.value);
    if (hop && !this.#chain.some((link) => link.hop === hop)) this.#go([...this.#chain, { hop }]);
  }

  /** @param {Element} input */
  #set(input) {
    const { hop, which } = /** @type {HTMLElement} */ (input).dataset;
    if (!(input instanceof HTMLInputElement) || (which !== "idle" && which !== "lifetime")) return;
    const seconds = settingFrom(input.value.trim());
    const valid = seconds !== undefined || input.value.trim() === "";
    input.setCustomValidity(valid ? "" : "Enter whole seconds, 1 or more, or nothing for what the table says.");
    if (!input.reportValidity()) return;
    this.#go(this.#chain.map((link) => (link.hop.id === hop ? { ...link, [which]: seconds } : link)));
  }

  /** @param {Element} target */
  #click(target) {
    const { remove } = /** @type {HTMLElement | null} */ (target.closest("button"))?.dataset ?? {};
    if (!remove) return;
    this.#go(this.#chain.filter(({ hop }) => hop.id !== remove));
    this.#part("select").focus();
  }

  #render() {
    const found = verdict(this.#chain);
    const items = this.#part("ol");
    const hops = this.#chain.map(({ hop }) => hop.id).join();
    // Of the same hops the items stay: the reader may be on the way from one field to another.
    if (items.dataset.hops !== hops) {
      const [browser, server] = ["Browser", "Server"].map((end) => make("li", "tc-end", end));
      items.replaceChildren(browser, ...this.#chain.map(({ hop }) => this.#item(hop)), server);
      items.dataset.hops = hops;
    }
    this.#chain.forEach((link, index) => {
      const item = items.children[index + 1];
      const shortest = found.idle?.names.includes(link.hop.name) ?? false;
      item.classList.toggle("tc-shortest", shortest);
      item.querySelector(".tc-mark")?.replaceChildren(shortest ? "shortest idle limit" : "");
      for (const input of item.querySelectorAll("input")) {
        const which = /** @type {"idle" | "lifetime"} */ (input.dataset.which);
        const { hop: { name, [which]: limit }, [which]: setting } = link;
        const range = accepted(setting, limit);
        input.value = String(setting ?? "");
        input.setCustomValidity("");
        input.setAttribute("aria-invalid", String(range !== ""));
        const note = item.querySelector(`#${input.getAttribute("aria-describedby")}`);
        const words = range && `${name} accepts ${range}, so ${limit.seconds} s counts.`;
        // Written again, it would be read out again.
        if (note && note.textContent !== words) note.textContent = words;
      }
    });
    this.#part(".tc-verdict").replaceChildren(...this.#words(found));
  }

  /** @param {Hop} hop */
  #item(hop) {
    const remove = button("Remove", `Remove ${hop.name}`);
    remove.dataset.remove = hop.id;
    return make("li", "", [
      make("b", "", hop.name),
      make("span", "tc-mark"),
      ...this.#limit(hop, "idle", "Idle"),
      ...this.#limit(hop, "lifetime", "Lifetime"),
      remove,
    ]);
  }

  /** @param {Hop} hop @param {"idle" | "lifetime"} which @param {string} title */
  #limit(hop, which, title) {
    const limit = hop[which];
    const said = limit.seconds === null ? { none: "none", unpublished: "not published", nothing: "", limit: "" }[limit.kind] : printSeconds(limit.seconds);
    if (!limit.settable) return said ? [make("span", "", `${title}: ${said}`)] : [];
    const input = /** @type {HTMLInputElement} */ (make("input"));
    input.inputMode = "numeric";
    input.autocomplete = "off";
    input.placeholder = limit.seconds === null ? said || "–" : String(limit.seconds);
    input.dataset.hop = hop.id;
    input.dataset.which = which;
    input.setAttribute("aria-label", `${title} limit of ${hop.name} in seconds`);
    const note = make("span", "tc-note");
    note.id = `tc-${hop.id}-${which}`;
    note.setAttribute("aria-live", "polite");
    input.setAttribute("aria-describedby", note.id);
    return [make("label", "", [make("span", "", `${title}, s`), input]), note];
  }

  /** @param {import("../lib/timeout-chain.js").Verdict} found @returns {HTMLElement[]} */
  #words({ idle, interval, lifetime, unpublished }) {
    if (this.#chain.length === 0) return [make("p", "", "Add each hop on the way. The limits come from the table below.")];
    const answer = interval ? `Heartbeat: every ${printSeconds(interval)} or more often.` : "No idle limit is known here.";
    const why = idle && interval ? `Silence ends after ${printSeconds(idle.seconds)} at ${list(idle.names)}. ` : "";
    // The longest interval that keeps the path open finds a dead peer late.
    const dead = !interval || interval > FINDS ? `A heartbeat every ${FINDS} s still finds peers that are gone.` : "";
    const words = [make("p", "tc-answer", [make("b", "", answer), " ", why + dead])];
    if (lifetime) words.push(make("p", "", `${list(lifetime.names)} ${lifetime.names.length > 1 ? "end" : "ends"} every connection after ${printSeconds(lifetime.seconds)}, busy or not: reconnect before that.`));
    if (unpublished.length) words.push(make("p", "", `${list(unpublished)} ${unpublished.length > 1 ? "publish" : "publishes"} no idle limit: no interval is certain, and more than 20 s is a bet.`));
    return words;
  }
}
