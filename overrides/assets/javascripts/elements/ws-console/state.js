/**
 * What the console knows of its connection.
 * @module
 */

/** @typedef {{ messages: number, bytes: number }} Count */

/**
 * @typedef {object} State
 * @property {"idle" | "connecting" | "open" | "closing" | "closed"} phase
 * @property {string} url resolved, or empty
 * @property {string[]} facts what was negotiated, or how it ended
 * @property {boolean} failed whether the last connection ended without a closing handshake
 * @property {string} status the last change, as a sentence
 * @property {Count} sent
 * @property {Count} received
 * @property {number[]} rtts the newest, in milliseconds
 * @property {boolean} measuring whether round trips are still being paired
 * @property {number} buffered
 * @property {{ sent: number, times: number, waiting: boolean } | null} repeat
 */

/** @returns {State} */
export const unconnected = () => ({
  phase: "idle",
  url: "",
  facts: [],
  failed: false,
  status: "",
  sent: { messages: 0, bytes: 0 },
  received: { messages: 0, bytes: 0 },
  rtts: [],
  measuring: true,
  buffered: 0,
  repeat: null,
});
