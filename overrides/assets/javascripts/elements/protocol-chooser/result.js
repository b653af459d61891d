/**
 * What `<protocol-chooser>` recommends, in words.
 * @module
 */

import { printPoints } from "../../lib/choose.js";
import { link, make } from "../../make.js";

/** @typedef {import("../../lib/choose.js").Choice} Choice */
/** @typedef {import("../../lib/choose.js").Ranked} Ranked */
/** @typedef {import("../../lib/choose.js").Reason} Reason */

/** The address of the site's root. */
const ROOT = new URL("../../../../", import.meta.url);

/** Candidates that need no live connection. */
const NOT_LIVE = ["http", "polling", "web-push"];

/**
 * In one sentence, for the status that is read out.
 * @param {Choice | null} choice
 */
export function summaryOf(choice) {
  if (!choice) return "Answer what you know; skip the rest.";
  if (choice.ranking.length === 0) return "None of them fits all of these answers.";
  const second = secondOf(choice);
  return `${titleOf(choice)}.${second ? ` Runner-up: ${mid(second.candidate)}.` : ""}`;
}

/** A name in the middle of a sentence. @param {{ name: string }} candidate */
const mid = ({ name }) => name.replace(/^(?:A|Plain|Streaming|Server|Long)\b/, (word) => word.toLowerCase());

/** @param {Choice} choice */
function titleOf({ ranking: [{ candidate }], together }) {
  return `${candidate.name}${together ? ` with ${mid(together.candidate)}` : ""}`;
}

/** The next best, which is not what goes together with the best. @param {Choice} choice */
function secondOf({ ranking, together }) {
  return ranking.slice(1).find(({ candidate }) => candidate.id !== together?.candidate.id);
}

/** @param {Choice} choice */
function kicker({ ranking: [{ candidate }], together }) {
  if (candidate.id === "websocket") return "Use a WebSocket";
  if (NOT_LIVE.includes(candidate.id) && together?.candidate.id !== "websocket") return "Nothing real-time: not a WebSocket";
  if (together?.candidate.id === "websocket") return "Two together";
  if (candidate.id === "mqtt" || candidate.id === "managed") return "Not a bare WebSocket";
  return together ? "Two together, and no WebSocket" : "Not a WebSocket";
}

/** @param {Reason} reason */
function reasonItem({ points, text, given, source }) {
  const proof = source ? [link(source.title, source.href), " "] : [];
  return pointed(points, [`${text} `, ...proof, make("span", "pc-given", `You said: ${given.join("; ")}.`)]);
}

/** @param {number} points @param {(Node | string)[]} words */
function pointed(points, words) {
  return make("li", "pc-pointed", [make("b", "pc-points", printPoints(points)), " ", make("span", "", words)]);
}

/**
 * @param {string} title
 * @param {HTMLElement[]} items
 */
function list(title, items) {
  return items.length ? [make("h3", "", title), make("ul", "pc-list", items)] : [];
}

/** @param {Ranked} ranked */
function costItem({ candidate }) {
  return pointed(candidate.cost, [`${candidate.price} `, make("span", "pc-given", "Whatever you answer.")]);
}

/** @param {Choice} choice */
function changesOf({ changes }) {
  const items = changes.map(({ question, answer, was, winner }) =>
    make("li", "", [
      `${question} `, make("em", "", answer), was ? `, not “${was}”` : ", which you skipped",
      ": then ", make("b", "", mid({ name: winner })), ".",
    ]),
  );
  if (items.length) return list("What would change it", items);
  return [make("h3", "", "What would change it"), make("p", "", "No single answer.")];
}

/** @param {Ranked} second @param {number} behind */
function runnerUp(second, behind) {
  const far = behind === 0 ? "with as many points" : `${behind} ${behind === 1 ? "point" : "points"} behind`;
  return [
    make("h3", "", `Runner-up: ${mid(second.candidate)}, ${far}`),
    make("p", "", second.candidate.verdict),
    make("ul", "pc-list", [...second.reasons.slice(0, 2), ...second.doubts.slice(0, 2)].map(reasonItem)),
  ];
}

/** @param {Choice} choice */
function everyone({ ranking, excluded }) {
  const rows = [
    ...ranking.map(({ candidate, points }) => [candidate.name, printPoints(points), candidate.verdict]),
    ...excluded.map(({ candidate, excluded: [{ text }] }) => [candidate.name, "cannot be", text]),
  ].map((cells) => make("tr", "", cells.map((cell) => make("td", "", cell))));
  const head = make("tr", "", ["Candidate", "Points", "In a sentence"].map((cell) => {
    const column = make("th", "", cell);
    column.setAttribute("scope", "col");
    return column;
  }));
  const box = make("div", "pc-table", [make("table", "ruled", [make("thead", "", [head]), make("tbody", "", rows)])]);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "All candidates with their points");
  return make("details", "", [make("summary", "", "All twelve, with their points"), box]);
}

/** @param {string} action @param {string} words */
function button(action, words) {
  const made = make("button", "", words);
  made.setAttribute("type", "button");
  made.dataset.action = action;
  return made;
}

/** @param {Choice} choice */
function foot(choice) {
  return [everyone(choice), make("p", "pc-actions", [button("link", "Copy a link to these answers"), button("restart", "Start again")])];
}

/**
 * @param {Choice} choice
 * @returns {HTMLElement[]}
 */
export function resultOf(choice) {
  const [first] = choice.ranking;
  if (!first) {
    const words = "More speaks against each candidate than for it. Perhaps these are two tasks with an answer of their own: choose for each.";
    return [make("p", "pc-kicker", "No recommendation"), make("h2", "", "These answers pull apart"), make("p", "", words), ...changesOf(choice), ...foot(choice)];
  }
  const { candidate } = first;
  const second = secondOf(choice);
  const behind = second ? first.points - second.points : 0;
  return [
    make("p", "pc-kicker", kicker(choice)),
    make("h2", "", titleOf(choice)),
    make("p", "pc-verdict", candidate.verdict),
    ...(choice.together ? [make("p", "", `With ${mid(choice.together.candidate)}: ${choice.together.text}`)] : []),
    ...(second && behind <= 1 ? [make("p", "", `It is close: ${mid(second.candidate)} would do as well.`)] : []),
    ...list("For it", first.reasons.map(reasonItem)),
    ...list("Against it", [...first.doubts.map(reasonItem), ...(candidate.cost ? [costItem(first)] : [])]),
    ...changesOf(choice),
    ...(second ? runnerUp(second, behind) : []),
    ...list("Read on", candidate.links.map(({ text, href }) => make("li", "", [link(text, new URL(href, ROOT).href)]))),
    ...foot(choice),
  ];
}
