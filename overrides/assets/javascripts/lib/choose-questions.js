/**
 * What the protocol chooser asks and what it may recommend. A question may be left out; its options are
 * named in the page's address, so their ids stay as they are.
 * @module
 */

/**
 * @typedef {{ id: string, label: string, apart?: boolean }} Option `apart`: choosing it makes another task of it
 * @typedef {{ id: string, title: string, why: string, ordered?: boolean, options: Option[] }} Question
 *   `ordered`: neighboring options are close to each other
 * @typedef {{ text: string, href: string }} Link a path of this site, or a full address
 * @typedef {object} Candidate
 * @property {string} id
 * @property {string} name
 * @property {string} verdict said where it comes first
 * @property {number} cost points before any answer: what it asks of you anyway
 * @property {string} price the reason for the cost
 * @property {Link[]} links where to read on; only pages that exist
 */

/** @param {string} id @param {string} label @returns {Option} */
const option = (id, label) => ({ id, label });

/** @param {string} id @param {string} label @returns {Option} */
const apart = (id, label) => ({ id, label, apart: true });

/** @type {readonly Question[]} */
export const QUESTIONS = [
  {
    id: "direction", ordered: true, title: "Who starts to speak?",
    why: "It decides most: HTTP answers, it does not call.",
    options: [
      option("report", "The client tells, the server listens"),
      option("client", "The client asks, the server answers"),
      option("answer", "The client asks, and the answer grows for a while"),
      option("server", "The server tells, the client listens"),
      option("mostly", "Mostly the server; the client now and then"),
      option("both", "Both, whenever they like"),
      apart("peers", "Clients among each other, past the server"),
    ],
  },
  {
    id: "rate", ordered: true, title: "How often, for each client?",
    why: "A connection that is rarely used still has to be kept alive.",
    options: [
      option("rare", "Less than once a minute"),
      option("steady", "Every few seconds"),
      option("fast", "Many times a second"),
    ],
  },
  {
    id: "delay", ordered: true, title: "How late may it be?",
    why: "Asking again now and then is enough for what may be late, and hopeless for what may not.",
    options: [
      option("minutes", "Some minutes"),
      option("seconds", "Some seconds"),
      option("instant", "At once, but nothing may be lost"),
      option("drop", "At once, and what is late may be lost"),
    ],
  },
  {
    id: "payload", title: "What is sent?",
    why: "Server-sent events carry text alone; live sound and pictures need a codec that bears loss.",
    options: [
      option("text", "Text, such as JSON"),
      option("binary", "Bytes"),
      apart("media", "Sound or video"),
    ],
  },
  {
    id: "clients", title: "Who is at the other end?",
    why: "Browsers, programs and small devices do not speak the same protocols.",
    options: [
      option("current", "Current browsers"),
      option("old", "Browsers of the last five years"),
      apart("closed", "People whose page may be closed"),
      apart("services", "Programs of ours: services, native apps"),
      apart("devices", "Many small devices"),
    ],
  },
  {
    id: "network", title: "Through which networks?",
    why: "Every hop must let it through, and some hold back what is not complete.",
    options: [
      option("ordinary", "The ordinary internet"),
      option("strict", "Company proxies that look into it, no UDP"),
      option("mobile", "Phones that sleep and change networks"),
    ],
  },
  {
    id: "hosting", title: "What runs the server side?",
    why: "An open connection needs a process that stays.",
    options: [
      option("server", "Processes that stay"),
      option("functions", "Functions that start for each request"),
      option("nobody", "As little as possible, run by someone else"),
    ],
  },
  {
    id: "scale", ordered: true, title: "How many at once?",
    why: "What is open costs memory, a place to reconnect to and care at each release.",
    options: [
      option("few", "Up to some thousands"),
      option("many", "Hundreds of thousands"),
    ],
  },
  {
    id: "keep", title: "What about the past?",
    why: "Caches keep answers, not messages; what was missed comes back only if somebody kept it.",
    options: [
      option("cache", "Many get the same: caches should serve it"),
      option("replay", "Nothing may be missed, not even in a gap"),
      option("latest", "Only the newest state counts"),
    ],
  },
];

/**
 * Pages about a candidate, one line each. Each line says where a page exists.
 * @type {Record<string, Link[]>}
 */
const PAGES = {
  "long-polling": [{ text: "WebSocket vs long polling", href: "compare/long-polling/" }],
  webtransport: [{ text: "WebSocket vs WebTransport", href: "compare/webtransport/" }],
  websocket: [
    { text: "How WebSocket works", href: "protocol/" },
    { text: "Start with a client and a server in Python", href: "languages/python/" },
  ],
  http: [{ text: "WebSocket vs HTTP, with the same program both ways", href: "compare/http/" }],
  sse: [{ text: "WebSocket vs SSE, with the same program both ways", href: "compare/sse/" }],
  "fetch-stream": [{ text: "Reading events from the answer to fetch", href: "compare/sse/" }],
};
const MATRIX = { text: "All transports compared", href: "compare/" };

/** Where the others' own documents begin. @type {Record<string, Link>} */
const STARTS = {
  http: { text: "Start: using fetch, on MDN", href: "https://developer.mozilla.org/en-US/docs/Web/API/Fetch_API/Using_Fetch" },
  polling: { text: "Start: conditional requests, on MDN", href: "https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Conditional_requests" },
  "long-polling": { text: "Start: best practices in RFC 6202", href: "https://www.rfc-editor.org/rfc/rfc6202" },
  sse: { text: "Start: using server-sent events, on MDN", href: "https://developer.mozilla.org/en-US/docs/Web/API/Server-sent_events/Using_server-sent_events" },
  "fetch-stream": { text: "Start: using readable streams, on MDN", href: "https://developer.mozilla.org/en-US/docs/Web/API/Streams_API/Using_readable_streams" },
  webtransport: { text: "Start: WebTransport, on MDN", href: "https://developer.mozilla.org/en-US/docs/Web/API/WebTransport_API" },
  webrtc: { text: "Start: data channels, on MDN", href: "https://developer.mozilla.org/en-US/docs/Web/API/WebRTC_API/Using_data_channels" },
  mqtt: { text: "Start: MQTT 5.0, with its chapter on WebSocket", href: "https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html" },
  grpc: { text: "Start: gRPC's core concepts", href: "https://grpc.io/docs/what-is-grpc/core-concepts/" },
  "web-push": { text: "Start: the Push API, on MDN", href: "https://developer.mozilla.org/en-US/docs/Web/API/Push_API" },
  managed: { text: "An example: WebSocket on AWS API Gateway", href: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html" },
};

/**
 * @param {string} id
 * @param {string} name
 * @param {number} cost
 * @param {string} verdict
 * @param {string} price
 * @returns {Candidate}
 */
function candidate(id, name, cost, verdict, price) {
  return { id, name, cost, verdict, price, links: [...(PAGES[id] ?? []), ...(STARTS[id] ? [STARTS[id]] : []), MATRIX] };
}

/** From the plainest to the most demanding: of two with the same points the first one wins. @type {readonly Candidate[]} */
export const CANDIDATES = [
  candidate("http", "Plain HTTP", 0, "Nothing here needs a live connection.", "You have it already."),
  candidate("polling", "HTTP polling", -1, "Nothing here is in such a hurry: ask again now and then.", "Most requests find nothing new."),
  candidate("fetch-stream", "Streaming fetch", -1, "One request whose answer is read while it grows.", "Framing and reconnecting are yours."),
  candidate("sse", "Server-sent events", -1, "The server speaks, the browser listens and reconnects by itself.", "A connection stays open for each listener."),
  candidate("long-polling", "Long polling", -2, "Complete answers, held back until there is news.", "A new request after each message, and an open one in between."),
  candidate("websocket", "WebSocket", -2, "Both ends speak whenever they like, in order, on one connection.", "Reconnecting, replay and authorization are yours to build, and every proxy must forward it."),
  candidate("grpc", "gRPC", -3, "Typed calls and streams between your own programs.", "A description to compile, and HTTP/2 on the whole way."),
  candidate("web-push", "Web Push", -3, "The browser's push service reaches people whose page is closed.", "Each person must permit it, and a push service stands in between."),
  candidate("managed", "A managed service", -3, "Someone else holds the connections; you send ordinary requests.", "You depend on its limits and its price."),
  candidate("mqtt", "MQTT over WebSocket", -4, "Topics on a broker, which devices and browsers share.", "A broker to run, and a client library in the page."),
  candidate("webrtc", "WebRTC data channel", -4, "Straight from browser to browser, with loss where you allow it.", "Connecting takes an exchange of descriptions beforehand, and often a relay."),
  candidate("webtransport", "WebTransport", -4, "Many streams, and datagrams that may be lost.", "An HTTP/3 server, a protocol that is still a draft, and a second way where UDP is blocked."),
];
