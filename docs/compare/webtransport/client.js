/**
 * A session over WebTransport where it can be had in time, else over WebSocket, with one face.
 * @module
 */

/**
 * @typedef {object} Session
 * @property {"webtransport" | "websocket"} via
 * @property {(position: Uint8Array<ArrayBuffer>) => void} move may be lost, where the way allows it
 * @property {(text: string) => Promise<string>} say comes back, or fails
 * @property {() => void} close
 * @typedef {{ resolve: (echo: string) => void, reject: (error: Error) => void }} Asked
 */

// --8<-- [start:open]
/**
 * @param {{ webtransport: string, websocket: string }} addresses
 * @param {(position: Uint8Array) => void} moved called with each position that comes
 * @param {{ patience?: number, hash?: Uint8Array<ArrayBuffer> }} [options] `patience` in milliseconds
 * @returns {Promise<Session>}
 */
export async function open(addresses, moved, { patience = 2000, hash } = {}) {
  if ("WebTransport" in globalThis) {
    const session = new WebTransport(addresses.webtransport, {
      serverCertificateHashes: hash ? [{ algorithm: "sha-256", value: hash }] : [],
    });
    session.closed.catch(() => {}); // said by `ready` too
    try {
      await Promise.race([session.ready, late(patience)]);
      return overWebTransport(session, moved);
    } catch (error) {
      console.info("no WebTransport:", error);
      session.ready.then(() => session.close(), () => {}); // it came after all: too late
    }
  }
  return overWebSocket(addresses.websocket, moved);
}

/** @param {number} milliseconds */
function late(milliseconds) {
  return new Promise((_, reject) => setTimeout(reject, milliseconds, new Error("took too long")));
}
// --8<-- [end:open]

// --8<-- [start:webtransport]
/**
 * @param {WebTransport} session
 * @param {(position: Uint8Array) => void} moved
 * @returns {Session}
 */
function overWebTransport(session, moved) {
  const { datagrams } = session;
  // Chromium 156 has only the older name, Safari only the newer.
  const writable = datagrams.createWritable?.() ?? datagrams.writable;
  const positions = writable.getWriter();
  read(datagrams.readable, moved).catch(() => {}); // ends with the session
  return {
    via: "webtransport",
    move: (position) => void positions.write(position).catch(() => {}),
    async say(text) {
      const stream = await session.createBidirectionalStream();
      const writer = stream.writable.getWriter();
      const sent = writer.write(new TextEncoder().encode(text)).then(() => writer.close());
      const [echo] = await Promise.all([new Response(stream.readable).text(), sent]);
      return echo;
    },
    close: () => session.close(),
  };
}

/**
 * @param {ReadableStream<Uint8Array>} from
 * @param {(position: Uint8Array) => void} moved
 */
async function read(from, moved) {
  const reader = from.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    moved(value);
  }
}
// --8<-- [end:webtransport]

// --8<-- [start:websocket]
/**
 * @param {string} address
 * @param {(position: Uint8Array) => void} moved
 * @returns {Promise<Session>}
 */
function overWebSocket(address, moved) {
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  /** @type {Asked[]} */
  const asked = [];
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") asked.shift()?.resolve(data);
    else moved(new Uint8Array(data));
  };
  return new Promise((resolve, reject) => {
    socket.onclose = ({ code }) => {
      const error = new Error(`closed with ${code}`);
      reject(error); // does nothing once it is open
      for (const one of asked.splice(0)) one.reject(error);
    };
    socket.onopen = () => resolve({
      via: "websocket",
      move: (position) => socket.send(position),
      say: (text) => new Promise((resolve, reject) => {
        if (socket.readyState !== WebSocket.OPEN) throw new Error("not connected");
        asked.push({ resolve, reject });
        socket.send(text);
      }),
      close: () => socket.close(1000),
    });
  });
}
// --8<-- [end:websocket]
