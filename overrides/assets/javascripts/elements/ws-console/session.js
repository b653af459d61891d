/**
 * A WebSocket driven by hand: what was done with it, what it did, and what that means. No DOM.
 * @module
 */

import { closeCode, closeProblems } from "../../lib/close-codes.js";
import { explainEnd, explainRefusal } from "../../lib/connect-advice.js";
import { ConsoleLog, RoundTrips, capture } from "../../lib/console-log.js";
import { HIGH_WATER, Pacer } from "../../lib/repeat.js";
import { ReportReader, SUBPROTOCOL } from "../../lib/report.js";
import { roll } from "../../lib/statistics.js";
import { reportTitle } from "./report-title.js";
import { unconnected } from "./state.js";

/** @typedef {import("../../lib/console-log.js").Data} Data */
/** @typedef {import("../../lib/console-log.js").Row} Row */

/** Round trips over which the median is taken. */
const WINDOW = 100;
/** Milliseconds between two looks at a bufferedAmount that is not 0. */
const BUFFER_INTERVAL = 50;

/** One connection at a time, and a log that outlives it. */
export class Session {
  /** @param {() => void} changed called after every change of `state` or `log` */
  constructor(changed) {
    this.changed = changed;
    this.state = unconnected();
    this.log = new ConsoleLog();
    /** @type {WebSocket | null} */
    this.socket = null;
    this.asked = false;
    this.wasOpen = false;
    this.timers = { repeat: 0, buffer: 0 };
  }

  /**
   * Opens a connection, even where a problem was found, so that the browser's own answer shows.
   * @param {string} address as the constructor takes it
   * @param {string[]} protocols
   * @param {string[]} problems what was found beforehand
   */
  connect(address, protocols, problems) {
    if (!["idle", "closed"].includes(this.state.phase)) return;
    const { origin, protocol } = location;
    let socket;
    try {
      socket = new WebSocket(address, protocols);
    } catch (error) {
      const context = { problems, url: address, secure: protocol === "https:" };
      const { title, explanation } = explainRefusal(error, context);
      this.record({ type: "ERROR", title, explanation, details: { exception: error.name } });
      return;
    }
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.asked = false;
    this.wasOpen = false;
    this.trips = new RoundTrips();
    this.reader = null;
    this.startedAt = performance.now();
    this.state = { ...unconnected(), phase: "connecting", url: socket.url };
    const offered = protocols.length ? `, offering ${protocols.join(", ")}` : "";
    const details = { url: socket.url, offered: protocols };
    this.record({ type: "CONNECT", title: `${socket.url}${offered}`, details });
    socket.onopen = () => this.opened(socket);
    socket.onmessage = ({ data }) => this.message(data, performance.now());
    socket.onclose = (event) => this.ended(event, { url: socket.url, protocols, origin });
  }

  /** @param {WebSocket} socket */
  opened(socket) {
    const took = performance.now() - this.startedAt;
    const { protocol, extensions } = socket;
    this.wasOpen = true;
    this.state.phase = "open";
    this.state.facts = [
      protocol || "no subprotocol",
      extensions ? extensions.split(";")[0] : "no extension",
    ];
    if (protocol === SUBPROTOCOL) this.reader = new ReportReader();
    this.record({
      type: "OPEN",
      title: `Open after ${took.toFixed(0)} ms; subprotocol: ${protocol || "none"}; extensions: ${extensions || "none"}`,
      details: { protocol, extensions, after_ms: Math.round(took * 10) / 10 },
    });
  }

  /**
   * @param {string | ArrayBuffer} received
   * @param {number} at milliseconds on performance's clock
   */
  message(received, at) {
    const data = typeof received === "string" ? received : new Uint8Array(received);
    const payload = capture(data);
    const report = this.report(data);
    if (report) {
      this.add({ direction: "in", type: "REPORT", payload, title: reportTitle(report) });
      return;
    }
    const rtt = this.trips.received(data, at);
    if (rtt !== undefined) this.state.rtts = roll(this.state.rtts, rtt, WINDOW);
    this.state.received.messages += 1;
    this.state.received.bytes += payload.size;
    this.add({ direction: "in", type: payload.kind.toUpperCase(), payload, rtt });
  }

  /**
   * @param {Data} data
   * @returns {Record<string, any> | null} null for what is no report
   */
  report(data) {
    if (!this.reader) return null;
    try {
      const classified = this.reader.classify(data);
      return classified.kind === "report" ? classified.report : null;
    } catch (error) {
      this.reader = null;
      const title = `This server does not keep to ${SUBPROTOCOL}: ${error.message}. From here on every message is shown as it is.`;
      this.record({ type: "NOTE", title });
      return null;
    }
  }

  /**
   * @param {CloseEvent} event
   * @param {{ url: string, protocols: string[], origin: string }} connection
   */
  ended({ code, reason, wasClean }, connection) {
    const opened = this.wasOpen;
    const unsent = this.socket.bufferedAmount;
    this.stop();
    this.socket = null;
    this.state.phase = "closed";
    this.state.failed = !wasClean;
    const end = [`${code} ${closeCode(code).name}`, wasClean ? "clean" : "not clean"];
    this.state.facts = opened ? end : ["never opened"];
    const { title, explanation } = explainEnd({
      ...connection,
      code,
      reason,
      wasClean,
      opened,
      asked: this.asked,
    });
    const details = { code, reason, was_clean: wasClean };
    const type = wasClean || this.asked ? "CLOSE" : "ERROR";
    this.record({ type, title, explanation, details });
    if (unsent > 0) {
      this.record({ type: "NOTE", title: `${unsent} bytes were still in bufferedAmount: not sent.` });
    }
  }

  /**
   * @param {Data} data
   * @returns {boolean} false where the connection is not open
   */
  send(data) {
    // CLOSING comes before the close event, and a message sent then goes nowhere without an error.
    if (this.state.phase !== "open" || this.socket.readyState !== WebSocket.OPEN) return false;
    const payload = capture(data);
    const at = performance.now();
    this.socket.send(data);
    this.trips.sent(data, payload.size, at);
    this.state.measuring = !this.trips.gaveUp;
    this.state.sent.messages += 1;
    this.state.sent.bytes += payload.size;
    this.add({ direction: "out", type: payload.kind.toUpperCase(), payload });
    this.watchBuffer();
    return true;
  }

  /**
   * Sends the same message several times.
   * @param {Data} data
   * @param {number} size its bytes
   * @param {number} times
   * @param {number} perSecond
   */
  repeat(data, size, times, perSecond) {
    this.stop();
    const pacer = new Pacer(times, perSecond, performance.now());
    const step = () => {
      let waiting = false;
      pacer.run(performance.now(), () => {
        const { bufferedAmount } = this.socket;
        waiting = bufferedAmount > 0 && bufferedAmount + size > HIGH_WATER;
        return !waiting && this.send(data);
      });
      const more = pacer.left > 0 && this.state.phase === "open";
      this.state.repeat = more ? { sent: times - pacer.left, times, waiting } : null;
      if (more) this.timers.repeat = setTimeout(step, pacer.interval);
      this.changed();
    };
    step();
  }

  /** Stops repeating. */
  stop() {
    clearTimeout(this.timers.repeat);
    this.state.repeat = null;
    this.changed();
  }

  /**
   * @param {string} code as typed; empty means none
   * @param {string} reason
   */
  close(code, reason) {
    if (!this.socket) return;
    const problems = closeProblems(code, reason);
    const list = problems.map(({ message }) => message);
    const coded = code.trim() !== "";
    if (problems.some(({ tried }) => !tried)) {
      this.record({ type: "ERROR", title: "Not closed.", explanation: { list } });
      return;
    }
    try {
      if (coded) this.socket.close(Number(code), reason);
      else this.socket.close();
    } catch (error) {
      const title = `close() refused: ${error.name}. Nothing was closed.`;
      const meaning = `The browser says: “${error.message}”`;
      const details = { exception: error.name };
      this.record({ type: "ERROR", title, explanation: { meaning, list }, details });
      return;
    }
    if (this.state.phase === "closing") return;
    this.stop();
    this.asked = true;
    this.state.phase = "closing";
    const call = coded ? `close(${code.trim()}, ${JSON.stringify(reason)})` : "close()";
    const next = this.wasOpen ? "waiting for the server’s close frame" : "before it was open";
    this.record({ type: "CLOSING", title: `${call} called; ${next}.` });
  }

  /** Closes without a word, for an element that leaves the page. */
  dispose() {
    this.stop();
    clearTimeout(this.timers.buffer);
    if (!this.socket) return;
    this.state.phase = "closed";
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close(1000);
    this.socket = null;
  }

  /** The browser put the page aside, connection and all. */
  suspended() {
    if (!this.socket) return;
    this.dispose();
    this.state.facts = ["closed with the page"];
    this.record({ type: "CLOSE", title: "Closed because you left this page." });
  }

  /** @param {Omit<Row, "n" | "at" | "direction">} row an event; its title is read out */
  record(row) {
    this.state.status = row.title;
    this.add({ direction: "event", ...row });
  }

  /** @param {Omit<Row, "n" | "at">} row */
  add(row) {
    this.log.add({ at: Date.now(), ...row });
    this.changed();
  }

  watchBuffer() {
    clearTimeout(this.timers.buffer);
    this.state.buffered = this.socket?.bufferedAmount ?? 0;
    if (this.state.buffered > 0) {
      this.timers.buffer = setTimeout(() => this.watchBuffer(), BUFFER_INTERVAL);
    }
    this.changed();
  }
}
