/**
 * Bytes and their written forms: hexadecimal, UTF-8, base64, and the masking of RFC 6455 §5.3.
 * @module
 */

const encoder = new TextEncoder();

/** Hexadecimal that cannot be read: `offset` is where in the text, counted from 0. */
export class HexError extends Error {
  /**
   * @param {string} message what is wrong, in words
   * @param {number} offset
   */
  constructor(message, offset) {
    super(message);
    this.name = "HexError";
    this.offset = offset;
  }
}

/**
 * Reads pairs of hexadecimal digits. Between two bytes may stand white space, commas, colons,
 * hyphens and `0x`, so that what Wireshark, `xxd -p` or a debugger prints can be pasted.
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {HexError}
 */
export function parseHex(text) {
  const separators = /(?:[\s,:-]|0x)+/iy;
  const bytes = new Uint8Array(text.length >> 1);
  let count = 0;
  let offset = 0;
  while (offset < text.length) {
    separators.lastIndex = offset;
    if (separators.test(text)) {
      offset = separators.lastIndex;
      continue;
    }
    bytes[count++] = 16 * digit(text, offset) + digit(text, offset + 1);
    offset += 2;
  }
  return bytes.slice(0, count);
}

/**
 * @param {string} text
 * @param {number} offset
 */
function digit(text, offset) {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0x20);
  if (/^[0-9a-f]$/i.test(character)) return parseInt(character, 16);
  if (/^[\s,:-]$/.test(character)) {
    throw new HexError(
      `“${text[offset - 1]}” at offset ${offset - 1} is half a byte: write two digits for each byte, 0${text[offset - 1]} for a small one.`,
      offset - 1,
    );
  }
  throw new HexError(
    `“${character}” at offset ${offset} is not a hexadecimal digit (0 to 9, a to f).`,
    offset,
  );
}

/**
 * Two lowercase digits for each byte.
 * @param {Uint8Array} bytes
 * @param {string} [separator] between two bytes
 */
export function printHex(bytes, separator = " ") {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(separator);
}

/**
 * Offset, bytes and printable ASCII, line by line, as hex editors show them.
 * @param {Uint8Array} bytes
 * @param {number} [width] bytes in a line
 */
export function hexDump(bytes, width = 8) {
  const lines = [];
  for (let start = 0; start < bytes.length; start += width) {
    const part = bytes.subarray(start, start + width);
    const ascii = Array.from(part, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
    ).join("");
    const offset = start.toString(16).padStart(4, "0");
    lines.push(`${offset}  ${printHex(part).padEnd(3 * width - 1)}  ${ascii}`);
  }
  return lines.join("\n");
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>} its UTF-8; a lone surrogate becomes U+FFFD, as in `send()`
 */
export function encodeUtf8(text) {
  return encoder.encode(text);
}

/**
 * The first part of a text, cut between two code points, as a string of its own that does not
 * keep the whole text in memory.
 * @param {string} text
 * @param {number} limit in bytes of UTF-8
 */
export function headOfText(text, limit) {
  const buffer = new Uint8Array(limit);
  const { written } = encoder.encodeInto(text, buffer);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(buffer.subarray(0, written));
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export function equalBytes(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  const parts = [];
  // An argument list has a limit; this stays well under it.
  for (let start = 0; start < bytes.length; start += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  }
  return btoa(parts.join(""));
}

/**
 * Masks or unmasks: the same operation, RFC 6455 §5.3.
 * @param {Uint8Array} payload
 * @param {Uint8Array} key four bytes
 */
export function unmask(payload, key) {
  return payload.map((byte, index) => byte ^ key[index % 4]);
}
