/**
 * What a number of connections and messages takes: the formulas of build/scale.md, and nothing of the document.
 * The defaults are the site's own measurements; a test holds them to the committed data.
 * @module
 */

/**
 * @typedef {object} Field
 * @property {string} id
 * @property {string} name
 * @property {string} unit
 * @property {number} value the default
 */

/** @type {Field[]} */
export const FIELDS = [
  { id: "connections", name: "Connections", unit: "", value: 10000 },
  { id: "memory", name: "Memory of an idle connection", unit: "KiB", value: 14.5 },
  { id: "sent", name: "Messages sent, by all together", unit: "a second", value: 20 },
  { id: "fanout", name: "Clients that get each", unit: "", value: 500 },
  { id: "cpu", name: "CPU for one delivery", unit: "µs", value: 25 },
  { id: "bytes", name: "Payload of a message", unit: "B", value: 200 },
  { id: "load", name: "A core may be busy for", unit: "%", value: 50 },
];

/** Ports that Linux gives to outgoing connections by default: 32768 to 60999. */
export const PORTS = 28232;

/** Of a frame from a server (RFC 6455 section 5.2). @param {number} payload */
const header = (payload) => (payload < 126 ? 2 : payload < 65536 ? 4 : 10);

/** @typedef {Record<string, number>} Values */

/**
 * @typedef {object} Capacity
 * @property {number} memory in MiB, idle
 * @property {number} deliveries a second
 * @property {number} cores busy all the time
 * @property {number} processes of one core each, at the load that was set
 * @property {number} bandwidth in Mbit/s, without TLS and TCP
 * @property {number} addresses of servers that a proxy with one address needs
 */

/** @param {Values} values @returns {Capacity} */
export function capacity(values) {
  const deliveries = values.sent * values.fanout;
  const cores = (deliveries * values.cpu) / 1e6;
  return {
    memory: (values.connections * values.memory) / 1024,
    deliveries,
    cores,
    // In one division: 2.1 / 0.3 is more than 7 in floating point.
    processes: Math.max(1, Math.ceil((deliveries * values.cpu) / (values.load * 1e4))),
    bandwidth: (deliveries * (values.bytes + header(values.bytes)) * 8) / 1e6,
    addresses: Math.max(1, Math.ceil(values.connections / PORTS)),
  };
}

/** A number of the form from 0 to a billion, or undefined. @param {string} id @param {string | null} text */
export function valueFrom(id, text) {
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text ?? "")) return undefined;
  const value = Number(text);
  if (id === "load") return value >= 1 && value <= 100 ? value : undefined;
  return value;
}

/** @param {string} fragment such as `connections=50000&sent=5` @returns {Values} */
export function valuesFrom(fragment) {
  const query = new URLSearchParams(fragment);
  return Object.fromEntries(FIELDS.map(({ id, value }) => [id, valueFrom(id, query.get(id)) ?? value]));
}

/** What differs from the defaults. @param {Values} values @returns {string} */
export function fragmentFrom(values) {
  return FIELDS.filter(({ id, value }) => values[id] !== value).map(({ id }) => `${id}=${values[id]}`).join("&");
}

/** Two digits that count, with commas. @param {number} value */
export function print(value) {
  if (value < 1) return value.toLocaleString("en-US", { maximumSignificantDigits: 2 });
  return value.toLocaleString("en-US", { maximumFractionDigits: value >= 10 ? 0 : 1 });
}

/** @param {Capacity} found @returns {[string, string][]} names and values, as they are shown */
export function rows(found) {
  return [
    ["Memory, idle", `${print(found.memory)} MiB`],
    ["Deliveries", `${print(found.deliveries)} a second`],
    ["CPU", `${print(found.cores)} cores busy`],
    ["Processes", `${print(found.processes)} of one core`],
    ["Bandwidth out", `${print(found.bandwidth)} Mbit/s`],
    ["Server addresses behind one proxy address", print(found.addresses)],
  ];
}
