/**
 * What can be said about a connection before it is tried, and after it failed.
 * @module
 */

import { blockedPort } from "./blocked-ports.js";
import { closeCode } from "./close-codes.js";

/** @typedef {import("./console-log.js").Explanation} Explanation */

/**
 * Reads an address as the WebSocket constructor does, WHATWG WebSockets, "Interface definition".
 * @param {string} typed
 * @param {string} base address of the page
 * @returns {{ url: string, hint: string | null } | { problem: string }} `url` is ws: or wss:
 */
export function readAddress(typed, base) {
  const text = typed.trim();
  if (text === "") return { problem: "Enter an address, such as wss://example.com/socket." };
  let url;
  try {
    url = new URL(text, base);
  } catch {
    return { problem: "This cannot be read as an address: check the host name and the port." };
  }
  // A URL with an unknown scheme does not take another one, but http: and https: do.
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (!["ws:", "wss:"].includes(url.protocol)) {
    const host = /^[\w.-]+:\d+(?:$|[/?])/.test(text);
    return {
      problem: host
        ? `“${url.protocol}” is read as the scheme. Put one before the host: ws://${text}`
        : `The scheme “${url.protocol}” cannot carry a WebSocket: use ws:, wss:, http: or https:.`,
    };
  }
  if (url.href.includes("#")) {
    return { problem: "The address must not have a fragment: remove “#” and what follows it." };
  }
  return { url: url.href, hint: addressHint(text, url, new URL(base)) };
}

/**
 * @param {string} typed
 * @param {URL} url
 * @param {URL} base
 */
function addressHint(typed, url, base) {
  if (!/^\w+:|^[/?.]/.test(typed) && /^(?:localhost|[\w-]+(?:\.[\w-]+)+)(?:$|[/?]|:\d)/.test(typed)) {
    return `Without a scheme this is a path on ${base.host}. Another host needs ws:// or wss:// before it.`;
  }
  if (base.protocol === "https:" && url.protocol === "ws:" && !isLoopback(url.hostname)) {
    return "This page came over https:, from which browsers refuse ws: (mixed content). Use wss:.";
  }
  return blockedPort(url);
}

/** @param {string} hostname */
function isLoopback(hostname) {
  return /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/**
 * @param {string} typed subprotocols, separated by commas
 * @returns {{ protocols: string[], problem: string | null }}
 */
export function readProtocols(typed) {
  const protocols = typed
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return { protocols, problem: protocolsProblem(protocols) };
}

/** @param {string[]} protocols */
function protocolsProblem(protocols) {
  for (const [index, name] of protocols.entries()) {
    const bad = [...name].find((character) => !/[\w!#$%&'*+.^`|~-]/.test(character));
    if (bad !== undefined) {
      const shown = bad === " " ? "a space" : `“${bad}”`;
      return `“${name}” cannot name a subprotocol, because of ${shown}. Allowed are ASCII letters, digits and ! # $ % & ' * + - . ^ _ \` | ~`;
    }
    if (protocols.indexOf(name) !== index) return `“${name}” is listed twice; each may appear once.`;
  }
  return null;
}

/**
 * What an exception of `new WebSocket()` means.
 * @param {{ name: string, message: string }} error
 * @param {{ problems: string[], url: string | null, secure: boolean }} context what was found
 *   beforehand; `secure` is whether the page came over https:
 * @returns {{ title: string, explanation: Explanation }}
 */
export function explainRefusal(error, { problems, url, secure }) {
  const title = `The browser refused: ${error.name}`;
  const said = `It says: “${error.message}”`;
  if (secure && url?.startsWith("ws:") && !problems.length) {
    return {
      title,
      explanation: {
        meaning: `${said} A page that came over https: may not open a ws: connection (mixed content).`,
        list: [
          "Use wss:. A proxy such as nginx or Caddy in front of the server can speak TLS for it.",
          "For a server on your own machine, use ws://localhost or ws://127.0.0.1, which some browsers allow.",
        ],
      },
    };
  }
  if (error.name === "SecurityError") {
    return {
      title,
      explanation: {
        meaning: `${said} Nothing was sent.`,
        list: [
          "A content security policy of the page, an extension or the browser’s settings forbid this host or port.",
        ],
      },
    };
  }
  return {
    title,
    explanation: {
      meaning: `${said} Nothing was sent.`,
      list: problems.length
        ? problems
        : ["The address or a subprotocol is not valid: shorten both until it is accepted."],
    },
  };
}

/**
 * @typedef {object} Ended
 * @property {number} code of the close event
 * @property {string} reason
 * @property {boolean} wasClean
 * @property {boolean} opened whether the connection had been open
 * @property {boolean} asked whether close() had been called here
 * @property {string} url
 * @property {string[]} protocols those offered
 * @property {string} origin of the page
 */

/**
 * What the end of a connection means.
 * @param {Ended} ended
 * @returns {{ title: string, explanation: Explanation }}
 */
export function explainEnd(ended) {
  const { code, reason, wasClean, opened, asked } = ended;
  if (!opened && asked) {
    return {
      title: "Given up before it opened",
      explanation: {
        meaning: "close() on a connection that is not open yet fails it: the browser reports 1006.",
      },
    };
  }
  if (!opened) return explainFailure(ended);
  const { name, meaning, next } = closeCode(code);
  const said = reason ? ` “${reason}”` : "";
  const title = `Closed ${wasClean ? "cleanly" : "without a closing handshake"}: ${code} ${name}${said}`;
  if (code === 1006 && asked) return { title, explanation: { meaning: `${meaning} ${UNANSWERED}` } };
  if (code === 1006) return { title, explanation: { meaning, list: ABNORMAL } };
  // The server's close frame is where the code of the close event is from; 1005 says it had none.
  if (asked && code === 1005) return { title, explanation: { meaning } };
  if (asked) {
    return {
      title,
      explanation: { meaning: `${meaning} The code is the one in the server’s close frame.` },
    };
  }
  return { title, explanation: { meaning, list: [next] } };
}

const UNANSWERED =
  "The server did not answer the close frame sent from here: a browser waits some seconds for it, then drops the line.";

const ABNORMAL = [
  "The server’s process ended, or its machine lost the network: look at its log at this time.",
  "A proxy or load balancer cut an idle connection: note how long it was silent, and send pings more often than that.",
  "Your machine slept or changed networks.",
  "The server sent a frame that the protocol does not allow: the browser’s developer console names it.",
];

/**
 * @param {Ended} ended
 * @returns {{ title: string, explanation: Explanation }}
 */
function explainFailure({ url, protocols, origin }) {
  const parsed = new URL(url);
  const { protocol, hostname, host, port, pathname } = parsed;
  const secure = protocol === "wss:";
  const number = port || (secure ? "443" : "80");
  const list = [
    `Nothing listens at ${hostname}, port ${number}, or a firewall is between (curl: exit status 7, or 28 with no answer), or the name does not resolve (6).`,
    `The server answers, but not with 101: ${pathname} is not a WebSocket endpoint, it redirects, or it refuses this origin or asks for credentials. curl shows the status; 101 and then exit status 28 would be a success.`,
  ];
  const blocked = blockedPort(parsed);
  if (blocked) list.unshift(blocked);
  if (secure) {
    list.push(
      `The browser does not trust the certificate (curl: 60): open https://${host}/ in a tab to see why.`,
    );
  } else if (origin.startsWith("https:")) {
    list.push("The browser blocks ws: from a page that came over https:. Use wss:.");
  }
  if (protocols.length) {
    list.push(
      "The server chose none of the subprotocols offered, which makes a browser fail the connection: try without.",
    );
  }
  list.push("The browser or an extension blocks this host or port: its developer console says so.");
  return {
    title: "The connection failed before it opened",
    explanation: {
      meaning:
        "The browser knows why and hides it from pages, so that none can probe your network: every cause looks like 1006. Likely, in this order:",
      list,
      command: curlCommand(url, protocols, origin),
    },
  };
}

/**
 * A command that sends the same opening handshake and prints what the server answers.
 * @param {string} url ws: or wss:
 * @param {string[]} protocols
 * @param {string} origin
 */
export function curlCommand(url, protocols, origin) {
  const headers = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Origin: ${origin}`,
  ];
  if (protocols.length) headers.push(`Sec-WebSocket-Protocol: ${protocols.join(", ")}`);
  return [
    "curl --include --no-progress-meter --http1.1 --max-time 5",
    ...headers.map((header) => `  --header ${shellQuoted(header)}`),
    `  ${shellQuoted(url.replace(/^ws/, "http"))}`,
  ].join(" \\\n");
}

/** @param {string} word */
function shellQuoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
