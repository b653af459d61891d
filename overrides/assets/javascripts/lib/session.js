/**
 * What is known of one connection: a pure reducer, fed with the raw events of a live WebSocket or
 * with the same events of a recording.
 * @module
 */

import { parseHex, unmask } from "./bytes.js";
import { ReportError, ReportReader } from "./report.js";
import { roll } from "./statistics.js";
import { estimateOffset } from "./timeline.js";

/** @typedef {import("./report.js").Frame} Frame */
/** @typedef {import("./timeline.js").Exchange} Exchange */
/** @typedef {string | Uint8Array} Data */

/**
 * `at` is in milliseconds on the client's monotonic clock; `epoch`, added to it, is the time of day.
 * @typedef {{at: number} & (
 *   | {type: "connecting", url: string, epoch: number}
 *   | {type: "open", protocol: string}
 *   | {type: "message-out", data: Data}
 *   | {type: "message-in", data: Data}
 *   | {type: "closing"}
 *   | {type: "closed", code: number, reason: string, clean: boolean}
 * )} SessionEvent
 */

/**
 * One frame, as a line of the feed.
 * @typedef {object} Row
 * @property {number} n the server's number of the frame
 * @property {"server" | "client"} to where the frame went
 * @property {string} kind TEXT, BINARY, CONT, CLOSE, PING, PONG
 * @property {number} at when it left or reached the client
 * @property {boolean} placed whether `at` is the server's time put on the client's clock
 * @property {Data | null} data the unmasked, uncompressed payload, or its first bytes; null where
 *   it cannot be read
 * @property {number | null} rtt milliseconds, on the frame that completes a round trip
 * @property {Frame} frame as the server reported it
 */

/**
 * A message on its way to the server and back.
 * @typedef {{at: number, data: Data, up: Frame[], down: Frame[]}} InFlight
 */

/**
 * @typedef {object} Session
 * @property {"idle" | "connecting" | "open" | "closing" | "closed"} phase
 * @property {string} url
 * @property {number} epoch
 * @property {number | null} openedAt
 * @property {number | null} closedAt
 * @property {string} protocol the subprotocol agreed on
 * @property {{code: number, reason: string, clean: boolean} | null} close
 * @property {Record<string, any> | null} hello
 * @property {import("./report.js").Totals | null} totals
 * @property {number} sent messages
 * @property {number} received messages, reports not counted
 * @property {Row[]} feed oldest first
 * @property {Exchange[]} exchanges finished round trips, oldest first
 * @property {number[]} rtts of echoes, in milliseconds, oldest first
 * @property {number | null} pingRtt what the server measured last, in milliseconds
 * @property {{value: number, error: number} | null} offset server's clock minus client's
 * @property {string | null} fault what the server did that the report protocol does not allow
 * @property {Frame | null} expecting
 * @property {InFlight[]} inFlight
 * @property {import("./timeline.js").Sample[]} samples
 */

export const FEED_LENGTH = 200;
const EXCHANGES = 40;
const RTTS = 30;
const SAMPLES = 32;
const KINDS = { 0: "CONT", 1: "TEXT", 2: "BINARY", 8: "CLOSE", 9: "PING", 10: "PONG" };

/** @returns {Session} */
export function newSession() {
  return {
    phase: "idle",
    url: "",
    epoch: 0,
    openedAt: null,
    closedAt: null,
    protocol: "",
    close: null,
    hello: null,
    totals: null,
    sent: 0,
    received: 0,
    feed: [],
    exchanges: [],
    rtts: [],
    pingRtt: null,
    offset: null,
    fault: null,
    expecting: null,
    inFlight: [],
    samples: [],
  };
}

/**
 * @param {Session} state
 * @param {SessionEvent} event
 * @returns {Session} a new state; the old one is left as it was
 */
export function reduce(state, event) {
  switch (event.type) {
    case "connecting":
      return { ...newSession(), phase: "connecting", url: event.url, epoch: event.epoch };
    case "open":
      return { ...state, phase: "open", openedAt: event.at, protocol: event.protocol };
    case "message-out":
      return {
        ...state,
        sent: state.sent + 1,
        inFlight: [...state.inFlight, { at: event.at, data: event.data, up: [], down: [] }],
      };
    case "message-in":
      return messageIn(state, event.at, event.data);
    case "closing":
      return { ...state, phase: "closing" };
    case "closed": {
      const { code, reason, clean } = event;
      return { ...state, phase: "closed", closedAt: event.at, close: { code, reason, clean } };
    }
    default:
      return state;
  }
}

/**
 * @param {Session} state
 * @param {number} at
 * @param {Data} data
 * @returns {Session}
 */
function messageIn(state, at, data) {
  const reader = new ReportReader(state.expecting);
  try {
    const message = reader.classify(data);
    const next = { ...state, expecting: reader.expecting };
    if (message.kind === "echo") return echo(next, at, data, message.frame);
    const { report } = message;
    if (report.type === "hello") return { ...next, hello: report };
    if (report.type === "totals") return { ...next, totals: /** @type {any} */ (report) };
    if (report.type === "frame") return frame(next, at, /** @type {any} */ (report));
    if (report.type === "rtt") return pingAnswered(next, report);
    return next;
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    return { ...state, fault: error.message };
  }
}

/**
 * @param {Session} state
 * @param {number} at
 * @param {Frame} report
 * @returns {Session}
 */
function frame(state, at, report) {
  const to = report.dir === "in" ? "server" : "client";
  const kind = KINDS[report.opcode] ?? `0x${report.opcode.toString(16)}`;
  const row = { n: report.n, to, kind, at, placed: false, data: preview(report), rtt: null };
  let { inFlight } = state;
  if (report.opcode > 2) {
    if (state.offset) Object.assign(row, { at: report.t - state.offset.value, placed: true });
  } else {
    const index = inFlight.findIndex((message) => to === "client" || !complete(message.up));
    if (index >= 0) {
      const message = inFlight[index];
      const side = to === "server" ? "up" : "down";
      inFlight = inFlight.with(index, { ...message, [side]: [...message[side], report] });
      if (to === "server") row.at = message.at;
      if (whole(report)) row.data = message.data;
    }
  }
  const line = /** @type {Row} */ ({ ...row, frame: report });
  return { ...state, inFlight, feed: roll(state.feed, line, FEED_LENGTH) };
}

/**
 * @param {Session} state
 * @param {number} at
 * @param {Data} data
 * @param {Frame} report
 * @returns {Session}
 */
function echo(state, at, data, report) {
  const received = state.received + 1;
  const [message, ...inFlight] = state.inFlight;
  const own = whole(report) ? { at, data } : { at };
  if (!message?.up.length) {
    return { ...state, received, feed: amend(state.feed, report.n, own) };
  }
  const rtt = at - message.at;
  const last = /** @type {Frame} */ (message.up.at(-1));
  const sample = { sent: message.at, arrived: last.t, left: message.down[0].t, received: at };
  const samples = roll(state.samples, sample, SAMPLES);
  /** @type {Exchange} */
  const exchange = {
    id: last.n,
    lines: [
      ...message.up.map((up) => line(up, { client: message.at }, { server: up.t })),
      ...message.down.map((down) => line(down, { server: down.t }, { client: at })),
    ],
  };
  return {
    ...state,
    received,
    inFlight,
    samples,
    offset: estimateOffset(samples),
    rtts: roll(state.rtts, rtt, RTTS),
    exchanges: roll(state.exchanges, exchange, EXCHANGES),
    feed: amend(state.feed, report.n, { ...own, rtt }),
  };
}

/**
 * @param {Session} state
 * @param {Record<string, any>} report
 * @returns {Session}
 */
function pingAnswered(state, report) {
  const next = { ...state, pingRtt: report.ms };
  const ping = state.feed.find((row) => row.n === report.ping);
  const pong = state.feed.find((row) => row.n === report.pong);
  if (!ping || !pong) return next;
  // When the ping reached the client nobody saw: halfway is the estimate.
  const middle = { server: (ping.frame.t + pong.frame.t) / 2 };
  const lines = [
    line(ping.frame, { server: ping.frame.t }, middle),
    line(pong.frame, middle, { server: pong.frame.t }),
  ];
  return {
    ...next,
    exchanges: roll(state.exchanges, { id: ping.n, lines }, EXCHANGES),
    feed: amend(state.feed, pong.n, { rtt: report.ms }),
  };
}

/**
 * @param {Frame} report
 * @param {import("./timeline.js").Moment} left
 * @param {import("./timeline.js").Moment} arrived
 * @returns {import("./timeline.js").Line}
 */
function line(report, left, arrived) {
  const to = report.dir === "in" ? "server" : "client";
  return { to, opcode: report.opcode, left, arrived };
}

/** @param {Frame[]} frames */
function complete(frames) {
  return frames.at(-1)?.fin === true;
}

/** @param {Frame} report whether the frame is a message by itself */
function whole(report) {
  return report.fin && report.opcode !== 0;
}

/**
 * @param {Row[]} feed
 * @param {number} n
 * @param {Partial<Row>} changes
 * @returns {Row[]}
 */
function amend(feed, n, changes) {
  return feed.map((row) => (row.n === n ? { ...row, ...changes } : row));
}

/**
 * @param {Frame} report
 * @returns {Uint8Array | null} the first payload bytes, unmasked; null where they are compressed
 */
function preview(report) {
  if (report.rsv[0] === 1) return null;
  const bytes = parseHex(report.payload);
  return report.mask === null ? bytes : unmask(bytes, parseHex(report.mask));
}
