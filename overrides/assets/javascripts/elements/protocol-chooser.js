/**
 * `<protocol-chooser>`: questions about a use case, and what follows from the answers by the rules of
 * lib/choose-rules.js. The answers are in the page's address, as a fragment, so that they can be shared
 * and each one undone with the back button. Nothing leaves the browser.
 * @module
 */

import { answersFrom, choose, queryFrom } from "../lib/choose.js";
import { QUESTIONS } from "../lib/choose-questions.js";
import { make } from "../make.js";
import { resultOf, summaryOf } from "./protocol-chooser/result.js";

/** The fragment when answers were taken back: an empty one would scroll to the top. */
const NONE = "#no-answers";

/** @typedef {import("../lib/choose-questions.js").Question} Question */

/**
 * @param {Question} question
 * @returns {HTMLElement}
 */
function fieldset({ id, title, why, options }) {
  const choices = [...options, { id: "", label: "Skip" }].map((option) => {
    const radio = /** @type {HTMLInputElement} */ (make("input"));
    radio.type = "radio";
    radio.name = id;
    radio.value = option.id;
    return make("label", option.id ? "" : "pc-skip", [radio, make("span", "", option.label)]);
  });
  const reason = make("p", "pc-why", why);
  reason.id = `pc-why-${id}`;
  const group = make("fieldset", "", [make("legend", "", title), reason, make("div", "pc-options", choices)]);
  group.setAttribute("aria-describedby", reason.id);
  return group;
}

export default class ProtocolChooser extends HTMLElement {
  /** @type {AbortController | null} */ #life = null;
  /** @type {import("../lib/choose.js").Answers} */ #answers = {};

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    const form = make("form", "pc-questions", QUESTIONS.map(fieldset));
    form.setAttribute("autocomplete", "off");
    const status = make("p", "pc-summary", "");
    status.setAttribute("role", "status");
    const jump = make("a", "pc-jump", "Why");
    jump.setAttribute("href", "#recommendation");
    const result = make("section", "pc-result");
    result.id = "recommendation";
    result.tabIndex = -1;
    result.setAttribute("aria-label", "Recommendation");
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Protocol chooser");
    this.replaceChildren(form, make("div", "pc-bar", [status, jump]), result);
    this.addEventListener("change", (event) => this.#change(/** @type {HTMLInputElement} */ (event.target)), { signal });
    this.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.addEventListener("click", (event) => this.#click(event), { signal });
    addEventListener("hashchange", () => this.#read(), { signal });
    this.#read();
  }

  disconnectedCallback() {
    this.#life?.abort();
  }

  /** @param {string} selector @returns {HTMLElement} */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }

  /** Takes over the answers that the address holds. A fragment that names a place on the page is none. */
  #read() {
    const fragment = location.hash.slice(1);
    if (fragment && !fragment.includes("=") && location.hash !== NONE && this.querySelector(":checked")) return;
    this.#answers = answersFrom(fragment);
    this.#render();
  }

  /** @param {HTMLInputElement} radio */
  #change(radio) {
    const { [radio.name]: _, ...others } = this.#answers;
    this.#go(radio.value ? { ...others, [radio.name]: radio.value } : others);
  }

  /** @param {import("../lib/choose.js").Answers} answers */
  #go(answers) {
    const query = queryFrom(answers);
    // What follows from it is shown when the address has changed.
    location.hash = query ? `#${query}` : NONE;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    if (target.closest(".pc-jump")) {
      // The address keeps the answers.
      event.preventDefault();
      this.#part(".pc-result").scrollIntoView({ block: "start" });
      this.#part(".pc-result").focus({ preventScroll: true });
    }
    const { action } = /** @type {HTMLElement | null} */ (target.closest("button"))?.dataset ?? {};
    if (action === "restart") {
      this.#go({});
      this.#part("form").scrollIntoView({ block: "start" });
      this.#part("input").focus({ preventScroll: true });
    }
    if (action === "link") this.#copy();
  }

  async #copy() {
    const query = queryFrom(this.#answers);
    let words = "Copied a link that holds these answers.";
    try {
      await navigator.clipboard.writeText(new URL(`#${query}`, location.href).href);
    } catch {
      words = "The browser refuses to copy. The link is in the address bar.";
    }
    this.#say(words);
  }

  /** @param {string} words */
  #say(words) {
    const status = this.#part(".pc-summary");
    if (status.textContent !== words) status.textContent = words;
  }

  #render() {
    for (const radio of this.querySelectorAll("input")) radio.checked = radio.value === (this.#answers[radio.name] ?? "");
    const choice = choose(this.#answers);
    this.#say(summaryOf(choice));
    this.#part(".pc-jump").hidden = !choice;
    this.#part(".pc-result").replaceChildren(...(choice ? resultOf(choice) : []));
    this.#part(".pc-result").hidden = !choice;
  }
}
