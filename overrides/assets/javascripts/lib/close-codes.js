/**
 * Close codes: what they are called, what they mean, which ones a script may send.
 * RFC 6455 §7.4, the IANA registry for 1012 to 1014 and from 3000, and the WHATWG's close() method.
 * @module
 */

import { encodeUtf8 } from "./bytes.js";
import { closeName } from "./close-names.js";

/** Bytes of UTF-8: a control frame's payload is at most 125, two of which are the code. */
export const MAX_REASON_BYTES = 123;

/**
 * @typedef {object} CloseCode
 * @property {string} name
 * @property {string} meaning a sentence
 * @property {string} next what to try, a sentence
 */

/** @type {Record<number, Omit<CloseCode, "name">>} */
const DEFINED = {
  1000: {
    meaning: "The connection has done what it was opened for.",
    next: "Nothing to mend. A client that did not expect it should ask the server’s log why it closed.",
  },
  1001: {
    meaning: "That end goes away: a server shuts down, or a browser leaves the page.",
    next: "Connect again after a random delay.",
  },
  1002: {
    meaning: "One end received something that RFC 6455 does not allow.",
    next: "Look for a proxy or a library that writes broken frames; capture the bytes.",
  },
  1003: {
    meaning: "One end received a type of data that it does not accept, such as binary where it takes only text.",
    next: "Send the same content as the other type.",
  },
  1004: {
    meaning: "No meaning is defined for this code.",
    next: "Whoever sends it should choose a defined code, or one from 4000 to 4999.",
  },
  1005: {
    meaning: "A close frame arrived without a code. 1005 itself is never sent; the browser reports it.",
    next: "Nothing to mend. A server that passes a code to its close call says more.",
  },
  1006: {
    meaning: "The connection ended without a close frame. 1006 itself is never sent; the browser reports it.",
    next: "Look at the server’s log, then at idle timeouts of the proxies between.",
  },
  1007: {
    meaning: "One end received data that does not fit the message’s type, such as a text message that is not UTF-8.",
    next: "Send bytes that are not text as binary.",
  },
  1008: {
    meaning: "One end received a message against its policy. Servers use it for whatever no other code fits: authentication, rate limits, origins.",
    next: "Read the reason, then the server’s documentation or log.",
  },
  1009: {
    meaning: "One end received a message larger than it accepts.",
    next: "Send smaller messages, or raise the limit of the end that closed.",
  },
  1010: {
    meaning: "A client gave up because the server did not negotiate an extension it needs.",
    next: "Look at Sec-WebSocket-Extensions in both halves of the handshake.",
  },
  1011: {
    meaning: "The server met an unexpected condition, in most cases an exception in its own code.",
    next: "Look at the server’s log at this time.",
  },
  1012: {
    meaning: "The server restarts.",
    next: "Connect again after a random delay, so that not all clients return at once.",
  },
  1013: {
    meaning: "The server cannot serve this connection at the moment, for example because it is overloaded.",
    next: "Connect again later, or to another address of the service.",
  },
  1014: {
    meaning: "A gateway or proxy received an invalid response from the server behind it.",
    next: "Look at the log of the proxy, then at the server behind it.",
  },
  1015: {
    meaning: "A TLS handshake failed. 1015 itself may not be sent, and browsers report 1006 instead.",
    next: "Check the certificate. If the code came in a close frame, the server sends it by mistake.",
  },
  3000: {
    meaning: "The other end wants credentials that are missing or have expired, as with HTTP 401.",
    next: "Get new credentials, then connect again.",
  },
  3003: {
    meaning: "The other end knows who you are and does not allow it, as with HTTP 403.",
    next: "Ask the service for the right; connecting again changes nothing.",
  },
  3008: {
    meaning: "An answer at the application’s level took too long, as with HTTP 408.",
    next: "Connect again after a random delay.",
  },
};

/**
 * @param {number} code
 * @returns {CloseCode}
 */
export function closeCode(code) {
  return { name: closeName(code), ...explained(code) };
}

/** @param {number} code */
function explained(code) {
  if (DEFINED[code]) return DEFINED[code];
  if (code >= 1000 && code <= 2999) {
    return {
      meaning: "1000 to 2999 belong to the protocol and its extensions; this one has no meaning yet.",
      next: "Whoever sends it should choose a defined code, or one from 4000 to 4999.",
    };
  }
  if (code >= 3000 && code <= 3999) {
    return {
      meaning: "3000 to 3999 are for libraries, frameworks and applications, which register them with IANA.",
      next: "Look the code up in the documentation of the framework at the other end.",
    };
  }
  if (code >= 4000 && code <= 4999) {
    return {
      meaning: "4000 to 4999 mean what this application agreed on; no registry lists them.",
      next: "Look the code up in the documentation of the service.",
    };
  }
  return {
    meaning: "Close codes are 1000 to 4999.",
    next: "Choose 1000, or one from 3000 to 4999.",
  };
}

/** Whether a close frame may carry it, from a server at least. @param {number} code */
export function mayTravel(code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/**
 * @typedef {object} CloseProblem
 * @property {"code" | "reason"} field
 * @property {string} message which rule is broken, and how to keep it
 * @property {boolean} tried whether the browser itself refuses it when asked; otherwise it would do
 *   something else than what was typed
 */

/**
 * What is wrong with the arguments of `close(code, reason)`, and why.
 * @param {string} code as typed; empty means none
 * @param {string} reason
 * @returns {CloseProblem[]} empty where the call is allowed
 */
export function closeProblems(code, reason) {
  /** @type {CloseProblem[]} */
  const problems = [];
  const typed = code.trim();
  const message = typed === "" ? reasonWithoutCode(reason) : codeProblem(typed);
  if (message) problems.push({ field: "code", message, tried: WHOLE.test(typed) });
  const { length } = encodeUtf8(reason);
  if (length > MAX_REASON_BYTES) {
    const characters = [...reason].length;
    const counted = characters === length ? "" : ` (in ${characters} characters)`;
    problems.push({
      field: "reason",
      tried: true,
      message:
        `The reason is ${length} bytes of UTF-8${counted}, ${length - MAX_REASON_BYTES} too many. ` +
        `A close frame holds 125 bytes, two of them the code, so ${MAX_REASON_BYTES} are left.`,
    });
  }
  return problems;
}

/** @param {string} reason */
function reasonWithoutCode(reason) {
  if (reason === "") return null;
  return "A reason needs a code: in the close frame it stands after the code’s two bytes.";
}

/** Decimal digits: a browser would round 1000.4 to 1000, and read a word as 0. */
const WHOLE = /^[+-]?\d+$/;

/** @param {string} typed */
function codeProblem(typed) {
  const code = Number(typed);
  const rule = "A script may pass only 1000, or a number from 3000 to 4999.";
  if (!WHOLE.test(typed)) return `“${typed}” is not a whole number. ${rule}`;
  if (code === 1000 || (code >= 3000 && code <= 4999)) return null;
  if (code >= 1000 && code <= 1015) return `${rule} ${WHY_NOT[code] ?? WHY_NOT.protocol}`;
  if (code >= 1016 && code <= 2999) return `${rule} 1016 to 2999 are reserved for the protocol.`;
  return `${rule} ${code} is no close code.`;
}

/** @type {Record<string | number, string>} */
const WHY_NOT = {
  protocol: "Other codes up to 1015 are for the protocol and for servers; 4000 to 4999 are yours.",
  1001: "1001 (Going Away) is the browser’s own: it sends it when the page goes away.",
  1004: "1004 is reserved and means nothing.",
  1005: "1005 is never sent: it reports a close frame without a code. Leave the code empty to send one.",
  1006: "1006 is never sent: it reports that no close frame arrived.",
  1015: "1015 is never sent: it would report a failed TLS handshake.",
};
