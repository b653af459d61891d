/**
 * The recorded connection that `<wire-trace>` shows until the reader connects.
 * @module
 */

import { parseHex } from "../../lib/bytes.js";

/** @typedef {import("../../lib/session.js").SessionEvent} SessionEvent */

const ADDRESS = new URL("../../../recordings/trace.json", import.meta.url);

/**
 * @param {AbortSignal} signal
 * @returns {Promise<{day: string, browser: string, events: SessionEvent[]}>}
 * @throws {Error} where it cannot be loaded
 */
export async function loadRecording(signal) {
  const response = await fetch(ADDRESS, { signal });
  const { recorded, browser, events } = await response.json();
  return { day: new Date(recorded).toISOString().slice(0, 10), browser, events: events.map(revive) };
}

/**
 * @param {any} event as recorded: bytes as `{"hex": "…", "length": …}`, the first of them
 * @returns {SessionEvent}
 */
function revive(event) {
  if (event.data?.hex === undefined) return event;
  const data = new Uint8Array(event.data.length);
  data.set(parseHex(event.data.hex));
  return { ...event, data };
}
