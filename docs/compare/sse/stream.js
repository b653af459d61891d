/**
 * The events in the answer to a fetch(), which may have been a POST with headers of its own.
 * @param {Response} response
 */
// --8<-- [start:events]
export async function* events(response) {
  if (!response.ok || !response.body) throw new Error(`no events: ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let [rest, id, kind, data] = ["", "", "", /** @type {string | undefined} */ (undefined)];
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split(/\r\n|\n|\r(?=.)/s);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [, field, value] = /** @type {string[]} */ (line.match(/^([^:]*):? ?(.*)$/s));
        if (field === "data") data = data === undefined ? value : `${data}\n${value}`;
        else if (field === "event") kind = value;
        else if (field === "id") id = value;
        else if (line === "") {
          if (data !== undefined) yield { kind: kind || "message", id, data };
          [kind, data] = ["", undefined];
        }
      }
    }
  } finally {
    await reader.cancel();
  }
}
// --8<-- [end:events]
