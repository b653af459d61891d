/**
 * What a WebSocket console remembers: a bounded log, the round trips in it, and its export.
 * @module
 */

import { encodeUtf8, equalBytes, headOfText, toBase64 } from "./bytes.js";

/** Rows kept; older ones are dropped and counted. */
export const KEEP_ROWS = 1000;
/** Bytes of each payload kept in the log; with KEEP_ROWS it bounds the log at 16 MiB. */
export const KEEP_BYTES = 16 * 1024;

/** @typedef {string | Uint8Array} Data a text or a binary message */

/**
 * @typedef {object} Payload
 * @property {"text" | "binary"} kind
 * @property {number} size in bytes, of the whole
 * @property {Data} head its first KEEP_BYTES at most
 * @property {boolean} whole whether `head` is all of it
 */

/**
 * @typedef {object} Explanation an event in words
 * @property {string} [meaning]
 * @property {string[]} [list] likely causes or things to try, the likeliest first
 * @property {string} [command] for a terminal
 */

/**
 * @typedef {object} Row
 * @property {number} n 1 for the first since the log was cleared
 * @property {number} at milliseconds since 1970
 * @property {"out" | "in" | "event"} direction
 * @property {string} type TEXT, BINARY, REPORT, OPEN, CLOSE, ERROR or NOTE
 * @property {Payload} [payload]
 * @property {number} [rtt] milliseconds
 * @property {string} [title] of an event, in words
 * @property {Explanation} [explanation]
 * @property {Record<string, unknown>} [details] of an event, for the export
 */

/**
 * @param {Data} data
 * @returns {Payload}
 */
export function capture(data) {
  if (typeof data === "string") {
    const size = encodeUtf8(data).length;
    const whole = size <= KEEP_BYTES;
    return { kind: "text", size, head: whole ? data : headOfText(data, KEEP_BYTES), whole };
  }
  return {
    kind: "binary",
    size: data.length,
    head: data.slice(0, KEEP_BYTES),
    whole: data.length <= KEEP_BYTES,
  };
}

/** The newest rows, and how many older ones are gone. */
export class ConsoleLog {
  constructor(limit = KEEP_ROWS) {
    this.limit = limit;
    this.clear();
  }

  /** Forgets everything: `rows` is another array from then on, the same one until then. */
  clear() {
    /** @type {Row[]} */
    this.rows = [];
    this.dropped = 0;
    this.count = 0;
  }

  /** @param {Omit<Row, "n">} row */
  add(row) {
    this.rows.push({ n: ++this.count, ...row });
    // In steps, because each removal from the front moves all that follows.
    if (this.rows.length >= this.limit * 1.25) this.trim();
  }

  /** Drops what is over the limit. */
  trim() {
    const over = this.rows.length - this.limit;
    if (over <= 0) return;
    this.rows.splice(0, over);
    this.dropped += over;
  }

  /**
   * The log as a value to write as JSON.
   * @param {Record<string, unknown>} about what the reader of the file should know first
   */
  export(about) {
    this.trim();
    return { ...about, dropped: this.dropped, rows: this.rows.map(exported) };
  }
}

const DIRECTIONS = { out: "sent", in: "received", event: undefined };

/** @param {Row} row */
function exported({ n, at, direction, type, payload, rtt, title, details }) {
  const row = {
    n,
    time: new Date(at).toISOString(),
    direction: DIRECTIONS[direction],
    type,
    ...(title && { title }),
    ...details,
  };
  if (payload) {
    row.size = payload.size;
    if (rtt !== undefined) row.rtt_ms = Math.round(rtt * 1000) / 1000;
    if (typeof payload.head === "string") row.text = payload.head;
    else row.base64 = toBase64(payload.head);
    if (!payload.whole) row.truncated = true;
  }
  return row;
}

/**
 * Pairs echoes with what was sent: a message equal to the oldest unanswered one answers it.
 * It gives up where more is unanswered than it may remember, because forgetting some would pair
 * the rest wrongly.
 */
export class RoundTrips {
  constructor(messages = 10_000, bytes = 32 * 1024 * 1024) {
    this.limit = { messages, bytes };
    /** @type {{ data: Data, size: number, at: number }[]} */
    this.waiting = [];
    this.first = 0;
    this.bytes = 0;
    this.gaveUp = false;
  }

  /** How many messages are unanswered. */
  get unanswered() {
    return this.waiting.length - this.first;
  }

  /**
   * @param {Data} data
   * @param {number} size in bytes
   * @param {number} at milliseconds on any clock
   */
  sent(data, size, at) {
    if (this.gaveUp) return;
    if (this.unanswered >= this.limit.messages || this.bytes + size > this.limit.bytes) {
      this.gaveUp = true;
      this.waiting = [];
      this.first = 0;
      return;
    }
    this.waiting.push({ data, size, at });
    this.bytes += size;
  }

  /**
   * @param {Data} data
   * @param {number} at milliseconds on the same clock
   * @returns {number | undefined} the round trip in milliseconds, where it is an echo
   */
  received(data, at) {
    const oldest = this.waiting[this.first];
    if (!oldest || !equal(oldest.data, data)) return undefined;
    this.bytes -= oldest.size;
    if (++this.first > 1000) {
      this.waiting.splice(0, this.first);
      this.first = 0;
    } else {
      this.waiting[this.first - 1] = undefined;
    }
    return at - oldest.at;
  }
}

/**
 * @param {Data} one
 * @param {Data} other
 */
function equal(one, other) {
  if (typeof one === "string" || typeof other === "string") return one === other;
  return equalBytes(one, other);
}
