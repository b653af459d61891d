/**
 * A frame from the fields of a form, also one that breaks the rules.
 * @module
 */

import { HexError, encodeUtf8, parseHex } from "../../lib/bytes.js";
import { canInflate, deflate } from "../../lib/deflate.js";
import { CLOSE, encodeClose, encodeFrame } from "../../lib/frame.js";

/** @returns {Uint8Array<ArrayBuffer>} */
export function randomMask() {
  return crypto.getRandomValues(new Uint8Array(4));
}

/** What a frame may hold here: what is more belongs in no text field. */
const LIMIT = 65_536;

/**
 * @param {Record<string, string>} values of the form's fields
 * @returns {Promise<{ bytes: Uint8Array | null, problem: string | null }>}
 */
export async function built({ opcode, fin, rsv1, rsv2, rsv3, mask = "", form = "", kind = "text", payload = "", code = "", compress }) {
  const wrong = (/** @type {string} */ problem) => ({ bytes: null, problem });
  try {
    let data = kind === "hex" ? parseHex(payload) : encodeUtf8(payload);
    if (data.length > LIMIT) return wrong("A payload of up to 65,536 bytes can be built here.");
    if (Number(opcode) === CLOSE) {
      if (code !== "" && !/^\d{1,5}$/.test(code.trim())) return wrong("The close code is a number of up to 65535.");
      if (code === "" && data.length) return wrong("A reason needs a code before it.");
      if (Number(code) > 65_535) return wrong("The close code has two bytes: 65535 is the largest.");
      data = encodeClose(code === "" ? null : Number(code), data);
    }
    if (compress && !canInflate()) return wrong("This browser has no compressor for deflate-raw.");
    if (compress) data = await deflate(data);
    const key = mask.trim() === "" ? null : parseHex(mask);
    if (key && key.length !== 4) return wrong(`A masking key has 4 bytes; this one has ${key.length}.`);
    const rsv = [rsv1 || compress, rsv2, rsv3].map((set) => (set ? 1 : 0));
    const bits = /** @type {7 | 16 | 64 | undefined} */ (form === "" ? undefined : Number(form));
    return { bytes: encodeFrame({ opcode: Number(opcode), fin: Boolean(fin), rsv, mask: key, form: bits, data }), problem: null };
  } catch (error) {
    if (error instanceof HexError) return wrong(error.message);
    if (error instanceof RangeError) return wrong(`This form of the length cannot hold the payload: ${error.message}.`);
    throw error;
  }
}
