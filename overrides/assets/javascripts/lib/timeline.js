/**
 * Two clocks on one axis, and the axis cut into pieces that show what happened at a scale at which
 * latency can be seen.
 * @module
 */

import { scaleEnd } from "./statistics.js";

/**
 * The four times of an echo: two on the client's clock, two on the server's, as in NTP
 * (RFC 5905 §8).
 * @typedef {{sent: number, arrived: number, left: number, received: number}} Sample
 */

/** @typedef {{client: number} | {server: number}} Moment */

/** @typedef {{to: "server" | "client", opcode: number, left: Moment, arrived: Moment}} Line */

/** @typedef {{id: number, lines: Line[]}} Exchange */

/**
 * A piece of the time axis. The lines' times are in milliseconds from its start.
 * @typedef {object} Segment
 * @property {number} id
 * @property {number} start on the client's clock
 * @property {number} end when the last of its lines arrives
 * @property {{to: "server" | "client", opcode: number, left: number, arrived: number}[]} lines
 */

/**
 * The server's clock minus the client's, from the echo that spent least time under way, with its
 * two legs taken as equally long. The error is at most half of that time.
 * @param {readonly Sample[]} samples
 * @returns {{value: number, error: number} | null} null without samples
 */
export function estimateOffset(samples) {
  if (samples.length === 0) return null;
  const underWay = (/** @type {Sample} */ s) => s.received - s.sent - (s.left - s.arrived);
  const fastest = samples.reduce((best, s) => (underWay(s) < underWay(best) ? s : best));
  let value = (fastest.arrived - fastest.sent + fastest.left - fastest.received) / 2;
  // No frame arrives before it was sent: each echo narrows what the difference can be. Clocks that
  // drift apart can make the limits contradict each other; then the fastest echo alone decides.
  const least = Math.max(...samples.map((s) => s.left - s.received));
  const most = Math.min(...samples.map((s) => s.arrived - s.sent));
  if (least <= most) value = Math.min(most, Math.max(least, value));
  return { value, error: Math.max(0, underWay(fastest)) / 2 };
}

/**
 * Cuts the idle time out: each segment begins with an exchange and spans the same time, and holds
 * the exchanges that end within it.
 * @param {readonly Exchange[]} exchanges oldest first
 * @param {number | null} offset the server's clock minus the client's
 * @param {number} count the most segments
 * @returns {{span: number, division: number, segments: Segment[]}} the newest segments, oldest
 *   first; `span` of each and the `division` of its scale in milliseconds
 */
export function timeline(exchanges, offset, count) {
  const placed = exchanges
    .map((exchange) => place(exchange, offset))
    .filter((segment) => segment !== null)
    .sort((a, b) => a.start - b.start);
  // Half a millisecond at least: browsers' clocks are no finer than a tenth.
  let longest = Math.max(0.5, ...placed.slice(-count).map(({ start, end }) => end - start));
  for (;;) {
    const division = scaleEnd(longest / 5);
    const span = division * Math.ceil((longest * 1.05) / division);
    const segments = group(placed, span).slice(-count);
    // Exchanges that share a segment make room for older ones, which may have taken longer.
    const visible = Math.max(0, ...segments.map(({ start, end }) => end - start));
    if (visible <= span) return { span, division, segments };
    longest = visible;
  }
}

/**
 * @param {readonly Segment[]} exchanges by their start
 * @param {number} span milliseconds in a segment
 * @returns {Segment[]}
 */
function group(exchanges, span) {
  /** @type {Segment[]} */
  const segments = [];
  for (const exchange of exchanges) {
    const last = segments.at(-1);
    if (last && exchange.end <= last.start + span) {
      const delay = exchange.start - last.start;
      last.end = Math.max(last.end, exchange.end);
      for (const { left, arrived, ...rest } of exchange.lines) {
        last.lines.push({ ...rest, left: left + delay, arrived: arrived + delay });
      }
    } else {
      segments.push({ ...exchange, lines: [...exchange.lines] });
    }
  }
  return segments;
}

/**
 * @param {Exchange} exchange
 * @param {number | null} offset
 * @returns {Segment | null} null where a time of the server cannot be placed yet
 */
function place(exchange, offset) {
  const at = (/** @type {Moment} */ moment) =>
    "client" in moment ? moment.client : offset === null ? NaN : moment.server - offset;
  const lines = exchange.lines.map((l) => ({ ...l, left: at(l.left), arrived: at(l.arrived) }));
  const start = Math.min(...lines.map((l) => l.left));
  const end = Math.max(...lines.map((l) => l.arrived));
  if (Number.isNaN(start) || Number.isNaN(end)) return null;
  const shifted = lines.map((l) => ({ ...l, left: l.left - start, arrived: l.arrived - start }));
  return { id: exchange.id, start, end, lines: shifted };
}
