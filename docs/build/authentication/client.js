/** The four ways in a page. Each returns an open or opening WebSocket. */

/** The browser adds the cookie: the page neither sees nor needs it. */
// --8<-- [start:cookie]
export const byCookie = (host) => new WebSocket(`${host}/by-cookie`);
// --8<-- [end:cookie]

// --8<-- [start:ticket]
export async function byTicket(host) {
  const answer = await fetch("/ticket", { method: "POST" }); // with the cookie
  if (!answer.ok) throw new Error(`no ticket: status ${answer.status}`);
  const { ticket } = await answer.json();
  return new WebSocket(`${host}/by-ticket?ticket=${encodeURIComponent(ticket)}`);
}
// --8<-- [end:ticket]

// --8<-- [start:first]
export function byFirstMessage(host, token) {
  const socket = new WebSocket(`${host}/by-first-message`);
  socket.addEventListener("open", () => socket.send(token), { once: true });
  return socket; // wait for its first message before you send more
}
// --8<-- [end:first]

// --8<-- [start:subprotocol]
export const bySubprotocol = (host, token) =>
  new WebSocket(`${host}/by-subprotocol`, ["app.v1", `token.${token}`]);
// --8<-- [end:subprotocol]
