// Prints the Sec-WebSocket-Accept value for the Sec-WebSocket-Key given as the only argument.

// --8<-- [start:accept]
import { createHash } from "node:crypto";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export function accept(key) {
  return createHash("sha1").update(key + GUID, "latin1").digest("base64");
}
// --8<-- [end:accept]

const [key, ...rest] = process.argv.slice(2);
if (key === undefined || rest.length > 0) {
  console.error("usage: node accept.mjs KEY");
  process.exit(1);
}
console.log(accept(key));
