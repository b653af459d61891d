/**
 * What close codes are called: RFC 6455 §7.4, and the IANA registry for 1012 to 1014 and from 3000.
 * @module
 */

/** @type {Record<number, string>} */
const NAMES = {
  1000: "Normal Closure",
  1001: "Going Away",
  1002: "Protocol Error",
  1003: "Unsupported Data",
  1004: "Reserved",
  1005: "No Status Received",
  1006: "Abnormal Closure",
  1007: "Invalid Frame Payload Data",
  1008: "Policy Violation",
  1009: "Message Too Big",
  1010: "Mandatory Extension",
  1011: "Internal Error",
  1012: "Service Restart",
  1013: "Try Again Later",
  1014: "Bad Gateway",
  1015: "TLS Handshake",
  3000: "Unauthorized",
  3003: "Forbidden",
  3008: "Timeout",
};

/**
 * @param {number} code
 * @returns {string}
 */
export function closeName(code) {
  if (NAMES[code]) return NAMES[code];
  if (code >= 1000 && code <= 2999) return "Not defined";
  if (code >= 3000 && code <= 3999) return "Registered use";
  if (code >= 4000 && code <= 4999) return "Private use";
  return "Not valid";
}
