/**
 * Who sends what when, read from the rows of a table, and where that lies on a time axis.
 *
 * A row says when, who does what, and what it is: `0–40 ms | client sends | GET: is there news?`.
 * - `client sends`, `server sends`: a message on its way during that time
 * - `client pings`, `pongs`, `closes`, and the server likewise: a control frame
 * - `client waits`, `server waits`: somebody has something and cannot say it yet
 * - `open`: the exchange or connection lasts that long; outside such a time there is none
 * @module
 */

import { scaleEnd } from "./statistics.js";

/**
 * @typedef {object} Event
 * @property {number} from milliseconds
 * @property {number} to milliseconds
 * @property {"client" | "server"} who
 * @property {"send" | "control" | "wait"} does
 * @property {string} label what stands in the drawing, which may be nothing
 * @property {string} says the row in words
 */

/** @typedef {{ from: number, to: number }} Span */

/** @typedef {{ events: Event[], open: Span[] }} Lane */

/** @typedef {{ when: string, what: string, label: string, text: string }} Row */

const WHEN = /^(\d+(?:\.\d+)?)\s*[-\u2013]\s*(\d+(?:\.\d+)?)\s*(ms|s)$/;
const WHAT = /^(client|server) (sends|pings|pongs|closes|waits)$/;

/**
 * @param {readonly Row[]} rows
 * @returns {Lane}
 * @throws {Error} naming the row that says something else
 */
export function readLane(rows) {
  /** @type {Lane} */
  const lane = { events: [], open: [] };
  for (const row of rows) {
    const span = readSpan(row.when);
    const what = WHAT.exec(row.what);
    if (span && row.what === "open") {
      lane.open.push(span);
    } else if (span && what) {
      const [, who, verb] = what;
      const does = verb === "sends" ? "send" : verb === "waits" ? "wait" : "control";
      const says = `${row.when}: ${row.what}${row.text ? `: ${row.text}` : ""}`;
      const named = /** @type {Event["who"]} */ (who);
      lane.events.push({ ...span, who: named, does, label: row.label, says });
    } else {
      throw new Error(`“${row.when} | ${row.what}” is not “0–40 ms | client sends” or its like`);
    }
  }
  lane.events.sort((a, b) => a.from - b.from || a.to - b.to);
  return lane;
}

/**
 * @param {string} when
 * @returns {Span | null}
 */
function readSpan(when) {
  const [, from, to, unit] = WHEN.exec(when) ?? [];
  const factor = unit === "s" ? 1000 : 1;
  const span = { from: Number(from) * factor, to: Number(to) * factor };
  return span.from <= span.to ? span : null;
}

/**
 * The one scale that all lanes share.
 *
 * @param {readonly Lane[]} lanes
 * @returns {{ span: number, division: number }} the time drawn and the time between two marks, in
 *   milliseconds
 */
export function timeScale(lanes) {
  const ends = lanes.flatMap(({ events, open }) => [...events, ...open].map(({ to }) => to));
  const end = Math.max(1, ...ends);
  const division = scaleEnd(end / 8);
  return { span: division * Math.ceil(end / division), division };
}

/**
 * The times at which a reader who goes step by step stops: something has arrived, or begun to wait.
 *
 * @param {readonly Lane[]} lanes
 * @returns {{ at: number, events: { lane: number, event: Event }[] }[]} in order, each time once
 */
export function steps(lanes) {
  /** @type {Map<number, { lane: number, event: Event }[]>} */
  const byTime = new Map();
  lanes.forEach(({ events }, lane) => {
    for (const event of events) {
      const at = event.does === "wait" ? event.from : event.to;
      byTime.set(at, [...(byTime.get(at) ?? []), { lane, event }]);
    }
  });
  return [...byTime].sort(([a], [b]) => a - b).map(([at, events]) => ({ at, events }));
}

/**
 * Which labels have room beside each other: each stands where its event begins, or ends at the edge;
 * one that would touch the label before it is left out, for the words below say it too.
 *
 * @param {readonly { x: number, label: string }[]} wanted in order of `x`
 * @param {number} width of the drawing, in CSS pixels
 * @param {number} letter how wide a letter is, in CSS pixels
 * @returns {{ x: number, label: string }[]}
 */
export function placeLabels(wanted, width, letter) {
  let taken = -Infinity;
  const placed = [];
  for (const { x, label } of wanted) {
    const long = label.length * letter;
    const left = Math.max(0, Math.min(x, width - long));
    if (label === "" || left < taken) continue;
    placed.push({ x: left, label });
    taken = left + long + letter / 2;
  }
  return placed;
}
