/**
 * Follows the board, and posts, on one WebSocket connection.
 * @param {string} address of the socket
 * @param {(text: string | null) => void} show called with each note; with null where something was missed
 */
export function join(address, show) {
  let last = "";
  /** @type {WebSocket} */ let socket;
  // --8<-- [start:follow]
  const url = new URL(address, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  let wait = 1000;
  function open() {
    if (last) url.searchParams.set("after", last);
    socket = new WebSocket(url);
    socket.onmessage = (event) => {
      const { id, kind, text } = JSON.parse(event.data);
      last = id;
      wait = 1000;
      if (kind !== "position") show(kind === "gap" ? null : text);
    };
    socket.onclose = () => {
      setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(2 * wait, 30_000);
    };
  }
  // --8<-- [end:follow]
  open();
  return {
    // --8<-- [start:post]
    /** @param {string} text */
    async post(text) {
      if (socket.readyState !== WebSocket.OPEN) throw new Error("not connected");
      socket.send(text); // nothing tells whether it arrives
    },
    // --8<-- [end:post]
  };
}
