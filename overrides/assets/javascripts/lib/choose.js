/**
 * From answers to a recommendation, by the rules in choose-rules.js alone.
 * @module
 */

import { CANDIDATES, QUESTIONS } from "./choose-questions.js";
import { OUT, PAIRS, RULES, SOURCES } from "./choose-rules.js";

/**
 * @typedef {Record<string, string>} Answers the id of an option for each answered question
 * @typedef {{ text: string, points: number, given: string[], source?: { title: string, href: string } }} Reason
 *   `given`: the labels of the answers that it follows from
 * @typedef {object} Ranked
 * @property {import("./choose-questions.js").Candidate} candidate
 * @property {number} points
 * @property {Reason[]} reasons for it, the strongest first
 * @property {Reason[]} doubts against it, the strongest first
 * @property {Reason[]} excluded why it cannot be; empty where it can
 * @typedef {{ question: string, answer: string, was: string, winner: string }} Change names and labels
 * @typedef {object} Choice
 * @property {Ranked[]} ranking those that can be, the best first
 * @property {Ranked[]} excluded those that cannot
 * @property {{ candidate: import("./choose-questions.js").Candidate, text: string } | null} together
 * @property {Change[]} changes single answers that change the winner, the smallest change first
 */

/** How many changes are told. */
const TOLD = 3;

/** @param {Record<string, string>} when @param {Answers} answers */
const holds = (when, answers) => Object.entries(when).every(([question, option]) => answers[question] === option);

/** @param {string} question @param {string} option */
export function labelOf(question, option) {
  const found = QUESTIONS.find(({ id }) => id === question)?.options.find(({ id }) => id === option);
  return found?.label ?? "";
}

/** @param {string} id */
export function candidateOf(id) {
  return /** @type {import("./choose-questions.js").Candidate} */ (CANDIDATES.find((candidate) => candidate.id === id));
}

/**
 * Keeps of what an address holds only the answers that exist.
 * @param {string} query such as `direction=both&rate=fast`
 * @returns {Answers}
 */
export function answersFrom(query) {
  const given = new URLSearchParams(query);
  /** @type {Answers} */
  const answers = {};
  for (const { id } of QUESTIONS) {
    const option = given.get(id);
    if (option && labelOf(id, option)) answers[id] = option;
  }
  return answers;
}

/**
 * @param {Answers} answers
 * @returns {string} for an address, in the order of the questions
 */
export function queryFrom(answers) {
  return QUESTIONS.filter(({ id }) => answers[id]).map(({ id }) => `${id}=${answers[id]}`).join("&");
}

/** @param {Answers} answers @returns {Ranked[]} all candidates, in their order */
function judge(answers) {
  const rules = RULES.filter(({ when }) => holds(when, answers));
  return CANDIDATES.map((candidate) => {
    /** @type {Ranked} */
    const ranked = { candidate, points: candidate.cost, reasons: [], doubts: [], excluded: [] };
    for (const { when, effects } of rules) {
      const effect = effects[candidate.id];
      if (!effect) continue;
      const [points, text, source] = effect;
      const given = Object.entries(when).map(([question, option]) => labelOf(question, option));
      const reason = { text, given, points: points === OUT ? 0 : points, ...(source && { source: SOURCES[source] }) };
      if (points === OUT) ranked.excluded.push(reason);
      else (points > 0 ? ranked.reasons : ranked.doubts).push(reason);
      ranked.points += reason.points;
    }
    ranked.reasons.sort((one, other) => other.points - one.points);
    ranked.doubts.sort((one, other) => one.points - other.points);
    return ranked;
  });
}

/** @param {Answers} answers @returns {Ranked[]} the best first; empty where more speaks against each than for it */
function rank(answers) {
  const ranking = judge(answers)
    .filter(({ excluded }) => excluded.length === 0)
    .sort((one, other) => other.points - one.points);
  return ranking[0]?.points >= 0 ? ranking : [];
}

/**
 * How far an option is from what was answered, in steps.
 * @param {import("./choose-questions.js").Question} question
 * @param {number} before the place of the answer, -1 where there is none
 * @param {number} index
 */
function distance({ ordered, options }, before, index) {
  if (options[index].apart || options[before]?.apart) return 4;
  return ordered && before >= 0 ? Math.abs(index - before) : 1.5;
}

/**
 * The single answers whose change makes another candidate win.
 * @param {Answers} answers
 * @param {string} winner
 * @returns {Change[]}
 */
function changes(answers, winner) {
  const found = [];
  for (const question of QUESTIONS) {
    const { id, title, options } = question;
    const before = options.findIndex((option) => option.id === answers[id]);
    for (const [index, option] of options.entries()) {
      if (index === before) continue;
      const [first, second] = rank({ ...answers, [id]: option.id });
      if (!first || first.candidate.id === winner) continue;
      found.push({
        distance: distance(question, before, index),
        lead: first.points - (second?.points ?? first.points),
        change: { question: title, answer: option.label, was: answers[id] ? labelOf(id, answers[id]) : "", winner: first.candidate.name },
      });
    }
  }
  found.sort((one, other) => one.distance - other.distance || other.lead - one.lead);
  const winners = new Set();
  return found
    .map(({ change }) => change)
    .filter((change) => !winners.has(change.winner) && winners.add(change.winner))
    .slice(0, TOLD);
}

/**
 * @param {Answers} answers
 * @returns {Choice | null} null where nothing is answered
 */
export function choose(answers) {
  if (Object.keys(answers).length === 0) return null;
  const ranking = rank(answers);
  const excluded = judge(answers).filter((ranked) => ranked.excluded.length > 0);
  const [first] = ranking;
  if (!first) return { ranking, excluded, together: null, changes: changes(answers, "") };
  const pair = PAIRS.find((one) => one.first === first.candidate.id && holds(one.when, answers));
  return {
    ranking,
    excluded,
    together: pair ? { candidate: candidateOf(pair.second), text: pair.text } : null,
    changes: changes(answers, first.candidate.id),
  };
}

/** @param {number | "out"} points as the table and the reasons print them */
export function printPoints(points) {
  if (points === OUT) return "cannot be";
  return points > 0 ? `+${points}` : `${points}`.replace("-", "−");
}

/**
 * @typedef {{ cells: string[], source?: { title: string, href: string } }} Row
 * @typedef {{ title: string, head: string[], rows: Row[] }} Table `title`: the answers, where it is about some
 * @typedef {{ title: string, why: string, tables: Table[] }} Group
 */

/** @param {Record<string, string>} when */
const told = (when) => Object.entries(when).map(([question, option]) => labelOf(question, option)).join("; and: ");

/** @param {import("./choose-rules.js").Rule} rule @returns {Table} */
function tableOf({ when, effects }) {
  const rows = Object.entries(effects).map(([id, [points, text, source]]) => ({
    cells: [candidateOf(id).name, printPoints(points), text],
    ...(source && { source: SOURCES[source] }),
  }));
  return { title: told(when), head: ["Candidate", "Points", "Because"], rows };
}

/**
 * Everything that decides, as tables: for each question one for each answer, then what follows from two
 * answers, from none, and what goes together.
 * @returns {Group[]}
 */
export function printedRules() {
  const alone = RULES.filter(({ when }) => Object.keys(when).length === 1);
  const both = RULES.filter(({ when }) => Object.keys(when).length > 1);
  return [
    ...QUESTIONS.map(({ id, title, why }) => ({
      title, why, tables: alone.filter(({ when }) => id in when).map(tableOf),
    })),
    { title: "Two answers together", why: "These come on top.", tables: both.map(tableOf) },
    {
      title: "Before any answer",
      why: "What each asks of you anyway. Of two with the same points the upper one comes first.",
      tables: [{
        title: "",
        head: ["Candidate", "Points", "Because"],
        rows: CANDIDATES.map(({ name, cost, price }) => ({ cells: [name, printPoints(cost), price] })),
      }],
    },
    {
      title: "What goes together",
      why: "The first line that holds for the winner is told.",
      tables: [{
        title: "",
        head: ["Winner", "Where", "With", "Because"],
        rows: PAIRS.map(({ first, when, second, text }) => ({
          cells: [candidateOf(first).name, told(when) || "always", candidateOf(second).name, text],
        })),
      }],
    },
  ];
}
