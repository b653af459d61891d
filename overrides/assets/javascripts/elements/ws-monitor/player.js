/**
 * A recorded session as a source of session events, in the time it took.
 * @module
 */

import { parseHex } from "../../lib/bytes.js";

/** Milliseconds of the recording that are shown at once, so that there is something to read. */
const HEAD_START = 9000;
/** Milliseconds for which the end of the recording stands before it begins anew. */
const REST = 2000;

/** @typedef {import("../../lib/session.js").SessionEvent} SessionEvent */

export class Player {
  #next = 0;
  #position = 0;
  #startedAt = 0;
  #timer = 0;
  #running = false;

  /**
   * @param {{recorded: string, events: any[]}} recording
   * @param {(event: SessionEvent) => void} dispatch
   * @throws {Error} where the recording has no date or no events
   */
  constructor(recording, dispatch) {
    this.recorded = new Date(recording.recorded).toISOString().slice(0, 10);
    this.events = recording.events.map(revive);
    const begin = this.events[0].at;
    this.begin = begin + Math.min(HEAD_START, (this.events.at(-1).at - begin) / 2);
    this.dispatch = dispatch;
  }

  /** @returns {number} the time on the recording's own clock */
  now() {
    const elapsed = this.#running ? performance.now() - this.#startedAt : 0;
    return this.#position + elapsed;
  }

  start() {
    this.#position = this.begin;
    this.#next = 0;
    this.#run();
  }

  pause() {
    this.#position = this.now();
    this.#running = false;
    clearTimeout(this.#timer);
  }

  resume() {
    if (!this.#running) this.#run();
  }

  #run() {
    this.#running = true;
    this.#startedAt = performance.now();
    this.#play();
  }

  #play() {
    const now = this.now();
    while (this.#next < this.events.length && this.events[this.#next].at <= now) {
      this.dispatch(this.events[this.#next++]);
    }
    if (this.#next === this.events.length) {
      this.#timer = setTimeout(() => this.start(), REST);
      return;
    }
    this.#timer = setTimeout(() => this.#play(), this.events[this.#next].at - now);
  }
}

/**
 * @param {any} event as stored: binary data as `{"hex": "…"}`
 * @returns {SessionEvent}
 */
function revive(event) {
  return event.data?.hex === undefined ? event : { ...event, data: parseHex(event.data.hex) };
}
