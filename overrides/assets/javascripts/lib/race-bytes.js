/**
 * What a browser can count of what it receives. Headers of responses it is not told: Resource Timing
 * adds 300 bytes for them, whatever they were.
 * @module
 */

/**
 * A frame from a server, unfragmented and uncompressed (RFC 6455 §5.2).
 * @param {number} payload bytes
 */
export function frameBytes(payload) {
  return payload + (payload < 126 ? 2 : payload < 65_536 ? 4 : 10);
}

/**
 * A server-sent event of one `id` and one `data` line, in a chunk of its own (RFC 9112 §7.1).
 * @param {string} id
 * @param {number} data bytes
 */
export function eventBytes(id, data) {
  const lines = `id: ${id}\r\ndata: \r\n\r\n`.length + data;
  return lines + lines.toString(16).length + 4;
}
