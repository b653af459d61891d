/**
 * Reads the reports of the subprotocol `v1.report.websocket.org`, specified in
 * docs/tools/report-protocol.md.
 * @module
 */

export const SUBPROTOCOL = "v1.report.websocket.org";

/** @typedef {"text" | "binary" | "continuation" | "close" | "ping" | "pong"} FrameKind */

/**
 * @typedef {object} Frame
 * @property {"frame"} type
 * @property {number} n
 * @property {number} t milliseconds since the server accepted the connection
 * @property {"in" | "out"} dir as the server sees it
 * @property {boolean} fin
 * @property {number[]} rsv
 * @property {number} opcode
 * @property {string | null} mask
 * @property {number} length
 * @property {string} header
 * @property {string} payload
 */

/**
 * @typedef {object} Direction
 * @property {number} bytes
 * @property {number} messages
 * @property {Record<FrameKind, number>} frames
 */

/**
 * @typedef {object} Totals
 * @property {"totals"} type
 * @property {number} t
 * @property {Direction} in
 * @property {Direction & {reports: number, report_bytes: number}} out
 */

/**
 * @typedef {{kind: "report", report: Record<string, any>}
 *   | {kind: "echo", data: string | Uint8Array | ArrayBuffer | Blob, frame: Frame}} Classified
 */

/** A message from the server that the protocol does not allow. */
export class ReportError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ReportError";
  }
}

/**
 * Tells reports from echoes by the protocol's rule of position: the message after a report of an
 * outgoing frame that ends a text or binary message is the echo; every other one is a report.
 */
export class ReportReader {
  /** @param {Frame | null} [expecting] the frame whose echo comes next, to go on in the middle */
  constructor(expecting = null) {
    this.expecting = expecting;
  }

  /**
   * @param {string | Uint8Array | ArrayBuffer | Blob} data the next message, in order of arrival
   * @returns {Classified}
   * @throws {ReportError} where the message must be a report and is none
   */
  classify(data) {
    if (this.expecting) {
      const frame = this.expecting;
      this.expecting = null;
      return { kind: "echo", data, frame };
    }
    const report = parse(data);
    if (announcesEcho(report)) this.expecting = /** @type {Frame} */ (report);
    return { kind: "report", report };
  }
}

/**
 * @param {Record<string, any>} report
 * @returns {boolean} whether the next message is the echo that this report describes
 */
export function announcesEcho(report) {
  return (
    report.type === "frame" && report.dir === "out" && report.fin === true && report.opcode <= 2
  );
}

/**
 * @param {unknown} data
 * @returns {Record<string, any>}
 */
function parse(data) {
  if (typeof data !== "string") throw new ReportError("a report is text; this message is binary");
  let report;
  try {
    report = JSON.parse(data);
  } catch {
    throw new ReportError("a report is JSON; this message is not");
  }
  if (typeof report !== "object" || report === null || typeof report.type !== "string") {
    throw new ReportError("a report is an object with a string member “type”");
  }
  const missing = missingMember(report);
  if (missing) throw new ReportError(`a report of type ${report.type} has no usable “${missing}”`);
  return report;
}

/** @param {any} value JSON can write 1e999, which is read as Infinity, and no drawing can hold it */
const isNumber = (value) => Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
/** @param {any} value */
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
/** @param {unknown} value */
const isString = (value) => typeof value === "string";
/** @param {unknown} value */
const isHex = (value) => typeof value === "string" && /^(?:[0-9a-f]{2})*$/.test(value);
/** @param {any} value */
const isDirection = (value) =>
  isCount(value?.bytes) && isCount(value.messages) &&
  ["text", "binary", "continuation", "close", "ping", "pong"].every((k) => isCount(value.frames?.[k]));

/** What the members that are read must be. Types and members not listed pass: they may be newer. */
/** @type {Record<string, Record<string, (value: any) => boolean>>} */
const MEMBERS = {
  hello: { server: isString, started: isNumber, request: isString, response: isString },
  frame: {
    n: isCount,
    t: isNumber,
    dir: (value) => value === "in" || value === "out",
    fin: (value) => typeof value === "boolean",
    rsv: (value) => Array.isArray(value) && value.length === 3 && value.every((b) => b === 0 || b === 1),
    opcode: (value) => isCount(value) && value < 16,
    mask: (value) => value === null || (isHex(value) && value.length === 8),
    length: isCount,
    // RFC 6455 §5.2: two bytes at least, and at most eight more for the length and four for the mask.
    header: (value) => isHex(value) && value.length >= 4 && value.length <= 28,
    payload: isHex,
  },
  rtt: { ping: isCount, pong: isCount, ms: isNumber },
  totals: { t: isNumber, in: isDirection, out: isDirection },
};

/**
 * @param {Record<string, any>} report
 * @returns {string | undefined} the first member that is not what the protocol says
 */
function missingMember(report) {
  const members = Object.hasOwn(MEMBERS, report.type) ? MEMBERS[report.type] : {};
  return Object.keys(members).find((name) => !members[name](report[name]));
}
