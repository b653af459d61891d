/**
 * Puts a session into the panel.
 * @module
 */

import { duration, grouped, milliseconds, millisecondsValue } from "../../lib/format.js";
import { median, percentile } from "../../lib/statistics.js";
import { Feed } from "./feed.js";
import { drawSparkline } from "./sparkline.js";
import { Strip } from "./strip.js";
import { TEMPLATE } from "./template.js";
import { stateInWords } from "./words.js";

/** @typedef {import("../../lib/session.js").Session} Session */

/**
 * @typedef {object} Picture
 * @property {Session} live the reader's own connection
 * @property {Session} shown what the strip, the numbers and the feed show: `live` or a recording
 * @property {Session} held as `shown`, but standing still while paused
 * @property {number} now on the clock of `shown`
 * @property {string | null} recorded the date, where a recording is shown
 * @property {boolean} paused
 * @property {import("./words.js").ClosedBy} closedBy
 */

export class View {
  /** @param {HTMLElement} host */
  constructor(host) {
    host.innerHTML = TEMPLATE;
    const find = (/** @type {string} */ selector) =>
      /** @type {any} */ (host.querySelector(selector));
    this.host = host;
    this.form = /** @type {HTMLFormElement} */ (find("form"));
    this.input = /** @type {HTMLInputElement} */ (find("input"));
    this.send = /** @type {HTMLButtonElement} */ (find("form button"));
    this.pause = /** @type {HTMLButtonElement} */ (find("[data-action=pause]"));
    this.connect = /** @type {HTMLButtonElement} */ (find("[data-action=connect]"));
    this.spark = /** @type {HTMLElement} */ (find(".wm-spark"));
    this.strip = new Strip(find(".wm-strip svg"));
    this.feed = new Feed(find(".wm-log"), find("[data-action=newest]"));
    this.fields = new Map(
      [...host.querySelectorAll("[data-field]")].map((e) => [/** @type {any} */ (e).dataset.field, e]),
    );
  }

  /** @param {Picture} picture */
  render(picture) {
    this.#state(picture);
    this.#numbers(picture);
    this.#standing(picture.held);
  }

  /** Forgets the frames of another session. */
  clear() {
    this.strip.clear();
    this.feed.clear();
  }

  /** @param {Picture} picture */
  #state({ live, shown, now, paused, closedBy, recorded }) {
    const open = live.phase === "open";
    this.host.dataset.phase = live.phase;
    this.#put("state", live.phase.toUpperCase());
    this.#put("address", live.url || "no address");
    this.#put("words", stateInWords(live, { now, paused, closedBy, playing: recorded !== null }));
    const name = recorded ? "RECORDED" : sourceName(live, paused);
    this.host.dataset.source = name.toLowerCase();
    this.#put("source", name);
    this.#put("origin", recorded ?? "");
    this.#put("elapsed", recorded ? `up ${uptime(shown, now)}` : "");
    this.#put("uptime", uptime(live, now));
    this.pause.textContent = paused ? "Resume" : "Pause";
    const still = !open && !recorded;
    // The keyboard's place must not get lost with the button.
    if (still && document.activeElement === this.pause) this.connect.focus();
    this.pause.hidden = still;
    const again = live.openedAt === null ? "Try again" : "Reconnect";
    this.connect.textContent =
      { open: "Disconnect", closing: "Closing …", closed: again }[live.phase] ?? "Cancel";
    this.connect.hidden = live.phase === "idle";
    // Not `disabled`, which would take the focus away in the middle of it.
    this.connect.ariaDisabled = String(live.phase === "closing");
    this.send.ariaDisabled = String(!open);
    this.input.readOnly = !open;
    const idle = recorded ? "not connected; recorded above" : "not connected";
    this.input.placeholder = open ? "say something to the server" : idle;
    this.feed.log.ariaLabel = `${recorded ? "Recorded frames" : "Frames"}, newest last`;
  }

  /** @param {Picture} picture */
  #numbers({ shown: { sent, received, totals, rtts, pingRtt } }) {
    this.#put("sent", grouped(sent));
    this.#put("received", grouped(received));
    for (const direction of /** @type {const} */ (["in", "out"])) {
      const frames = totals?.[direction].frames;
      this.#put(`text-${direction}`, grouped(frames?.text ?? 0));
      this.#put(`binary-${direction}`, grouped(frames?.binary ?? 0));
      this.#put(`control-${direction}`, grouped((frames?.ping ?? 0) + (frames?.pong ?? 0)));
    }
    this.#put("rtt", millisecondsValue(rtts.at(-1) ?? null));
    this.#put("count", String(rtts.length));
    this.#put("median", millisecondsValue(median(rtts)));
    this.#put("p95", millisecondsValue(percentile(rtts, 95)));
    this.#put("ping", milliseconds(pingRtt));
  }

  /** @param {Session} session */
  #standing(session) {
    const division = this.strip.render(session);
    this.#put("scale", `${division < 1 ? division : grouped(division)} ms`);
    this.#put("error", session.offset ? `, ±\u00a0${milliseconds(session.offset.error)}` : "");
    drawSparkline(this.spark, session.rtts);
    this.feed.render(session);
  }

  /**
   * @param {string} field
   * @param {string} text
   */
  #put(field, text) {
    const target = /** @type {Element} */ (this.fields.get(field));
    // Written only where it changed: a status that is set again is announced again.
    if (target.textContent !== text) target.textContent = text;
  }
}

/**
 * @param {Session} session
 * @param {boolean} paused
 * @returns {string} what the picture is, in a word
 */
function sourceName({ phase, openedAt }, paused) {
  if (phase === "open") return paused ? "PAUSED" : "LIVE";
  if (openedAt !== null) return phase === "closed" ? "ENDED" : "ENDING";
  return phase === "closed" ? "NO SIGNAL" : "NOT YET";
}

/**
 * @param {Session} session
 * @param {number} now
 */
function uptime({ openedAt, closedAt }, now) {
  return duration(openedAt === null ? 0 : (closedAt ?? now) - openedAt);
}
