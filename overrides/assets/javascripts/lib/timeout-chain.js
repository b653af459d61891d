/**
 * What a chain of hops does to a connection: its shortest idle and lifetime limits, and the heartbeat
 * that survives them. The limits are those of the page's table; here are only the rules.
 * @module
 */

/** So many heartbeats fit into the shortest idle limit: two may be lost, and the third is in time. */
const WITHIN = 3;

/** The heartbeat where a vendor publishes no idle limit, in seconds: a third of the most common one. */
const UNPUBLISHED = 20;

/** @type {Record<string, number>} */
const UNITS = { s: 1, min: 60, h: 3600, d: 86400 };

/**
 * @typedef {object} Limit what a cell says of a limit
 * @property {"limit" | "none" | "unpublished" | "nothing"} kind
 * @property {number | null} seconds
 * @property {boolean} settable
 * @property {number} [least] that can be set, in seconds
 * @property {number} [most]
 */

/** @typedef {{ id: string, name: string, idle: Limit, lifetime: Limit }} Hop */
/** @typedef {{ hop: Hop, idle?: number, lifetime?: number }} Link a hop of the chain, with its own settings */
/** @typedef {{ seconds: number, names: string[] }} Shortest */

/**
 * @typedef {object} Verdict
 * @property {Shortest | null} idle the shortest, and which hops have it
 * @property {number | null} interval of the heartbeat, in seconds
 * @property {Shortest | null} lifetime
 * @property {string[]} unpublished hops whose vendor publishes no idle limit
 */

/**
 * Reads `60 s, settable`, `60 s, settable from 1 to 4000 s`, `10 min, fixed`, `none, settable` or
 * `not published`; "" makes no statement.
 * @param {string} text
 * @returns {Limit}
 */
export function limitFrom(text) {
  const settable = /\bsettable\b/.test(text);
  const found = /^(\d+(?:\.\d+)?) (s|min|h|d)\b/.exec(text.trim());
  if (found) return { kind: "limit", seconds: Number(found[1]) * UNITS[found[2]], settable, ...rangeFrom(text) };
  if (/^none\b/.test(text.trim())) return { kind: "none", seconds: null, settable };
  if (/^not published\b/.test(text.trim())) return { kind: "unpublished", seconds: null, settable };
  return { kind: "nothing", seconds: null, settable };
}

/** Reads `settable from 1 to 4000 s`, either end of which may be missing. @param {string} text */
function rangeFrom(text) {
  const [, from, to] = /\bsettable(?: from (\d+(?: (?:s|min|h|d)\b)?))?(?: to (\d+ (?:s|min|h|d)\b))?/.exec(text) ?? [];
  const unit = to?.split(" ")[1] ?? ""; // of both, where the first has none
  /** @param {string} length */
  const seconds = (length) => Number.parseInt(length, 10) * UNITS[length.split(" ")[1] ?? unit];
  return { ...(from && { least: seconds(from) }), ...(to && { most: seconds(to) }) };
}

/**
 * What the vendor accepts, where the setting is outside of that; "" where it is not.
 * @param {number | undefined} setting in seconds
 * @param {Limit} limit
 */
export function accepted(setting, { least = 0, most = Infinity }) {
  if (setting === undefined || (setting >= least && setting <= most)) return "";
  if (most === Infinity) return `at least ${least} s`;
  return least ? `${least} to ${most} s` : `at most ${most} s`;
}

/** A whole number of seconds from 1 to a year; anything else is no setting. @param {string | null} text */
export function settingFrom(text) {
  const seconds = /^\d{1,8}$/.test(text ?? "") ? Number(text) : 0;
  return seconds >= 1 && seconds <= 366 * UNITS.d ? seconds : undefined;
}

/**
 * @param {string} fragment of an address: `hops=nginx,aws-alb&nginx.idle=120`
 * @param {Hop[]} hops those there are
 * @returns {Link[]} in the fragment's order; what is not known is left out
 */
export function chainFrom(fragment, hops) {
  const query = new URLSearchParams(fragment);
  const names = [...new Set((query.get("hops") ?? "").split(","))];
  return names.flatMap((id) => {
    const hop = hops.find((one) => one.id === id);
    if (!hop) return [];
    /** @type {Link} */ const link = { hop };
    const idle = settingFrom(query.get(`${id}.idle`));
    const lifetime = settingFrom(query.get(`${id}.lifetime`));
    if (idle && hop.idle.settable) link.idle = idle;
    if (lifetime && hop.lifetime.settable) link.lifetime = lifetime;
    return [link];
  });
}

/** @param {Link[]} chain @returns {string} "" for an empty one */
export function fragmentFrom(chain) {
  if (chain.length === 0) return "";
  const settings = chain.flatMap(({ hop, idle, lifetime }) => [
    ...(idle ? [`${hop.id}.idle=${idle}`] : []),
    ...(lifetime ? [`${hop.id}.lifetime=${lifetime}`] : []),
  ]);
  return [`hops=${chain.map(({ hop }) => hop.id).join(",")}`, ...settings].join("&");
}

/** @param {Link[]} chain @param {"idle" | "lifetime"} which @returns {Shortest | null} */
function shortest(chain, which) {
  const limits = chain.flatMap((link) => {
    const limit = link.hop[which];
    const set = accepted(link[which], limit) ? undefined : link[which];
    const seconds = set ?? limit.seconds;
    return seconds === null ? [] : [{ seconds, name: link.hop.name }];
  });
  if (limits.length === 0) return null;
  const seconds = Math.min(...limits.map((limit) => limit.seconds));
  return { seconds, names: limits.filter((limit) => limit.seconds === seconds).map(({ name }) => name) };
}

/** @param {Link[]} chain @returns {Verdict} */
export function verdict(chain) {
  const idle = shortest(chain, "idle");
  const unpublished = chain.filter(({ hop }) => hop.idle.kind === "unpublished").map(({ hop }) => hop.name);
  const intervals = [...(idle ? [heartbeat(idle.seconds)] : []), ...(unpublished.length ? [UNPUBLISHED] : [])];
  return {
    idle,
    interval: intervals.length ? Math.min(...intervals) : null,
    lifetime: shortest(chain, "lifetime"),
    unpublished,
  };
}

/** Whole seconds, and below one tenths. @param {number} limit in seconds */
function heartbeat(limit) {
  const third = limit / WITHIN;
  return third >= 1 ? Math.floor(third) : Math.floor(third * 10) / 10;
}

/** `90 s`, `4 min`, `2 h`: the largest unit in which it is a whole number. @param {number} seconds */
export function printSeconds(seconds) {
  const unit = ["d", "h", "min"].find((name) => seconds % UNITS[name] === 0) ?? "s";
  return `${seconds / UNITS[unit]} ${unit}`;
}
