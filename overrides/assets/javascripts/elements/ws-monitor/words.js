/**
 * What the state of the connection means, in words, and what to do next.
 * @module
 */

import { closeName } from "../../lib/close-names.js";
import { visible } from "../../lib/format.js";
import { SUBPROTOCOL } from "../../lib/report.js";
import { INTERVAL } from "./traffic.js";

/** Milliseconds without an echo after which the reader is told. */
const OVERDUE = 5000;

/**
 * @typedef {"" | "reader" | "unseen" | "protocol"} ClosedBy why this page closed the connection:
 *   the reader asked for it, nobody looked at it, the server broke the report protocol
 */

/**
 * @param {import("../../lib/session.js").Session} session
 * @param {{now: number, paused: boolean, closedBy: ClosedBy, playing: boolean}} context `now` on
 *   the session's clock
 * @returns {string}
 */
export function stateInWords(session, { now, paused, closedBy, playing }) {
  switch (session.phase) {
    case "idle":
      return "Connects when it comes into view.";
    case "connecting":
      return "Opening handshake sent; waiting for the server’s answer.";
    case "open":
      if (paused) {
        return "Paused: it sends nothing, and the picture stands still. The connection stays open.";
      }
      return session.inFlight.length > 0 && now - session.inFlight[0].at > OVERDUE
        ? `No echo for more than ${OVERDUE / 1000} s: the server or the network does not answer.`
        : `Sends a message every ${INTERVAL} s while you watch.`;
    case "closing":
      return session.openedAt === null
        ? "Giving up the opening handshake."
        : "Close frame sent; waiting for the server’s.";
    default:
      return why(session, closedBy) + (playing ? " Below: a recorded session." : "");
  }
}

/**
 * @param {import("../../lib/session.js").Session} session
 * @param {ClosedBy} closedBy
 */
function why({ url, openedAt, close, fault }, closedBy) {
  if (closedBy === "reader") {
    if (openedAt === null) return "You called it off before the server had answered.";
    return close?.clean
      ? "You closed it (1000, Normal Closure). Reconnect to start over."
      : "You closed it, and the server did not confirm that. Reconnect to start over.";
  }
  if (closedBy === "unseen") return "This page closed it, after five minutes out of your sight.";
  if (closedBy === "protocol") {
    return fault
      ? `The server broke the report protocol: ${fault}.`
      : `The server did not agree to report frames (${SUBPROTOCOL}).`;
  }
  if (url === "") return "No server is set up for this page.";
  if (openedAt === null) {
    // Only a browser that does not even try gives a reason here.
    if (close?.reason) return `The browser refuses to connect: ${close.reason}`;
    return "No server answered, or none that reports frames: a browser doesn’t tell which.";
  }
  if (!close || close.code === 1006) {
    return "The connection broke (1006): no close frame came. Server or network failed; reconnect.";
  }
  const reason = close.reason ? `, “${visible(close.reason)}”` : "";
  return `The server closed it with ${close.code} (${closeName(close.code)})${reason}. Reconnect to go on.`;
}
