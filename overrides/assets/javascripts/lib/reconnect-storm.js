/**
 * A simulation: clients that have all lost their server at once come back by some policy, and the server
 * admits what it can. The policies are those of the page's sample.
 * @module
 */

import { equalJitter, noJitter, pause } from "../../../build/reconnection/backoff.js";
import { grouped } from "./format.js";

/** Slots in a second: attempts are counted by tenths of a second. */
export const SLOTS = 10;
/** Seconds after which the simulation ends. */
export const END = 600;
/** Seconds that a drawing may show. */
const SPANS = [30, 60, 120, 300, END];

/**
 * @typedef {object} Setting
 * @property {number} clients that were connected
 * @property {number} capacity handshakes that the server completes in a second
 * @property {number} away seconds until it listens again
 * @property {number} refusal what refusing one costs, in handshakes
 */

/** What can be chosen. @type {Record<keyof Setting, number[]>} */
export const CHOICES = {
  clients: [1000, 5000, 10000, 20000],
  capacity: [100, 500, 2000],
  away: [0, 5, 60],
  refusal: [0, 0.1, 0.5],
};

/** @type {Setting} */
export const DEFAULT = { clients: 10000, capacity: 500, away: 5, refusal: 0.1 };

/** @typedef {{name: string, pause: (attempt: number, random: () => number) => number}} Policy */
/** @type {Policy[]} */
export const POLICIES = [
  { name: "Every 5 s", pause: () => 5 },
  { name: "Exponential, no jitter", pause: (attempt, random) => pause(attempt, 1006, { jitter: noJitter, random }) },
  { name: "Equal jitter", pause: (attempt, random) => pause(attempt, 1006, { jitter: equalJitter, random }) },
  { name: "Full jitter", pause: (attempt, random) => pause(attempt, 1006, { random }) },
  // Only the server's goodbye has the code; an attempt that fails has 1006.
  { name: "Full jitter after 1012", pause: (attempt, random) => pause(attempt, attempt === 1 ? 1012 : 1006, { random }) },
];

/**
 * @typedef {object} Run
 * @property {Uint32Array} attempts in each slot
 * @property {number} busiest the most in a slot
 * @property {number} total of the attempts
 * @property {number} missing clients that were not back at the end
 * @property {number | null} back seconds until the last client was back
 */

/** Random numbers from 0 up to 1, the same for the same seed (mulberry32). @param {number} seed */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Handshakes wait in a queue of one second's work. Who comes when it is full is refused, and takes of the
 * server's time what a refusal costs; while the server is away, a refusal costs nothing.
 * @param {Policy} policy
 * @param {Setting} setting
 * @returns {Run}
 */
export function simulate(policy, { clients, capacity, away, refusal }) {
  const random = seeded(1);
  const count = END * SLOTS;
  /** @type {number[][]} */ const coming = Array.from({ length: count }, () => []);
  const attempts = new Uint32Array(count);
  const number = new Uint32Array(clients);
  const at = new Float64Array(clients);
  /** @param {number} client @param {number} refused the slot in which it was */
  const again = (client, refused) => {
    for (;;) {
      number[client] += 1;
      at[client] += policy.pause(number[client], random);
      const slot = Math.floor(at[client] * SLOTS);
      if (slot >= count) return;
      if (slot > refused) return void coming[slot].push(client);
      // Within the same slot nothing changes for it.
      attempts[slot] += 1;
    }
  };
  for (let client = 0; client < clients; client++) again(client, -1);
  let [work, missing, back] = [0, clients, 0];
  for (let slot = 0; missing > 0 && slot < count; slot++) {
    const here = coming[slot];
    coming[slot] = [];
    attempts[slot] += here.length;
    const up = slot >= away * SLOTS;
    const room = up ? Math.max(0, Math.floor(capacity + capacity / SLOTS - work)) : 0;
    const admitted = Math.min(room, here.length);
    if (admitted && admitted < here.length) here.sort((one, other) => at[one] - at[other]);
    for (let index = admitted; index < here.length; index++) again(here[index], slot);
    const refused = attempts[slot] - admitted;
    work = Math.max(0, work + admitted + (up ? refused * refusal : 0) - capacity / SLOTS);
    missing -= admitted;
    // The last of those admitted waits for the work before it.
    if (admitted) back = (slot + 1) / SLOTS + work / capacity;
  }
  const total = attempts.reduce((sum, one) => sum + one, 0);
  const busiest = attempts.reduce((most, one) => Math.max(most, one), 0);
  return { attempts, busiest, total, missing, back: missing === 0 ? back : null };
}

/** @param {string} fragment of an address: `clients=1000&away=60`; what it does not say is as by default */
export function settingFrom(fragment) {
  const query = new URLSearchParams(fragment);
  const setting = { ...DEFAULT };
  for (const key of /** @type {(keyof Setting)[]} */ (Object.keys(CHOICES))) {
    const value = Number(query.get(key) ?? NaN);
    if (CHOICES[key].includes(value)) setting[key] = value;
  }
  return setting;
}

/** @param {Setting} setting */
export function fragmentFrom(setting) {
  return Object.entries(setting).map(([key, value]) => `${key}=${value}`).join("&");
}

/** @param {Run} run @returns {string} when the last was back */
export function whenBack({ back, missing }) {
  if (back === null) return `not in ${END / 60} min: ${grouped(missing)} are missing`;
  return `${back < 100 ? Math.round(back * 10) / 10 : Math.round(back)} s`;
}

/** @param {Run[]} runs @returns {number} seconds that show everything but what never ends */
export function span(runs) {
  const longest = Math.max(...runs.map(({ back }) => back ?? 0));
  return SPANS.find((seconds) => seconds >= longest) ?? END;
}

/**
 * The height of a count in a drawing: logarithmic, from 0 to 1.
 * @param {number} count
 * @param {number} most
 */
export function height(count, most) {
  return Math.log1p(count) / Math.log1p(most);
}

/**
 * The busiest slot of each column, for a drawing that has fewer columns than slots.
 * @param {Run} run
 * @param {number} seconds
 * @param {number} columns
 */
export function columnsOf({ attempts }, seconds, columns) {
  const found = new Array(columns).fill(0);
  for (let slot = 0; slot < seconds * SLOTS; slot++) {
    const column = Math.floor((slot * columns) / (seconds * SLOTS));
    found[column] = Math.max(found[column], attempts[slot]);
  }
  return found;
}
