/**
 * Examples for the inspector, by name: those of RFC 6455 §1.3 and §5.7 and of RFC 7692 §7.2.3, and a
 * frame that breaks a rule.
 * @module
 */

/** @type {Record<string, { from: "client" | "server" | "", text: string, deflate?: boolean }>} */
export const INSPECTED = {
  "Text “Hello” from a server": { from: "server", text: "81 05 48 65 6c 6c 6f" },
  "Text “Hello” from a client, masked": { from: "client", text: "81 85 37 fa 21 3d 7f 9f 4d 51 58" },
  "Text in two fragments": { from: "server", text: "01 03 48 65 6c 80 02 6c 6f" },
  "Ping": { from: "server", text: "89 05 48 65 6c 6c 6f" },
  "Pong from a client": { from: "client", text: "8a 85 37 fa 21 3d 7f 9f 4d 51 58" },
  "256 bytes": { from: "server", text: `82 7e 01 00${" 00".repeat(256)}` },
  "Compressed text, twice": { from: "server", deflate: true, text: "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00" },
  "Close 1000 “done”": { from: "server", text: "88 06 03 e8 64 6f 6e 65" },
  "Close with a code that nobody may send": { from: "server", text: "88 02 03 ee" },
  "Opening handshake": {
    from: "",
    text: `GET /chat HTTP/1.1
Host: server.example.com
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
Origin: http://example.com
Sec-WebSocket-Protocol: chat, superchat
Sec-WebSocket-Version: 13

HTTP/1.1 101 Switching Protocols
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
Sec-WebSocket-Protocol: chat
`,
  },
};
