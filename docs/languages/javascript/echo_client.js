// Send one text and one binary message to an echo server and check what comes back.

// --8<-- [start:run]
const MESSAGES = ["Hello, WebSocket! ✓", new Uint8Array([0x00, 0x7f, 0x80, 0xff])];

/**
 * @param {string} url
 * @param {(line: string) => void} print
 */
export async function run(url, print) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer"; // "blob" is the default
  const deadline = AbortSignal.timeout(6000);
  try {
    await next(socket, "open", deadline);
    for (const message of MESSAGES) {
      const received = next(socket, "message", deadline); // before the sending
      socket.send(message);
      print(checked(message, (await received).data));
    }
  } finally {
    socket.close(1000);
  }
}
// --8<-- [end:run]

// --8<-- [start:next]
/** The next event of a type; rejects where the connection ends or the time is over. */
function next(socket, type, deadline) {
  return new Promise((resolve, reject) => {
    const options = { once: true };
    socket.addEventListener(type, resolve, options);
    socket.addEventListener(
      "close",
      ({ code }) => reject(new Error(`closed with ${code}`)),
      options,
    );
    deadline.addEventListener("abort", () => reject(new Error("no answer in 6 s")), options);
  });
}

function checked(message, data) {
  if (typeof message === "string") {
    if (data !== message) throw new Error(`sent ${message}, received ${data}`);
    return `text: ${data}`;
  }
  if (!(data instanceof ArrayBuffer)) throw new Error(`sent bytes, received ${data}`);
  const bytes = new Uint8Array(data);
  if (String(bytes) !== String(message)) throw new Error(`sent ${message}, received ${bytes}`);
  return `binary: ${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}
// --8<-- [end:next]
