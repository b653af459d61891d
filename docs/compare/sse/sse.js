/**
 * Follows the board by server-sent events, and posts by requests.
 * @param {string} address of the events
 * @param {string} notes address to post to
 * @param {(text: string | null) => void} show called with each note; with null where something was missed
 */
export function join(address, notes, show) {
  let last = "";
  /** @type {EventSource} */ let source;
  // --8<-- [start:follow]
  function open() {
    source = new EventSource(last ? `${address}?after=${last}` : address);
    for (const kind of ["position", "message", "gap"]) {
      source.addEventListener(kind, ({ lastEventId, data }) => {
        last = lastEventId;
        if (kind !== "position") show(kind === "gap" ? null : data);
      });
    }
    source.onerror = () => {
      // A lost line is the browser's to mend. An answer such as 502 is the end of this object.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 1000 + 4000 * Math.random());
    };
  }
  // --8<-- [end:follow]
  open();
  return {
    // --8<-- [start:post]
    /** @param {string} text */
    async post(text) {
      const response = await fetch(notes, { method: "POST", body: text });
      if (!response.ok) throw new Error(`not posted: ${response.status} ${await response.text()}`);
    },
    // --8<-- [end:post]
  };
}
