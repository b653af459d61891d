/**
 * The rules of the protocol chooser. Each says for which answers it holds, and what follows for each
 * candidate: points and a sentence, or `OUT` and the sentence why it cannot be. The page of the chooser
 * prints them in full; a test holds both equal.
 * @module
 */

/** Cannot be, whatever its points. */
export const OUT = "out";

/**
 * @typedef {[points: number | "out", text: string, source?: string]} Effect
 * @typedef {{ when: Record<string, string>, effects: Record<string, Effect> }} Rule
 * @typedef {{ first: string, when: Record<string, string>, second: string, text: string }} Pair
 */

/** What proves a sentence. @type {Record<string, { title: string, href: string }>} */
export const SOURCES = {
  sse: { title: "HTML Standard", href: "https://html.spec.whatwg.org/multipage/server-sent-events.html" },
  lastId: { title: "HTML Standard", href: "https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header" },
  cache: { title: "RFC 9111 §4.2", href: "https://www.rfc-editor.org/rfc/rfc9111#section-4.2" },
  idempotent: { title: "RFC 9110 §9.2.2", href: "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2" },
  conditional: { title: "RFC 9110 §13.1.2", href: "https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2" },
  buffer: { title: "RFC 6202 §3.2", href: "https://www.rfc-editor.org/rfc/rfc6202#section-3.2" },
  ws: { title: "RFC 6455 §1.1", href: "https://www.rfc-editor.org/rfc/rfc6455#section-1.1" },
  wsPorts: { title: "RFC 6455 §1.8", href: "https://www.rfc-editor.org/rfc/rfc6455#section-1.8" },
  udp: { title: "RFC 9308 §2", href: "https://www.rfc-editor.org/rfc/rfc9308#section-2" },
  datagram: { title: "RFC 9221 §5.2", href: "https://www.rfc-editor.org/rfc/rfc9221#section-5.2" },
  migrate: { title: "RFC 9000 §9", href: "https://www.rfc-editor.org/rfc/rfc9000#section-9" },
  wtBaseline: { title: "web-features", href: "https://web-platform-dx.github.io/web-features-explorer/features/webtransport/" },
  rtcData: { title: "RFC 8831", href: "https://www.rfc-editor.org/rfc/rfc8831" },
  push: { title: "RFC 8030 §2", href: "https://www.rfc-editor.org/rfc/rfc8030#section-2" },
  pushTtl: { title: "RFC 8030 §5.2", href: "https://www.rfc-editor.org/rfc/rfc8030#section-5.2" },
  pushUrgency: { title: "RFC 8030 §5.3", href: "https://www.rfc-editor.org/rfc/rfc8030#section-5.3" },
  pushSafari: { title: "browser-compat-data", href: "https://github.com/mdn/browser-compat-data/blob/main/api/PushEvent.json" },
  mqtt: { title: "MQTT 5.0", href: "https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html" },
  grpcWeb: { title: "gRPC-Web", href: "https://github.com/grpc/grpc-web/blob/master/doc/streaming-roadmap.md" },
  grpc: { title: "gRPC", href: "https://grpc.io/docs/what-is-grpc/core-concepts/" },
  hls: { title: "RFC 8216 §1", href: "https://www.rfc-editor.org/rfc/rfc8216#section-1" },
  openaiRtc: { title: "OpenAI", href: "https://developers.openai.com/api/docs/guides/realtime-webrtc" },
  openaiWs: { title: "OpenAI", href: "https://developers.openai.com/api/docs/guides/realtime-websocket" },
  gateway: { title: "AWS", href: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html" },
  vercel: { title: "Vercel", href: "https://vercel.com/docs/functions/websockets" },
  duplex: { title: "Fetch", href: "https://fetch.spec.whatwg.org/#dom-request-duplex" },
  lambda: { title: "AWS", href: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html" },
};

const NOT_PEERS = "It connects a client with a server, not two clients.";
const PAGE_CLOSED = "A closed page has no connection.";

/** @type {readonly Rule[]} */
export const RULES = [
  {
    when: { direction: "report" },
    effects: {
      http: [6, "Each report is a request, and its status says that it arrived."],
      websocket: [4, "A message for each report; that it arrived, only an answer of yours says."],
      mqtt: [4, "It publishes, and whoever wants the reports subscribes.", "mqtt"],
      grpc: [4, "A call may stream from the client.", "grpc"],
      webtransport: [3, "The client may open streams and send datagrams."],
      managed: [1, "A service can take reports in and pass them on."],
      webrtc: [-2, "It is made for two clients; with one server it asks for more than it gives."],
      "fetch-stream": [-4, "Where a browser can stream a request at all, its answer waits until the request is whole.", "duplex"],
      sse: [OUT, "The server has nothing to say."],
      polling: [OUT, "There is nothing to ask for."],
      "long-polling": [OUT, "There is nothing to ask for."],
      "web-push": [OUT, "It goes to the client alone."],
    },
  },
  {
    when: { direction: "report", rate: "fast" },
    effects: { http: [-3, "A request for each is too many, unless you collect some and send them together."] },
  },
  {
    when: { direction: "client" },
    effects: {
      http: [8, "One question, one answer: that is what HTTP is."],
      "fetch-stream": [1, "It can read a long answer while it comes."],
      grpc: [3, "A call with a type and a deadline.", "grpc"],
      polling: [-3, "There is nothing to ask for again and again."],
      mqtt: [-2, "Topics are for news, not for answers."],
      websocket: [-4, "It has no status codes and does not match answers to questions: you would build HTTP again."],
      webtransport: [-4, "You would build HTTP again, on the HTTP/3 that you have."],
      managed: [-4, "There is no connection for anyone to hold."],
      sse: [OUT, "The server has nothing to say unasked."],
      "long-polling": [OUT, "The server has nothing to wait for."],
      "web-push": [OUT, "Nobody has to be called: the client asks."],
      webrtc: [OUT, "Clients do not speak to each other here."],
    },
  },
  {
    when: { direction: "answer" },
    effects: {
      "fetch-stream": [8, "The question may be a POST with a body, and its answer is read as it comes."],
      sse: [3, "The format fits, but EventSource sends no body and no headers of yours, and repeats the request when it ends.", "sse"],
      grpc: [3, "A call may return a stream.", "grpc"],
      websocket: [2, "It can, but you name the question that each message answers, and when it ends."],
      http: [3, "The whole answer at its end may be enough."],
      polling: [-2, "Asking how far it is works too, with a request for each look."],
      mqtt: [-3, "Topics are for news, not for answers."],
      managed: [-3, "The answer has a request that it can travel in."],
      "web-push": [OUT, "A push is one short message, not an answer."],
      webrtc: [OUT, "Clients do not speak to each other here."],
    },
  },
  {
    when: { direction: "server" },
    effects: {
      sse: [7, "The server speaks and the page listens: that is what it is for.", "sse"],
      websocket: [4, "It does that too; half of it stays unused."],
      "long-polling": [4, "The server answers when it has news."],
      polling: [4, "The client asks whether there is news."],
      managed: [4, "A service can pass your news on."],
      "fetch-stream": [3, "An answer that does not end; framing and reconnecting are yours."],
      webtransport: [3, "The server may open streams and send datagrams."],
      mqtt: [3, "A page subscribes to topics.", "mqtt"],
      "web-push": [2, "One way, from your server to the browser."],
      grpc: [2, "A call may return a stream that lasts.", "grpc"],
      webrtc: [-2, "It is made for two clients; with one server it asks for more than it gives."],
      http: [-3, "The server cannot begin."],
    },
  },
  {
    when: { direction: "mostly" },
    effects: {
      sse: [7, "Events one way; the rare message the other way is a request, with a status, in your logs.", "sse"],
      websocket: [5, "Both ways on one connection, though you seldom need the second."],
      "long-polling": [4, "The server answers when it has news; the client sends requests anyway."],
      polling: [4, "The client asks whether there is news, and sends requests anyway."],
      managed: [4, "A service can pass your news on; the client sends requests to you."],
      webtransport: [3, "Streams both ways."],
      mqtt: [3, "A page subscribes and publishes.", "mqtt"],
      "fetch-stream": [2, "An answer that does not end, beside ordinary requests."],
      grpc: [2, "A call may return a stream that lasts.", "grpc"],
      "web-push": [1, "One way, beside ordinary requests."],
      webrtc: [-2, "It is made for two clients; with one server it asks for more than it gives."],
    },
  },
  {
    when: { direction: "both" },
    effects: {
      websocket: [8, "Both ends speak unasked: that is what it is for.", "ws"],
      webtransport: [6, "Streams both ways, opened by either end."],
      grpc: [6, "A call may stream both ways at once.", "grpc"],
      managed: [6, "A service holds such connections for you."],
      mqtt: [5, "Everyone publishes and subscribes, through a broker.", "mqtt"],
      webrtc: [4, "A channel carries both ways."],
      "long-polling": [2, "With a request for each message the other way it comes near."],
      sse: [1, "One way; each message the other way is a request."],
      polling: [-2, "What the server has to say waits for the next question."],
      http: [-3, "The server cannot begin."],
      "fetch-stream": [-4, "In browsers a request is sent whole before its answer is read.", "duplex"],
    },
  },
  {
    when: { direction: "peers" },
    effects: {
      webrtc: [10, "Of all candidates it alone connects two browsers.", "rtcData"],
      http: [OUT, NOT_PEERS], polling: [OUT, NOT_PEERS], "fetch-stream": [OUT, NOT_PEERS], sse: [OUT, NOT_PEERS],
      "long-polling": [OUT, NOT_PEERS], websocket: [OUT, NOT_PEERS], grpc: [OUT, NOT_PEERS], "web-push": [OUT, NOT_PEERS],
      managed: [OUT, NOT_PEERS], mqtt: [OUT, NOT_PEERS], webtransport: [OUT, NOT_PEERS],
    },
  },
  {
    when: { rate: "rare" },
    effects: {
      polling: [2, "Few answers, few requests."],
      http: [1, "Between two requests it costs nothing."],
      "long-polling": [1, "A new request after each message does not matter."],
      "web-push": [1, "So seldom that a notification is welcome."],
      websocket: [-1, "Most of its traffic would be pings."],
      webtransport: [-2, "A session that is hardly used."],
    },
  },
  {
    when: { rate: "steady" },
    effects: {
      sse: [1, "An event costs its text and a few bytes."],
      websocket: [1, "A message costs a few bytes beside its payload."],
      mqtt: [1, "A message costs a few bytes beside its topic."],
    },
  },
  {
    when: { rate: "fast" },
    effects: {
      websocket: [2, "A message costs a few bytes beside its payload, either way."],
      webtransport: [2, "A message costs a few bytes beside its payload, either way."],
      grpc: [2, "Calls share a connection, and headers are compressed."],
      sse: [1, "An event costs its text and a few bytes."],
      "fetch-stream": [1, "One answer carries them all."],
      webrtc: [1, "A message costs little once the channel stands."],
      http: [-1, "Each request brings its headers along."],
      "long-polling": [-4, "Each message would end a request and begin another."],
      polling: [-5, "Nobody can ask as often as there is news."],
      "web-push": [-6, "A person does not want so many notifications."],
    },
  },
  {
    when: { delay: "minutes" },
    effects: {
      polling: [6, "Ask every minute, with If-None-Match: an answer without news is a short 304.", "conditional"],
      http: [2, "What is loaded when somebody looks may be fresh enough."],
      "web-push": [2, "The push service keeps a message for its time to live at most.", "pushTtl"],
      sse: [-1, "It delivers sooner than anyone needs."],
      mqtt: [-1, "It delivers sooner than anyone needs."],
      "long-polling": [-2, "It delivers sooner than anyone needs."],
      managed: [-2, "It delivers sooner than anyone needs."],
      websocket: [-3, "An open connection for what may be minutes late."],
      webrtc: [-4, "A channel for what may be minutes late."],
      webtransport: [-4, "A session for what may be minutes late."],
    },
  },
  {
    when: { delay: "seconds" },
    effects: {
      polling: [3, "Ask every few seconds; nobody notices."],
      http: [1, "A request is fast enough."],
      sse: [1, "Fast enough, without asking."],
      "long-polling": [1, "Fast enough, with complete answers."],
      webtransport: [-2, "Its strength is what happens within a round trip."],
    },
  },
  {
    when: { delay: "instant" },
    effects: {
      websocket: [2, "News arrives after one way through the network."],
      sse: [2, "News arrives after one way through the network."],
      managed: [2, "News arrives after two ways through the network."],
      "long-polling": [1, "News arrives after one way, but the next piece waits for the next request."],
      "fetch-stream": [1, "Each piece arrives after one way through the network."],
      mqtt: [1, "News arrives by way of the broker."],
      grpc: [1, "Messages of a stream arrive after one way through the network."],
      webtransport: [1, "News arrives after one way through the network."],
      "web-push": [-1, "A message may wait until the device wakes.", "pushUrgency"],
      polling: [-5, "News is half an interval old on average."],
    },
  },
  {
    when: { delay: "drop" },
    effects: {
      webtransport: [6, "Datagrams are not sent again, so a lost one holds nothing up.", "datagram"],
      webrtc: [6, "A channel may be unordered and not repeat what was lost.", "rtcData"],
      managed: [-2, "Most carry their messages over TCP."],
      websocket: [-3, "One lost packet holds up all that comes after it."],
      sse: [-3, "One lost packet holds up all that comes after it."],
      "fetch-stream": [-3, "One lost packet holds up all that comes after it."],
      mqtt: [-3, "One lost packet holds up all that comes after it."],
      grpc: [-3, "One lost packet holds up all that comes after it."],
      http: [-4, "A question and an answer for what is worthless a moment later."],
      "long-polling": [-5, "A question and an answer for what is worthless a moment later."],
      polling: [OUT, "What you ask for is worthless when the answer comes."],
      "web-push": [OUT, "A message may wait until the device wakes.", "pushUrgency"],
    },
  },
  {
    when: { payload: "text" },
    effects: {
      sse: [1, "Events are UTF-8 text.", "sse"],
      http: [1, "Text is what caches, logs and tools show best."],
    },
  },
  {
    when: { payload: "binary" },
    effects: {
      grpc: [2, "Messages are packed bytes with a type."],
      "fetch-stream": [2, "A body is bytes."],
      http: [1, "A body is bytes."],
      websocket: [1, "A message may be bytes, and keeps its borders."],
      webtransport: [1, "Streams and datagrams are bytes."],
      webrtc: [1, "A message may be bytes, and keeps its borders."],
      mqtt: [1, "A payload is bytes.", "mqtt"],
      "web-push": [-1, "A push is small, and mostly words for a person."],
      sse: [OUT, "Events are UTF-8 text.", "sse"],
    },
  },
  {
    when: { payload: "media" },
    effects: {
      webrtc: [7, "Its media tracks, beside the data channel, bring codecs, echo cancellation and a bit rate that adapts."],
      webtransport: [1, "It can carry frames that may be lost; codecs and timing are yours."],
      mqtt: [-3, "Brokers are made for small messages."],
      "long-polling": [-4, "A request for each piece."],
      sse: [OUT, "Events are UTF-8 text.", "sse"],
      polling: [OUT, "Sound does not wait to be asked for."],
      "web-push": [OUT, "A push is small, and mostly words for a person."],
    },
  },
  {
    when: { payload: "media", direction: "server" },
    effects: {
      http: [9, "A program for many is files of some seconds over HTTP, which caches hold: HTTP Live Streaming.", "hls"],
      webrtc: [-3, "A connection for each viewer, with a server that copies for all."],
    },
  },
  {
    when: { payload: "media", delay: "drop" },
    effects: { webrtc: [5, "Tracks come with what bears loss and delay: a buffer, repair and an adapting bit rate."] },
  },
  {
    when: { payload: "media", clients: "closed" },
    effects: { http: [OUT, "Nobody listens to a closed page; a push can say that there is something to hear."] },
  },
  {
    when: { payload: "media", clients: "services" },
    effects: {
      websocket: [3, "Between servers OpenAI recommends WebSocket for sound.", "openaiWs"],
      webrtc: [-6, "There is no microphone and no bad line between servers."],
    },
  },
  {
    when: { payload: "media", clients: "current" },
    effects: { webrtc: [1, "For browsers OpenAI recommends WebRTC over WebSocket for sound.", "openaiRtc"] },
  },
  {
    when: { clients: "current" },
    effects: {
      webtransport: [1, "Baseline newly available since 24 March 2026.", "wtBaseline"],
      mqtt: [-1, "Browsers need a library for it."],
      grpc: [-3, "Browsers need gRPC-Web, and a server or a proxy that speaks it.", "grpcWeb"],
    },
  },
  {
    when: { clients: "current", direction: "both" },
    effects: { grpc: [OUT, "gRPC-Web has no streams from the client.", "grpcWeb"] },
  },
  {
    when: { clients: "old" },
    effects: {
      "long-polling": [2, "It works wherever requests work."],
      http: [1, "It works everywhere."],
      polling: [1, "It works wherever requests work."],
      mqtt: [-1, "Browsers need a library for it."],
      "web-push": [-2, "Safari on iPhones has it only since 16.4, of March 2023, and for web apps on the home screen.", "pushSafari"],
      grpc: [-3, "Browsers need gRPC-Web, and a server or a proxy that speaks it.", "grpcWeb"],
      webtransport: [OUT, "Safari has it only since 24 March 2026.", "wtBaseline"],
    },
  },
  {
    when: { clients: "old", direction: "both" },
    effects: { grpc: [OUT, "gRPC-Web has no streams from the client.", "grpcWeb"] },
  },
  {
    when: { clients: "current", direction: "report" },
    effects: { grpc: [-3, "gRPC-Web has no streams from the client: a call for each report.", "grpcWeb"] },
  },
  {
    when: { clients: "old", direction: "report" },
    effects: { grpc: [-3, "gRPC-Web has no streams from the client: a call for each report.", "grpcWeb"] },
  },
  {
    when: { clients: "closed" },
    effects: {
      "web-push": [12, "It reaches a browser whose page is closed, where people permit it.", "push"],
      http: [-5, "A closed page asks nothing."],
      polling: [OUT, PAGE_CLOSED], "fetch-stream": [OUT, PAGE_CLOSED], sse: [OUT, PAGE_CLOSED], "long-polling": [OUT, PAGE_CLOSED],
      websocket: [OUT, PAGE_CLOSED], grpc: [OUT, PAGE_CLOSED], mqtt: [OUT, PAGE_CLOSED], webrtc: [OUT, PAGE_CLOSED],
      managed: [OUT, PAGE_CLOSED], webtransport: [OUT, PAGE_CLOSED],
    },
  },
  {
    when: { clients: "services" },
    effects: {
      grpc: [6, "Both ends are generated from one description.", "grpc"],
      http: [1, "Every language has a client."],
      websocket: [1, "Most languages have a client, and it may set headers."],
      mqtt: [1, "Most languages have a client."],
      sse: [-1, "The client that reconnects by itself is the browser's; elsewhere it is a library's, or yours."],
      webtransport: [-1, "Few languages have a client."],
      webrtc: [-1, "It is made for browsers."],
      "web-push": [OUT, "A push goes to a browser."],
    },
  },
  {
    when: { clients: "devices" },
    effects: {
      mqtt: [8, "Small clients, topics, retained values and last wills; devices may use it without WebSocket.", "mqtt"],
      http: [1, "A device can send a request now and then."],
      grpc: [-1, "A lot of code for a small device."],
      sse: [-2, "The usual client is a browser's."],
      "fetch-stream": [-2, "The usual client is a browser's."],
      "long-polling": [-2, "A request after each message drains a battery."],
      webrtc: [-3, "A lot of code for a small device."],
      webtransport: [-3, "A lot of code for a small device."],
      "web-push": [OUT, "A push goes to a browser."],
    },
  },
  {
    when: { network: "strict" },
    effects: {
      "long-polling": [4, "Its answers are complete, so no proxy has a reason to hold them back."],
      polling: [2, "Ordinary requests pass."],
      http: [1, "Ordinary requests pass."],
      websocket: [-1, "Over TLS on port 443 it mostly passes; a proxy that opens the TLS must forward it.", "wsPorts"],
      mqtt: [-1, "It passes where WebSocket does."],
      grpc: [-3, "A proxy may not pass HTTP/2 and its trailers on."],
      sse: [-4, "A proxy may hold back an answer that is not complete.", "buffer"],
      "fetch-stream": [-4, "A proxy may hold back an answer that is not complete.", "buffer"],
      webrtc: [-5, "Without UDP it is relayed over TCP, and waits for lost packets like the others."],
      webtransport: [OUT, "HTTP/3 needs UDP; 3 to 5 % of networks block all of it.", "udp"],
    },
  },
  {
    when: { network: "mobile" },
    effects: {
      http: [1, "An idempotent request may be repeated after a change of network.", "idempotent"],
      "web-push": [1, "Delivery is the push service's work, across networks too.", "push"],
      mqtt: [1, "A session can outlive its connection.", "mqtt"],
      webtransport: [1, "QUIC connections can move to another network.", "migrate"],
      webrtc: [-1, "It has to negotiate the way again after a change."],
    },
  },
  {
    when: { hosting: "server" },
    effects: {
      websocket: [1, "A process that stays can hold its connections."],
      managed: [-3, "You can hold the connections yourself."],
    },
  },
  {
    when: { hosting: "functions" },
    effects: {
      managed: [5, "It holds the connections and calls your functions.", "gateway"],
      polling: [3, "Short requests are what functions are for."],
      http: [2, "Short requests are what functions are for."],
      "web-push": [2, "Sending a push is a short request."],
      "fetch-stream": [1, "The function works as long as its answer grows."],
      mqtt: [-1, "The broker must run elsewhere."],
      sse: [-4, "A function would wait for each listener, until its time is up.", "lambda"],
      grpc: [-3, "Streams end with the function.", "lambda"],
      websocket: [-4, "A connection lasts no longer than its function; Vercel serves such connections, in public beta (October 2026).", "vercel"],
      "long-polling": [-5, "A function would wait for each client, until its time is up.", "lambda"],
      webtransport: [-6, "It needs an HTTP/3 server of your own."],
    },
  },
  {
    when: { hosting: "nobody" },
    effects: {
      managed: [5, "Restarts, reconnects and a backplane become its work."],
      polling: [2, "Nothing stays open."],
      http: [1, "Nothing stays open."],
      "web-push": [1, "The browser vendors run the push services."],
      mqtt: [-2, "A broker wants to be run, or rented."],
      sse: [-3, "Open connections want to be looked after."],
      grpc: [-3, "Open connections want to be looked after."],
      websocket: [-4, "Open connections want to be looked after."],
      "long-polling": [-4, "Open requests want to be looked after."],
      webtransport: [-6, "It needs an HTTP/3 server of your own."],
    },
  },
  {
    when: { scale: "few" },
    effects: {
      polling: [1, "The requests of so few do not matter."],
      managed: [-1, "One process holds so few."],
    },
  },
  {
    when: { scale: "many" },
    effects: {
      http: [1, "No state between requests: any server answers."],
      mqtt: [1, "Brokers are made for that."],
      "web-push": [1, "The push services hold the connections."],
      managed: [1, "The number becomes someone else's work."],
      websocket: [-1, "Each is state on one server; a restart makes all of them reconnect."],
      webrtc: [-1, "Each channel keeps encryption and its own congestion control."],
      "long-polling": [-2, "An open request for each, and a new one after each message."],
    },
  },
  {
    when: { keep: "cache" },
    effects: {
      polling: [4, "A cache answers most of the requests.", "cache"],
      http: [3, "A cache answers without your server.", "cache"],
      sse: [-1, "No cache serves a stream of events."],
      "long-polling": [-1, "Answers that wait for news are seldom the same."],
      managed: [-1, "Messages pass caches by."],
      mqtt: [-1, "Messages pass caches by."],
      websocket: [-2, "Messages pass caches by."],
      grpc: [-2, "Calls are POST requests, which caches pass by."],
      webtransport: [-2, "Messages pass caches by."],
      webrtc: [-2, "Messages pass caches by."],
    },
  },
  {
    when: { keep: "replay" },
    effects: {
      sse: [2, "Events have ids, and the browser sends the last one when it returns; you keep the events.", "lastId"],
      mqtt: [2, "With a session and QoS 1 the broker delivers what is outstanding.", "mqtt"],
      "long-polling": [1, "Each request can name the last message that arrived."],
      polling: [1, "Each request can name the last message that arrived."],
      managed: [1, "Several services keep a history."],
      websocket: [-1, "Number your messages and send again what was missed: nothing does it for you."],
      webrtc: [-1, "What was missed is lost unless you send it again."],
      webtransport: [-1, "What was missed is lost unless you send it again."],
    },
  },
  {
    when: { keep: "latest" },
    effects: {
      polling: [1, "Each answer is the newest state."],
      mqtt: [1, "The broker keeps the newest value of each topic.", "mqtt"],
      webtransport: [1, "An old datagram need not be sent again."],
    },
  },
];

/** What goes together. The first one that holds is named. @type {readonly Pair[]} */
export const PAIRS = [
  { first: "sse", when: { direction: "mostly" }, second: "http", text: "What the client has to say is an ordinary POST, with a status, your logs and your access rules." },
  { first: "sse", when: { direction: "both" }, second: "http", text: "What the client has to say is an ordinary POST, with a status, your logs and your access rules." },
  { first: "long-polling", when: { direction: "mostly" }, second: "http", text: "What the client has to say is an ordinary POST beside the waiting request." },
  { first: "long-polling", when: { direction: "both" }, second: "http", text: "What the client has to say is an ordinary POST beside the waiting request." },
  { first: "polling", when: { direction: "mostly" }, second: "http", text: "What the client has to say is an ordinary POST." },
  { first: "webrtc", when: { direction: "peers" }, second: "websocket", text: "Two browsers must be introduced: a WebSocket carries their descriptions to each other (signaling)." },
  { first: "webrtc", when: {}, second: "http", text: "With a server at one end a single POST exchanges the two descriptions." },
  { first: "webtransport", when: {}, second: "websocket", text: "Where UDP is blocked or the browser is older, the same messages go over a WebSocket." },
  { first: "websocket", when: { network: "strict", direction: "report" }, second: "http", text: "Where the upgrade does not pass, reports are collected and posted." },
  { first: "websocket", when: { network: "strict" }, second: "long-polling", text: "Where the upgrade does not pass, the same messages go over requests." },
  { first: "websocket", when: { keep: "replay" }, second: "http", text: "After a gap a request fetches what was missed, by its number." },
  { first: "websocket", when: { keep: "cache" }, second: "http", text: "The first state is a request that a cache answers; the socket carries the changes." },
  { first: "web-push", when: { direction: "both" }, second: "websocket", text: "While the page is open a WebSocket is quicker and needs no permission." },
  { first: "web-push", when: {}, second: "http", text: "The push says that there is news; the page fetches it when it is opened." },
  { first: "managed", when: {}, second: "http", text: "Your own server decides who may join, and publishes by ordinary requests." },
];
