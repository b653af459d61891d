/**
 * Bytes of frames, as pages show them, in words.
 * @module
 */

import { inflate } from "./deflate.js";
import { frameTitle } from "./frame-title.js";
import { TEXT } from "./frame.js";
import { decodeFrames } from "./frame-decoder.js";
import { parsePaste } from "./paste.js";

/**
 * @param {string} text the bytes of whole frames, with permessage-deflate negotiated
 * @param {import("./frame-rules.js").Side | null} sender
 * @returns {Promise<string>} such as: text “Hel” (more follow); continuation “lo”
 */
export async function describe(text, sender) {
  const { frames, rest } = decodeFrames(parsePaste(text).bytes, { sender, compression: true });
  const titles = [];
  let kind = TEXT;
  for (const frame of frames) {
    if (frame.opcode === 1 || frame.opcode === 2) kind = frame.opcode;
    const compressed = frame.message?.compressed && frame.opcode !== 0;
    const inflated = compressed ? await inflate(frame.data) : null;
    const title = frameTitle(frame, { text: kind === TEXT, compression: true, inflated });
    const [problem] = frame.problems;
    titles.push(`${title}${problem ? verdict(problem.code) : ""}`);
  }
  if (rest.length) titles.push(`${rest.length} bytes of a frame that breaks off`);
  return titles.join("; ");
}

/** @param {number | null} code */
function verdict(code) {
  return code === null ? ", which is discarded" : `, which fails the connection with ${code}`;
}
