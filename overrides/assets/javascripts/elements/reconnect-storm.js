/**
 * `<reconnect-storm>` wraps a table with a row for each policy: one chooses clients and server, and gets the
 * attempts over time as drawings, and the table's numbers anew. The choice is in the page's address.
 * @module
 */

import { grouped } from "../lib/format.js";
import {
  CHOICES, POLICIES, SLOTS, whenBack, columnsOf, fragmentFrom, height, settingFrom, simulate, span,
} from "../lib/reconnect-storm.js";
import { make } from "../make.js";
import { element } from "../svg.js";

const [COLUMNS, HEIGHT] = [300, 100];

/** @typedef {import("../lib/reconnect-storm.js").Setting} Setting */
/** @typedef {import("../lib/reconnect-storm.js").Run} Run */

/** @type {Record<keyof Setting, [string, (value: number) => string]>} */
const FIELDS = {
  clients: ["Clients", grouped],
  capacity: ["Handshakes a second", grouped],
  away: ["Server is away for", (value) => `${value} s`],
  refusal: ["A refusal costs", (value) => (value ? `${value} of a handshake` : "nothing")],
};

/** An area as high as each column. @param {string} name @param {number[]} heights from 0 to 1 */
function area(name, heights) {
  const points = heights.map((one) => {
    const y = (HEIGHT * (1 - one)).toFixed(1);
    return `V${y}h1`;
  });
  return element("path", { class: name, d: `M0 ${HEIGHT}${points.join("")}V${HEIGHT}Z` });
}

export default class ReconnectStorm extends HTMLElement {
  #setting = settingFrom("");
  /** @type {AbortController | undefined} */ #life;
  /** Counts the simulations that were begun. */
  #turn = 0;

  connectedCallback() {
    if (!this.querySelector("table")) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    if (!this.querySelector("form")) this.#build();
    this.addEventListener("change", () => this.#choose(), { signal });
    addEventListener("hashchange", () => this.#take(), { signal });
    addEventListener("pageshow", () => this.#take(), { signal });
    this.#setting = settingFrom(location.hash.slice(1));
    this.#run();
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#turn += 1;
  }

  #build() {
    const labels = /** @type {(keyof Setting)[]} */ (Object.keys(FIELDS)).map((key) => {
      const [words, print] = FIELDS[key];
      const select = /** @type {HTMLSelectElement} */ (make("select", "", CHOICES[key].map((value) => {
        const option = /** @type {HTMLOptionElement} */ (make("option", "", print(value)));
        option.value = String(value);
        return option;
      })));
      select.name = key;
      return make("label", "", [make("span", "", words), select]);
    });
    const status = make("p", "rs-status");
    status.setAttribute("role", "status");
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Reconnect storm, a simulation");
    const parts = [make("form", "", labels), status, make("div", "rs-lanes"), make("p", "rs-note")];
    this.prepend(make("p", "rs-mark", [make("b", "", "Simulation"), " computed in your browser, no connection is made"]), ...parts);
  }

  /** @returns {NodeListOf<HTMLSelectElement>} */
  get #selects() {
    return this.querySelectorAll("select");
  }

  #choose() {
    const chosen = new URLSearchParams([...this.#selects].map(({ name, value }) => [name, value]));
    location.hash = fragmentFrom(settingFrom(chosen.toString()));
    this.#take();
  }

  /** Takes over what the address holds. A fragment that names a place on the page says nothing. */
  #take() {
    const fragment = location.hash.slice(1);
    if (fragment && !fragment.includes("=")) return;
    const setting = settingFrom(fragment);
    if (fragmentFrom(setting) === fragmentFrom(this.#setting)) return;
    this.#setting = setting;
    this.#run();
  }

  /** One policy after the other, so that the page stays in hand. */
  async #run() {
    const turn = (this.#turn += 1);
    const setting = this.#setting;
    for (const select of this.#selects) select.value = String(setting[/** @type {keyof Setting} */ (select.name)]);
    this.setAttribute("aria-busy", "true");
    const runs = [];
    for (const policy of POLICIES) {
      await new Promise((resolve) => setTimeout(resolve));
      if (turn !== this.#turn) return;
      runs.push(simulate(policy, setting));
    }
    this.#render(runs);
    this.removeAttribute("aria-busy");
  }

  /** @param {Run[]} runs */
  #render(runs) {
    const { clients, capacity } = this.#setting;
    const seconds = span(runs);
    const most = Math.max(...runs.map(({ busiest }) => busiest));
    const lanes = runs.map((run, index) => this.#lane(POLICIES[index].name, run, seconds, most));
    const axis = make("div", "rs-axis", [0, 1, 2, 3, 4].map((part) => make("span", "", `${(seconds * part) / 4} s`)));
    axis.setAttribute("aria-hidden", "true");
    this.querySelector(".rs-lanes")?.replaceChildren(...lanes, axis);
    const work = `${grouped(clients)} clients are ${grouped(clients / capacity)} s of work for this server.`;
    const full = runs[3];
    const each = (full.total / clients).toFixed(1);
    this.querySelector(".rs-status")?.replaceChildren(`${work} Full jitter: ${each} attempts for each client, all back: ${whenBack(full)}.`);
    this.querySelector(".rs-note")?.replaceChildren(
      "Height: attempts in 0.1 s, logarithmic, the same in all lanes. Dashed: what the server can admit in that time; what is above is red.",
    );
    const rows = this.querySelector("tbody")?.rows ?? [];
    runs.forEach((run, index) => {
      const cells = [...(rows[index]?.cells ?? [])].slice(1);
      const texts = [grouped(run.busiest), grouped(run.total), whenBack(run)];
      cells.forEach((cell, column) => cell.replaceChildren(texts[column]));
    });
  }

  /** @param {string} name @param {Run} run @param {number} seconds @param {number} most */
  #lane(name, run, seconds, most) {
    const limit = height(this.#setting.capacity / SLOTS, most);
    const heights = columnsOf(run, seconds, COLUMNS).map((count) => height(count, most));
    const line = { x1: 0, x2: COLUMNS, y1: HEIGHT * (1 - limit), y2: HEIGHT * (1 - limit), class: "rs-limit" };
    const svg = element("svg", { viewBox: `0 0 ${COLUMNS} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    svg.append(
      area("rs-over", heights),
      area("rs-under", heights.map((one) => Math.min(one, limit))),
      element("line", { ...line, "vector-effect": "non-scaling-stroke" }),
    );
    return make("div", "rs-lane", [make("p", "", [make("b", "", name), make("span", "", `all back: ${whenBack(run)}`)]), svg]);
  }
}
