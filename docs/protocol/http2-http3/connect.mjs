// Opens a WebSocket connection inside an HTTP/2 connection: node connect.mjs http://127.0.0.1:8441
import { connect, constants } from "node:http2";

const [url] = process.argv.slice(2);
if (!url) {
  console.error("usage: node connect.mjs http://HOST:PORT");
  process.exit(2);
}
const stop = (/** @type {Error} */ error) => {
  console.error(error.message);
  process.exit(1);
};
setTimeout(stop, 8000, new Error("no answer within 8 s")).unref();

// --8<-- [start:connect]
const session = connect(url);
session.on("error", stop);
session.on("remoteSettings", ({ enableConnectProtocol }) => {
  console.log("SETTINGS_ENABLE_CONNECT_PROTOCOL:", enableConnectProtocol);
  if (!enableConnectProtocol) stop(new Error("the server does not take extended CONNECT"));
  const stream = session.request(
    {
      ":method": "CONNECT",
      ":protocol": "websocket",
      ":scheme": "http",
      ":path": "/chat",
      origin: "http://example.com",
      "sec-websocket-version": "13",
      "sec-websocket-protocol": "chat",
    },
    { endStream: false },
  );
  stream.on("error", stop);
  stream.on("response", (headers) => {
    console.log("status:", headers[constants.HTTP2_HEADER_STATUS]);
    // RFC 6455, section 5.7: a masked text frame, "Hello". Take a new random key for each of yours.
    stream.write(Buffer.from("818537fa213d7f9f4d5158", "hex"));
  });
  stream.on("data", (bytes) => {
    console.log("received:", bytes.toString("hex"));
    // The echo came: close with 1000, masked with the same key. The close frame came: end the stream.
    if (bytes[0] === 0x81) stream.end(Buffer.from("888237fa213d3412", "hex"));
    if (bytes[0] === 0x88) stream.close(constants.NGHTTP2_CANCEL, () => session.close());
  });
});
// --8<-- [end:connect]
