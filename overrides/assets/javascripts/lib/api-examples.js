/**
 * The calls that the page of the WebSocket API runs, each as the function that is run. `WebSocket` is
 * the browser's own, watched so that what an example opened is closed after it.
 * @module
 */

/**
 * @typedef {object} Tools
 * @property {typeof globalThis.WebSocket} WebSocket
 * @property {string} url the echo server's
 * @property {<T extends EventTarget>(socket: T) => Promise<T>} opened waits for the event open
 * @property {(socket: EventTarget, type: string) => Promise<any>} next waits for an event
 */

/** @type {Record<string, (tools: Tools) => any>} */
export const EXAMPLES = {
  "constructor-state": ({ WebSocket, url }) => new WebSocket(url).readyState,
  "constructor-https": ({ WebSocket }) => new WebSocket("https://127.0.0.1:1/").url,
  "constructor-protocol": async ({ WebSocket, url, opened }) =>
    (await opened(new WebSocket(url, ["v1.report.websocket.org"]))).protocol,
  "constructor-nothing": ({ WebSocket }) => new WebSocket(),
  "constructor-without-new": ({ WebSocket, url }) => WebSocket(url),
  "constructor-unparsable": ({ WebSocket }) => new WebSocket("wss://["),
  "constructor-scheme": ({ WebSocket }) => new WebSocket("ftp://example.com/"),
  "constructor-fragment": ({ WebSocket, url }) => new WebSocket(url + "#top"),
  "constructor-twice": ({ WebSocket, url }) => new WebSocket(url, ["a", "a"]),
  "constructor-empty": ({ WebSocket, url }) => new WebSocket(url, ""),
  "constructor-space": ({ WebSocket, url }) => new WebSocket(url, "a b"),
  "send-connecting": ({ WebSocket, url }) => new WebSocket(url).send("early"),
  "send-nothing": async ({ WebSocket, url, opened }) => {
    const socket = await opened(new WebSocket(url));
    return socket.send();
  },
  "send-text": async ({ WebSocket, url, opened, next }) => {
    const socket = await opened(new WebSocket(url));
    socket.send("héllo");
    return (await next(socket, "message")).data;
  },
  "send-object": async ({ WebSocket, url, opened, next }) => {
    const socket = await opened(new WebSocket(url));
    socket.send({ a: 1 });
    return (await next(socket, "message")).data;
  },
  "send-blob": async ({ WebSocket, url, opened, next }) => {
    const socket = await opened(new WebSocket(url));
    socket.send(new Uint8Array([1, 2, 3]));
    return (await next(socket, "message")).data.constructor.name;
  },
  "send-buffer": async ({ WebSocket, url, opened, next }) => {
    const socket = await opened(new WebSocket(url));
    socket.binaryType = "arraybuffer";
    socket.send(new Uint8Array([1, 2, 3]));
    return (await next(socket, "message")).data.constructor.name;
  },
  "send-closed": async ({ WebSocket, url, opened, next }) => {
    const socket = await opened(new WebSocket(url));
    socket.close();
    await next(socket, "close");
    socket.send("late");
    return socket.bufferedAmount;
  },
  "close-code": ({ WebSocket, url }) => new WebSocket(url).close(1001),
  "close-clamp": ({ WebSocket, url }) => new WebSocket(url).close(70000),
  "close-reason": ({ WebSocket, url }) => new WebSocket(url).close(1000, "x".repeat(124)),
  "close-plain": async ({ WebSocket, url, opened, next }) => {
    const socket = await opened(new WebSocket(url));
    socket.close();
    return (await next(socket, "close")).code;
  },
  "close-own": async ({ WebSocket, url, opened, next }) => {
    const socket = await opened(new WebSocket(url));
    socket.close(4000, "bye");
    return (await next(socket, "close")).code;
  },
  "close-state": async ({ WebSocket, url, opened }) => {
    const socket = await opened(new WebSocket(url));
    socket.close();
    return socket.readyState;
  },
  "close-connecting": async ({ WebSocket, url, next }) => {
    const socket = new WebSocket(url);
    socket.close();
    return (await next(socket, "close")).code;
  },
  "attribute-binary": ({ WebSocket, url }) => {
    const socket = new WebSocket(url);
    socket.binaryType = "nodebuffer";
    return socket.binaryType;
  },
  "attribute-buffered": async ({ WebSocket, url, opened }) => {
    const socket = await opened(new WebSocket(url));
    socket.send("é");
    return socket.bufferedAmount;
  },
  "event-origin": async ({ WebSocket, url, opened, next }) => {
    const socket = await opened(new WebSocket(url));
    socket.send("x");
    return (await next(socket, "message")).origin === new URL(url).origin;
  },
  "event-default": () => new CloseEvent("close").code,
  "event-made": () => new CloseEvent("close", { code: 4000 }).code,
  "stream-protocol": async ({ url }) => {
    const stream = new WebSocketStream(url, { protocols: ["v1.report.websocket.org"] });
    const { protocol } = await stream.opened;
    stream.close();
    return protocol;
  },
  "stream-abort": ({ url }) => new WebSocketStream(url, { signal: AbortSignal.abort() }).opened,
  "stream-message": async ({ url }) => {
    const stream = new WebSocketStream(url);
    const { readable, writable } = await stream.opened;
    await writable.getWriter().write("hello");
    const { value } = await readable.getReader().read();
    stream.close();
    return value;
  },
  "stream-closed": async ({ url }) => {
    const stream = new WebSocketStream(url);
    await stream.opened;
    stream.close({ closeCode: 4000, reason: "bye" });
    return (await stream.closed).closeCode;
  },
};
