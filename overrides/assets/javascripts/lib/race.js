/**
 * A race: what each way of delivery has brought, and how it came through a cut.
 * @module
 */

import { percentile, roll } from "./statistics.js";
import { estimateOffset } from "./timeline.js";

/** As the server names them: polling, long polling, server-sent events, WebSocket. */
export const WAYS = /** @type {const} */ (["poll", "wait", "events", "socket"]);

/** @typedef {typeof WAYS[number]} Way */
/** @typedef {{requests: number, events: number, up: number, down: number, open: number}} Counted */
/** @typedef {{id: number, made: number, received: number}} Arrival `made` on the server's clock */

/**
 * What happened to a way since the connections were cut last.
 * @typedef {object} Cut
 * @property {number} at
 * @property {boolean} used whether a connection of it was in use
 * @property {number} last the last event before
 * @property {number} failed requests that failed
 * @property {number | null} back when the next event came
 * @property {number} missed events that were made before it was back
 */

/**
 * @typedef {object} Lane
 * @property {"idle" | "opening" | "open" | "again" | "down"} state again: its client tries by itself
 * @property {number} requests and handshakes
 * @property {number} events
 * @property {number} bytes that this browser could count
 * @property {number} last id of an event, or 0
 * @property {number[]} asked when the last requests were sent
 * @property {Arrival[]} arrivals the last events, oldest first
 * @property {Cut | null} cut
 */

/**
 * All times `at` are on the client's monotonic clock, in milliseconds.
 * @typedef {{at: number} & (
 *   | {type: "start"}
 *   | {type: "started"}
 *   | {type: "clock", sent: number, server: number, ways: Record<Way, Counted>}
 *   | {type: "opening", way: Way}
 *   | {type: "request", way: Way}
 *   | {type: "open", way: Way}
 *   | {type: "read", way: Way, bytes: number}
 *   | {type: "event", way: Way, id: number, made: number}
 *   | {type: "failed", way: Way}
 *   | {type: "down", way: Way, again: boolean}
 *   | {type: "cut"}
 *   | {type: "used", ways: Way[]}
 *   | {type: "end", why: Why, words?: string}
 * )} RaceEvent
 */
/** @typedef {"stopped" | "hidden" | "over" | "lost" | "unreachable" | "refused" | "none"} Why */

/**
 * @typedef {object} Race
 * @property {"idle" | "starting" | "racing" | "ended"} phase
 * @property {Why | null} why it ended
 * @property {string} words of the server, where it refused
 * @property {Record<Way, Lane>} lanes
 * @property {number} newest id that any way has brought
 * @property {{value: number, error: number} | null} offset server's clock minus client's
 * @property {import("./timeline.js").Sample[]} samples
 * @property {Record<Way, Counted> | null} counted by the server, at its socket
 */

const ARRIVALS = 120;
const ASKED = 60;
const SAMPLES = 32;

/** @returns {Lane} */
function newLane() {
  return { state: "idle", requests: 0, events: 0, bytes: 0, last: 0, asked: [], arrivals: [], cut: null };
}

/** @returns {Race} */
export function newRace() {
  const lanes = /** @type {Record<Way, Lane>} */ (Object.fromEntries(WAYS.map((way) => [way, newLane()])));
  return { phase: "idle", why: null, words: "", lanes, newest: 0, offset: null, samples: [], counted: null };
}

/**
 * @param {Race} race
 * @param {RaceEvent} event
 * @returns {Race} a new one; the old one is left as it was
 */
export function reduce(race, event) {
  switch (event.type) {
    case "start":
      return { ...newRace(), phase: "starting" };
    case "started":
      return { ...race, phase: "racing" };
    case "clock": {
      const sample = { sent: event.sent, arrived: event.server, left: event.server, received: event.at };
      const samples = roll(race.samples, sample, SAMPLES);
      return { ...race, samples, offset: estimateOffset(samples), counted: event.ways };
    }
    case "cut": {
      const lanes = { ...race.lanes };
      for (const way of WAYS) {
        const { last } = lanes[way];
        const cut = { at: event.at, used: false, last, failed: 0, back: null, missed: 0 };
        lanes[way] = { ...lanes[way], cut };
      }
      return { ...race, lanes };
    }
    case "used": {
      const lanes = { ...race.lanes };
      for (const way of event.ways) {
        const { cut } = lanes[way];
        lanes[way] = { ...lanes[way], cut: cut && { ...cut, used: true } };
      }
      return { ...race, lanes };
    }
    case "end": {
      const lanes = { ...race.lanes };
      for (const way of WAYS) lanes[way] = { ...lanes[way], state: "idle" };
      return { ...race, phase: "ended", why: event.why, words: event.words ?? "", lanes };
    }
    default: {
      const lane = inLane(race, race.lanes[event.way], event);
      const newest = event.type === "event" ? Math.max(race.newest, event.id) : race.newest;
      return { ...race, newest, lanes: { ...race.lanes, [event.way]: lane } };
    }
  }
}

/**
 * @param {Race} race
 * @param {Lane} lane
 * @param {Extract<RaceEvent, {way: Way}>} event
 * @returns {Lane}
 */
function inLane(race, lane, event) {
  switch (event.type) {
    case "opening":
      return { ...lane, state: "opening" };
    case "request":
      return { ...lane, requests: lane.requests + 1, asked: roll(lane.asked, event.at, ASKED) };
    case "open":
      return { ...lane, state: "open" };
    case "read":
      return { ...lane, bytes: lane.bytes + event.bytes };
    case "failed":
      return { ...lane, cut: lane.cut && { ...lane.cut, failed: lane.cut.failed + 1 } };
    case "down":
      return { ...lane, state: event.again ? "again" : "down" };
    case "event": {
      const { id, made, at: received } = event;
      // A server may hand out again what it could not know to have arrived.
      if (id <= lane.last) return lane;
      let { cut } = lane;
      if (cut && cut.back === null) {
        cut = { ...cut, back: received, missed: Math.max(0, race.newest - cut.last) };
      }
      const arrivals = roll(lane.arrivals, { id, made, received }, ARRIVALS);
      return { ...lane, last: id, events: lane.events + 1, arrivals, cut };
    }
    default:
      return lane;
  }
}

/**
 * Milliseconds from an event's making to its arrival, on one clock; none below 0, which only an
 * error of the estimate can make.
 * @param {Lane} lane
 * @param {Race["offset"]} offset
 * @returns {{median: number | null, p95: number | null}}
 */
export function delays(lane, offset) {
  if (!offset) return { median: null, p95: null };
  const values = lane.arrivals.map((one) => Math.max(0, one.received - (one.made - offset.value)));
  return { median: percentile(values, 50), p95: percentile(values, 95) };
}

/**
 * Events that other ways have brought and this one has not.
 * @param {Race} race
 * @param {Way} way
 */
export function missing(race, way) {
  const { last } = race.lanes[way];
  return last === 0 ? 0 : race.newest - last;
}

/**
 * Bytes for each event at the server's socket, both directions.
 * @param {Counted | undefined} counted
 * @returns {number | null} null before the first event
 */
export function bytesPerEvent(counted) {
  if (!counted || counted.events === 0) return null;
  return (counted.up + counted.down) / counted.events;
}
